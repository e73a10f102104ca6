"""What the user sees while a run goes on: bars on a terminal, plain lines elsewhere. All of it on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from coupa_async.domain.events import (
    Draining,
    Event,
    OrderFinished,
    OrderRetried,
    OrderStarted,
    PaceChanged,
    RunStarted,
    SignedIn,
    SignInStarted,
    Warned,
    WorkerRestarting,
    WorkerStopped,
)
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


class _Display(Protocol):
    def __call__(self, event: Event, /) -> None: ...


@contextmanager
def progress(console: Console, *, quiet: bool) -> Iterator[_Display]:
    """Show a run while the block runs.

    Args:
        console: On stderr.
        quiet: Show nothing but warnings.
    """
    if quiet or not console.is_terminal:
        yield _Lines(console, quiet=quiet)
        return
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    workers = Progress(TextColumn("  [dim]{task.description}[/] {task.fields[note]}"))
    with Live(Group(bars, workers), console=console, transient=True, refresh_per_second=8):
        yield _Bars(console, bars, workers)


class _Lines:
    """One line a finished order."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console, self._quiet = console, quiet
        self._done = self._total = 0

    def __call__(self, event: Event, /) -> None:
        match event:
            case RunStarted():
                self._total = event.total - event.skipped
            case OrderFinished():
                self._done += 1
        if text := _story(event, self._done, self._total):
            loud = isinstance(event, Warned | Draining)
            if loud or not self._quiet:
                self._console.print(text, highlight=False, soft_wrap=True)


class _Bars:
    """One bar for the run, one line a worker; what is worth keeping scrolls by above them."""

    def __init__(self, console: Console, bars: Progress, workers: Progress) -> None:
        self._console = console
        self._bars = bars
        self._workers = workers
        self._all = bars.add_task("orders", total=None, note="")
        self._lines: dict[str, TaskID] = {}
        self._counts: Counter[Outcome] = Counter()
        self._done = self._total = 0

    def __call__(self, event: Event, /) -> None:
        match event:
            case RunStarted():
                self._total = event.total - event.skipped
                self._bars.update(self._all, total=self._total)
            case PaceChanged():
                self._bars.update(self._all, description=f"orders [dim]({_pace(event)})[/]")
            case OrderFinished():
                self._done += 1
                self._counts[event.result.outcome] += 1
                note = "  ".join(f"[{STYLES[one]}]{one.value} {n}[/]" for one, n in self._counts.items())
                self._bars.update(self._all, completed=self._done, note=note)
        if worker := getattr(event, "worker", None):
            if worker not in self._lines:
                self._lines[worker] = self._workers.add_task(worker, note="")
            self._workers.update(self._lines[worker], note=_step(event))
        if text := _story(event, self._done, self._total):
            self._console.print(text, highlight=False)


def _step(event: Event) -> str:
    match event:
        case OrderStarted():
            return event.number.shown + (f" (attempt {event.attempt})" if event.attempt > 1 else "")
        case OrderFinished():
            return "waiting"
        case SignInStarted():
            return "signing in"
        case WorkerRestarting():
            return "restarting"
        case WorkerStopped():
            return "stopped"
    return "ready"


def _story(event: Event, done: int, total: int) -> str:
    match event:
        case RunStarted():
            skipped = f", {event.skipped} settled before" if event.skipped else ""
            return f"{event.total - event.skipped} orders to do{skipped}; {event.workers} at once"
        case OrderFinished():
            result = event.result
            files = f"{len(result.saved)}/{result.found} files" if result.found else ""
            error = "" if result.outcome.is_good and not result.requisition_url else f"  [dim]{_safe(result.error)}[/]"
            width = len(str(total))
            return (
                f"[dim]{done:>{width}}/{total}[/] {result.number.shown:<14} "
                f"[{STYLES[result.outcome]}]{result.outcome.value:<14}[/] {files:<10} {result.seconds:5.1f} s{error}"
            )
        case OrderRetried():
            return f"[dim]{event.number.shown}: again in {event.delay_s:.1f} s: {_safe(event.reason)}[/]"
        case WorkerRestarting():
            return f"[yellow]{event.worker} restarts: {_safe(event.reason)}[/]"
        case WorkerStopped(reason=reason) if reason:
            return f"[red]{event.worker} is given up: {_safe(reason)}[/]"
        case SignedIn():
            return f"[dim]signed in ({event.seconds:.1f} s)[/]"
        case PaceChanged(reason=reason) if reason:
            return f"[dim]the tenant is asked less, {_pace(event)}: {_safe(reason)}[/]"
        case Draining():
            return f"[yellow]{event.reason}: finishing what is in hand; once more stops at once[/]"
        case Warned():
            return f"[yellow]{_safe(event.text)}[/]"
    return ""


def _pace(event: PaceChanged) -> str:
    per_s = "" if event.requests_per_s is None else f", {event.requests_per_s:.0f}/s"
    return f"{event.limit} requests at once{per_s}"


def _safe(text: str) -> str:
    """Keep the tenant's text from being taken for markup."""
    return text.replace("[", r"\[")
