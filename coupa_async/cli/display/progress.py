"""Shows the progress of a run on stderr: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from coupa_async.cli.display.fitting import print_text, shortened
from coupa_async.cli.display.live import STYLES, LiveDisplay
from coupa_async.cli.display.sentences import sentence
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, amount, message
from coupa_async.domain.events import Draining, Event, OrderFinished, OrderRetried, RunStarted, TenantLost, Warned
from coupa_async.domain.redaction import redacted

# Below it a line has room for an order's outcome and a reason, but not for files and seconds as well.
_WIDE = 120


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
        if self._quiet and not isinstance(event, Warned | Draining | TenantLost):
            return
        if isinstance(event, OrderFinished):
            line = _order_line(event, self._done, self._total, None)
            self._console.print(line, highlight=False, soft_wrap=True)
        else:
            _print_event(self._console, event)


class _Bars:
    """The live display, redrawn in place. Warnings and failures stay above it."""

    def __init__(self, console: Console, display: LiveDisplay) -> None:
        self._console, self._board = console, display

    def __call__(self, event: Event, /) -> None:
        self._board.note(event)
        width = self._console.width
        if isinstance(event, OrderFinished):
            line = _order_line(event, self._board.done, self._board.total, width)
            self._console.print(line, highlight=False, no_wrap=True, overflow="ellipsis")
        elif isinstance(event, OrderRetried):  # the whole of it is in the log
            text, style = sentence(event)
            print_text(self._console, shortened(redacted(text), width), style=style)
        else:
            _print_event(self._console, event)


def _print_event(console: Console, event: Event) -> None:
    text, style = sentence(event)
    if text:
        print_text(console, as_typed(redacted(text)), style=style)


def _order_line(event: OrderFinished, done: int, total: int, width: int | None) -> Text:
    """Make the line of a finished order.

    Args:
        event: Its end.
        done: How many are done.
        total: How many there are to do.
        width: What the line has to fit into, in cells; ``None`` for any.
    """
    result = event.result
    is_well = result.outcome.is_good and not result.requisition_url
    line = Text.assemble(
        (f"{done:>{len(str(total))}}/{total}", "dim"),
        f" {result.number.shown:<14} ",
        (f"{result.outcome.value:<14}", STYLES[result.outcome]),
    )
    if is_well or not result.error or width is None or width >= _WIDE:
        told = {"saved": len(result.saved), "found": result.found}
        files = _("%(saved)s/%(found)s files") % told if result.found else ""
        line.append(f" {files:<10} {amount(result.seconds, 1):>5} s")
    if not is_well and result.error:
        reason = message(redacted(result.error))
        room = None if width is None else width - line.cell_len - 2
        line.append(f"  {reason if room is None else shortened(reason, room)}", "dim")
    return line
