"""The live display of a run: a progress bar, the outcomes so far, and one line for each worker.

A thread of rich draws it while events come in. So it copies a collection before it loops over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from coupa_async.app.runs.progress import RunProgress, WorkerProgress
from coupa_async.cli.language import _, amount, files, ngettext
from coupa_async.domain.events import Draining, Event, OrderFinished, PaceChanged, RunStarted
from coupa_async.domain.outcome import Outcome

STYLES = {
    Outcome.COMPLETED: "green",
    Outcome.NO_ATTACHMENTS: "cyan",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILED: "red",
    Outcome.PO_NOT_FOUND: "magenta",
    Outcome.TIMEOUT: "red",
    Outcome.PENDING: "dim",
}
_LINES = 8
_WEEK_S = 6 * 86_400.0


class LiveDisplay:
    """The live display of a run, drawn again at each refresh."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Make an empty display.

        Args:
            clock: Returns seconds from any starting point.
        """
        self._progress = RunProgress(clock)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn(_("orders")),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}", style="cyan"),
        )
        self._task = self._bar.add_task("orders", total=None, left="")

    @property
    def done(self) -> int:
        """Orders that have their outcome."""
        return self._progress.done

    @property
    def total(self) -> int:
        """Orders that this run has to do."""
        return self._progress.total

    def note(self, event: Event, /) -> None:
        """Receive an event."""
        self._progress(event)
        if isinstance(event, RunStarted):
            self._bar.update(self._task, total=self.total)
        elif isinstance(event, OrderFinished):
            self._bar.update(self._task, completed=self.done)

    def __rich__(self) -> Group:
        """Draw it."""
        progress = self._progress
        progress.look()
        self._bar.update(self._task, left=self._left_text())
        counts = Text("  ").join(
            Text(f"{item.value} {n}", STYLES[item]) for item in Outcome if (n := progress.counts[item])
        )
        facts = Text("  ·  ".join(filter(None, self._facts())), "dim", no_wrap=True, overflow="ellipsis")
        end = [Text(stopping_text(progress.draining), "yellow")] if progress.draining else []
        return Group(self._bar, counts, facts, *end, self._table())

    def _left_text(self) -> str:
        """Say how long it will take, but not while that is up to others, or while the run is stopping."""
        seconds = self._progress.left_s()
        if seconds is None:
            return ""
        return _("waiting") if self._progress.is_waiting else left_text(seconds)

    def _facts(self) -> Iterator[str]:
        progress = self._progress
        rate = progress.bytes_per_s()
        if progress.files:
            yield f"{files(progress.files)}, {size_text(progress.size_bytes)}, {size_text(rate)}/s"
        if (memory := progress.memory) is not None:
            shares = {"used": f"{memory.usage_percent:.0f}", "limit": f"{memory.threshold_percent:.0f}"}
            yield _("memory %(used)s of %(limit)s %%") % shares
        if progress.wanted is not None:
            yield ngettext("%(num)s worker", "%(num)s workers", progress.wanted.workers) + " (auto)"
        if progress.pace is not None:
            yield pace_text(progress.pace)
        if (lost := progress.lost) is not None:
            yield _("no connection to Coupa: waiting up to %(span)s") % {"span": span_text(lost.patience_s)}

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for justify in ("left", "left", "right"):
            table.add_column(justify=justify, no_wrap=True, overflow="ellipsis")
        busy = [(name, worker) for name, worker in [*self._progress.workers.items()] if worker.instead != "done"]
        for name, worker in busy[:_LINES]:
            at, since_s = _at(worker)
            table.add_row(Text(f"  {name}", "dim"), at, f"{self._progress.now_s() - since_s:.0f} s")
        if len(busy) > _LINES:
            table.add_row(Text(f"  {more_text(len(busy) - _LINES)}", "dim"), "", "")
        return table


def _at(worker: WorkerProgress) -> tuple[str, float]:
    """Return what a worker does: of several orders, the one that has been in flight the longest."""
    order = worker.oldest()
    if order is None:
        return _(worker.instead or "waiting"), worker.since_s
    step = _("attempt %(number)s") % {"number": order.attempt} if order.attempt > 1 else ""
    step = step if order.again_s is None else _("again in %(seconds)s s") % {"seconds": amount(order.again_s)}
    more = more_text(len(worker.orders) - 1) if len(worker.orders) > 1 else ""
    return "  ".join(filter(None, (order.shown, step, more))), order.since_s


def left_text(seconds: float, now: datetime | None = None) -> str:
    """Say how long something will take yet, no more exactly than it can be known, and when that will be.

    Args:
        seconds: Until then.
        now: The time of day; ``None`` for the clock's.
    """
    if seconds < 120:
        return _("about %(span)s left") % {"span": f"{max(seconds, 1):.0f} s"}
    now = now or datetime.now()
    end = now + timedelta(seconds=seconds)
    day = "" if end.date() == now.date() else f"{end:%a} " if seconds < _WEEK_S else f"{end:%Y-%m-%d} "
    return _("about %(span)s left, until %(end)s") % {"span": span_text(seconds), "end": f"{day}{end:%H:%M}"}


def more_text(number: int) -> str:
    """Say how many are not shown."""
    return _("and %(num)s more") % {"num": amount(number)}


def stopping_text(event: Draining) -> str:
    """Say what a run does that was asked to stop, and what the person can do."""
    stopping = _("Stopping: the orders begun are finished first (%(span)s at most). Ctrl-C again stops at once")
    return stopping % {"span": span_text(event.grace_s)}


def pace_text(event: PaceChanged) -> str:
    """Describe the pace."""
    per_s = "" if event.requests_per_s is None else f", {event.requests_per_s:.0f}/s"
    return _("%(limit)s requests at once") % {"limit": event.limit} + per_s


def size_text(size_bytes: float) -> str:
    """Format a size for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= factor:
            return f"{amount(size_bytes / factor, 1)} {unit}"
    return f"{amount(size_bytes / 1e3, 1)} kB"


def span_text(seconds: float) -> str:
    """Format a duration for people."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{amount(seconds, 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
