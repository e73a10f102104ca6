"""Shows the summary of a run on the terminal, with what to do next."""

from __future__ import annotations

from itertools import islice

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.app.runs.summary import AGAIN, FAILURES, Summary
from coupa_async.cli.display.amounts import show_amounts
from coupa_async.cli.display.fitting import print_text, shortened, wrapped
from coupa_async.cli.display.live import STYLES, more_text, size_text, span_text
from coupa_async.cli.display.next_steps import next_steps
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, files, message, ngettext, orders
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.standing import NOT_AN_ORDER


def show_summary(summary: Summary, console: Console) -> None:
    """Print the summary, with what to do next."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for outcome in Outcome:
        if count := summary.outcomes[outcome]:
            table.add_row(f"[{STYLES[outcome]}]{outcome.value}[/]", f"{count:>6}")
    console.print()
    console.print(table)
    if summary.amounts is not None:
        show_amounts(summary.amounts, console)
    _show_failures(summary, console)
    _show_bad_rows(summary, console)
    for text in summary.warnings:
        console.print()
        print_text(console, _("look at this: %(text)s") % {"text": as_typed(message(text))}, style="yellow")
    console.print()
    if summary.others:
        others = _("%(orders)s of other spreadsheets besides, in the same folder")
        console.print(others % {"orders": orders(summary.others)}, highlight=False)
    told = {"files": files(summary.files), "size": size_text(summary.size_bytes), "span": span_text(summary.seconds)}
    at_work = _("%(files)s, %(size)s in all; the run at work has taken %(span)s")
    ended = _("%(files)s, %(size)s in all; the latest run took %(span)s")
    console.print((at_work if summary.is_at_work else ended) % told, highlight=False)
    places = {_("folders"): summary.output_dir, _("workbook"): summary.workbook, _("report"): summary.report}
    for name, path in places.items():
        if path is not None:
            _say(console, f"{name:<9} {escape(str(path))}")
    if summary.error is not None:
        print_text(console, _("stopped: %(text)s") % {"text": as_typed(message(str(summary.error)))}, style="red")
    for name, text in next_steps(summary):
        _show_step(console, name, text)


def _show_step(console: Console, name: str, text: str) -> None:
    """Print a command to copy. Where the line is too short for it, its reason has one of its own."""
    command, gap, reason = text.partition("  (")
    is_wide = console.is_terminal and cell_len(text) + 10 > console.width
    _say(console, f"{name:<9} {escape(command if is_wide else text)}")
    if is_wide and gap:
        print_text(console, f"{'':<10}({reason}", indent=11)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _show_failures(summary: Summary, console: Console) -> None:
    """Print the first failures with their reasons, one line each."""
    if not summary.failures:
        return
    console.print()
    for failure in summary.failures:
        _line(console, failure.number.shown, failure.remark, failure.outcome)
    if more := sum(summary.outcomes[item] for item in AGAIN) - len(summary.failures):
        console.print(more_text(more), style="dim", highlight=False)


def _show_bad_rows(summary: Summary, console: Console) -> None:
    """Print the first rows that name no order, apart from what was tried and did not come out well."""
    if not summary.bad_rows:
        return
    rows = ngettext(
        "%(num)s row of the spreadsheet names no order",
        "%(num)s rows of the spreadsheet name no order",
        len(summary.bad_rows),
    )
    console.print(f"\n{rows} ({NOT_AN_ORDER}):", highlight=False, soft_wrap=True)
    for row, reason in islice(summary.bad_rows.items(), FAILURES):
        _line(console, _("row %(number)s") % {"number": row}, reason, Outcome.PARTIAL)
    if (more := len(summary.bad_rows) - FAILURES) > 0:
        console.print(more_text(more), style="dim", highlight=False)


def _line(console: Console, name: str, reason: str, style: Outcome) -> None:
    """Print a name with its reason: on a terminal in two lines at most; elsewhere all of it, for whoever searches."""
    text, indent = message(reason), max(len(name), 14) + 1
    if console.is_terminal:
        text = _in_two_lines(text, console.width - indent).replace("\n", f"\n{'':<{indent}}")
    console.print(f"[{STYLES[style]}]{escape(name):<14}[/] {escape(text)}", highlight=False, soft_wrap=True)


def _in_two_lines(text: str, width: int) -> str:
    for room in range(2 * width, width, -1):  # a break costs what the first line leaves empty
        lines = wrapped(shortened(text, room), width).split("\n")
        if len(lines) <= 2 and max(map(cell_len, lines)) <= width:
            return "\n".join(lines)
    return shortened(text, width)
