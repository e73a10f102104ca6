"""The live display of a run: a progress bar, the outcomes so far, and one line for each worker.

A thread of rich draws it while events come in. So it copies a collection before it loops over it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from coupa_async.domain.events import (
    Draining,
    Event,
    MemoryRead,
    OrderFinished,
    OrderRetried,
    OrderStarted,
    PaceChanged,
    RunStarted,
    SignedIn,
    SignInStarted,
    TenantLost,
    WorkerRecycled,
    WorkerRestarting,
    WorkerStarted,
    WorkerStopped,
)
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.time_left import TimeLeft

STYLES = {
    Outcome.COMPLETED: "green",
    Outcome.NO_ATTACHMENTS: "cyan",
    Outcome.PARTIAL: "yellow",
    Outcome.FAILED: "red",
    Outcome.PO_NOT_FOUND: "magenta",
    Outcome.TIMEOUT: "red",
    Outcome.PENDING: "dim",
}
_WINDOW_S = 30.0
_LINES = 8
_SIGNING_IN = "signing in"


@dataclass(slots=True)
class _Line:
    """What a worker does: its orders in flight by key, with step and start, or what it does instead."""

    orders: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    instead: str = "starting"
    since_s: float = 0.0


class LiveDisplay:
    """The live display of a run, drawn again at each refresh."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Make an empty display.

        Args:
            clock: Returns seconds from any starting point.
        """
        self.done = self.total = 0
        self._clock = clock
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("orders"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]}", style="cyan"),
        )
        self._task = self._bar.add_task("orders", total=None, left="")
        self._left = TimeLeft()
        self._counts: Counter[Outcome] = Counter()
        self._files = self._bytes = 0
        self._recent: deque[tuple[float, int]] = deque()
        self._workers: dict[str, _Line] = {}
        self._memory = self._pace = self._tenant = self._end = ""

    def note(self, event: Event, /) -> None:
        """Receive an event."""
        self._left.look(self._clock(), is_waiting=self._is_waiting())
        match event:
            case RunStarted():
                self.total = event.total - event.skipped
                self._bar.update(self._task, total=self.total)
            case OrderStarted():
                self._left.began()
            case OrderFinished():
                self._finished(event)
            case MemoryRead():
                self._memory = f"memory {event.usage_percent:.0f} of {event.threshold_percent:.0f} %"
            case PaceChanged():
                self._pace = pace_text(event)
            case TenantLost():
                self._tenant = f"no connection to Coupa: waiting up to {span_text(event.patience_s)}"
            case Draining():
                self._end = stopping_text(event)
        if worker := getattr(event, "worker", ""):
            self._tenant = ""
            self._work(self._workers.setdefault(worker, _Line()), event)

    def __rich__(self) -> Group:
        """Draw it."""
        self._left.look(self._clock(), is_waiting=self._is_waiting())
        self._bar.update(self._task, left=self._left_text())
        counts = Text("  ").join(
            Text(f"{item.value} {n}", STYLES[item]) for item in Outcome if (n := self._counts[item])
        )
        facts = Text("  ·  ".join(filter(None, (self._files_text(), self._memory, self._pace, self._tenant))), "dim")
        end = [Text(self._end, "yellow")] if self._end else []
        return Group(self._bar, counts, facts, *end, self._table())

    def _is_waiting(self) -> bool:
        lines = [*self._workers.values()]
        return bool(self._tenant) or any(line.instead == _SIGNING_IN for line in lines)

    def _left_text(self) -> str:
        """Say how long it will take, but not while that is up to others, or while the run is stopping."""
        seconds = self._left.seconds(self.total - self.done)
        if self._end or seconds is None or self.done >= self.total:
            return ""
        return "waiting" if self._is_waiting() else left_text(seconds)

    def _finished(self, event: OrderFinished) -> None:
        self.done += 1
        self._left.finished()
        self._counts[event.result.outcome] += 1
        size = sum(item.size_bytes for item in event.result.saved)
        self._files += len(event.result.saved)
        self._bytes += size
        self._recent.append((self._clock(), size))
        self._bar.update(self._task, completed=self.done)

    def _work(self, line: _Line, event: Event) -> None:
        now = self._clock()
        match event:
            case OrderStarted():
                step = f"attempt {event.attempt}" if event.attempt > 1 else ""
                line.orders[event.number.key] = (event.number.shown, step, now)
            case OrderRetried():
                line.orders[event.number.key] = (event.number.shown, f"again in {event.delay_s:.0f} s", now)
            case OrderFinished():
                line.orders.pop(event.result.number.key, None)
            case SignInStarted():
                line.instead, line.since_s = _SIGNING_IN, now
                return
            case SignedIn() | WorkerStarted():
                line.since_s = now
            case WorkerRestarting() | WorkerRecycled():
                line.orders.clear()
                line.instead, line.since_s = "a new browser", now
                return
            case WorkerStopped():
                line.orders.clear()
                line.instead, line.since_s = "given up" if event.reason else "done", now
                return
        line.instead = ""

    def _files_text(self) -> str:
        now = self._clock()
        while self._recent and self._recent[0][0] < now - _WINDOW_S:
            self._recent.popleft()
        if not self._files:
            return ""
        recent = [*self._recent]
        rate = sum(size for _, size in recent) / max(now - recent[0][0], 1.0) if recent else 0.0
        return f"{self._files} files, {size_text(self._bytes)}, {size_text(rate)}/s"

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for justify in ("left", "left", "right"):
            table.add_column(justify=justify, no_wrap=True, overflow="ellipsis")
        busy = [(name, line) for name, line in [*self._workers.items()] if line.instead != "done"]
        for name, line in busy[:_LINES]:
            at, since_s = self._at(line)
            table.add_row(Text(f"  {name}", "dim"), at, f"{self._clock() - since_s:.0f} s")
        if len(busy) > _LINES:
            table.add_row(Text(f"  and {len(busy) - _LINES} more", "dim"), "", "")
        return table

    def _at(self, line: _Line) -> tuple[str, float]:
        """Return what a worker does: of several orders, the one that has been in flight the longest."""
        orders = [*line.orders.values()]
        if line.instead or not orders:
            return line.instead or "waiting", line.since_s
        shown, step, since_s = min(orders, key=lambda item: item[2])
        more = f"and {len(orders) - 1} more" if len(orders) > 1 else ""
        return "  ".join(filter(None, (shown, step, more))), since_s


def left_text(seconds: float) -> str:
    """Say how long something will take yet, no more exactly than it can be known."""
    return f"about {f'{max(seconds, 1):.0f} s' if seconds < 120 else span_text(seconds)} left"


def stopping_text(event: Draining) -> str:
    """Say what a run does that was asked to stop, and what the person can do."""
    grace = span_text(event.grace_s)
    return f"Stopping: the orders begun are finished first ({grace} at most). Ctrl-C again stops at once"


def pace_text(event: PaceChanged) -> str:
    """Describe the pace."""
    per_s = "" if event.requests_per_s is None else f", {event.requests_per_s:.0f}/s"
    return f"{event.limit} requests at once{per_s}"


def size_text(size_bytes: float) -> str:
    """Format a size for people."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes / 1e3:.1f} kB"


def span_text(seconds: float) -> str:
    """Format a duration for people."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
