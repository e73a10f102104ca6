"""Shows the progress of a run on stderr: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live

from coupa_async.cli.display.live import STYLES, LiveDisplay, pace_text, span_text, stopping_text
from coupa_async.domain.counts import counted
from coupa_async.domain.events import (
    Draining,
    Event,
    OrderFinished,
    OrderRetried,
    PaceChanged,
    RunStarted,
    SignedIn,
    TenantLost,
    Warned,
    WorkerRestarting,
    WorkerStopped,
)
from coupa_async.domain.redaction import redacted


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
    display = LiveDisplay(time.monotonic)
    with Live(get_renderable=lambda: display, console=console, transient=True, refresh_per_second=4):
        yield _Bars(console, display)


class _Lines:
    """One line for each finished order."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console, self._quiet = console, quiet
        self._done = self._total = 0

    def __call__(self, event: Event, /) -> None:
        match event:
            case RunStarted():
                self._total = event.total - event.skipped
            case OrderFinished():
                self._done += 1
        if text := _format_event(event, self._done, self._total):
            loud = isinstance(event, Warned | Draining | TenantLost)
            if loud or not self._quiet:
                self._console.print(text, highlight=False, soft_wrap=True)


class _Bars:
    """The live display, redrawn in place. Warnings and failures stay above it."""

    def __init__(self, console: Console, display: LiveDisplay) -> None:
        self._console, self._board = console, display

    def __call__(self, event: Event, /) -> None:
        self._board.note(event)
        if text := _format_event(event, self._board.done, self._board.total):
            is_long = isinstance(event, OrderFinished | OrderRetried)  # the whole of it is in the log and the report
            self._console.print(text, highlight=False, no_wrap=is_long, overflow="ellipsis" if is_long else None)


def _format_event(event: Event, done: int, total: int) -> str:
    match event:
        case RunStarted():
            return _started(event)
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
            return f"[dim]the tenant is asked less, {pace_text(event)}: {_safe(reason)}[/]"
        case Draining():
            return f"[yellow]{stopping_text(event)}[/]"
        case TenantLost():
            return (
                f"[yellow]No connection to Coupa: waiting up to {span_text(event.patience_s)}. Check network and VPN "
                f"({_safe(event.reason)})[/]"
            )
        case Warned():
            return f"[yellow]{_safe(event.text)}[/]"
    return ""


def _started(event: RunStarted) -> str:
    sheet = f" in sheet {_safe(repr(event.sheet))}" if event.sheet else ""
    skipped = f"; {event.skipped:,} done before" if event.skipped else ""
    left_out = f"; {event.left_out:,} left out as asked" if event.left_out else ""
    workers = f"; {counted(event.workers, 'worker')}" if event.workers else ""
    return f"{counted(event.total - event.skipped, 'order')} to do{sheet}{skipped}{left_out}{workers}"


def _safe(text: str) -> str:
    """Make text of the tenant safe to show: redacted, and not taken for markup."""
    return redacted(text).replace("[", r"\[")
