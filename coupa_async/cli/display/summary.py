"""Shows the summary of a run on the terminal, with what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.app.summary import AGAIN, Summary
from coupa_async.cli.display.live import STYLES, size_text, span_text
from coupa_async.cli.invocation import as_typed, command, shown_path
from coupa_async.domain.errors import CoupaError, InputError, OutageError, SignInError, SignInRefusedError
from coupa_async.domain.outcome import Outcome


def show_summary(summary: Summary, console: Console) -> None:
    """Print the summary, with what to do next."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for outcome in Outcome:
        if count := summary.outcomes[outcome]:
            table.add_row(f"[{STYLES[outcome]}]{outcome.value}[/]", f"{count:>6}")
    console.print()
    console.print(table)
    _show_failures(summary, console)
    for text in summary.warnings:
        console.print(f"\n[yellow]look at this:[/] {escape(as_typed(text))}", highlight=False, soft_wrap=True)
    size, took = size_text(summary.size_bytes), span_text(summary.seconds)
    console.print(f"\n{summary.files} files, {size} in all; the latest run took {took}", highlight=False)
    console.print(f"folders   {escape(str(summary.output_dir))}", highlight=False, soft_wrap=True)
    if summary.workbook is not None:
        console.print(f"workbook  {escape(str(summary.workbook))}", highlight=False, soft_wrap=True)
    if summary.report is not None:
        console.print(f"report    {escape(str(summary.report))}", highlight=False, soft_wrap=True)
    if summary.error is not None:
        console.print(f"[red]stopped: {escape(as_typed(str(summary.error)))}[/]", highlight=False, soft_wrap=True)
    if summary.outcomes[Outcome.PENDING] and not summary.is_at_work and not isinstance(summary.error, InputError):
        for line in _first(summary.error):
            console.print(f"first     {escape(as_typed(line))}", highlight=False, soft_wrap=True)
        console.print("go on     run it again with the same spreadsheet and folder", highlight=False)
    folder = shown_path(summary.output_dir)
    if any(summary.outcomes[item] for item in AGAIN) and not summary.is_at_work:
        console.print(f"again     {escape(command())} retry {escape(folder)}", highlight=False, soft_wrap=True)
    if summary.report is not None:
        console.print(f"look      {escape(command())} report {escape(folder)} --open", highlight=False, soft_wrap=True)


def _first(error: CoupaError | None) -> Iterator[str]:
    """Say what to change before a run can go on, for it would end as this one did."""
    if isinstance(error, SignInRefusedError):
        yield "coupa-async login  (or set COUPA_USERNAME and COUPA_PASSWORD anew: these would be refused again)"
    elif isinstance(error, SignInError):
        yield "coupa-async login"
    elif isinstance(error, OutageError):
        yield "coupa-async doctor  (says where the way to your Coupa ends)"


def _show_failures(summary: Summary, console: Console) -> None:
    """Print the first failures with their reasons, one line each."""
    shown = [(failure.outcome, failure.number.shown, failure.error) for failure in summary.failures]
    shown += [(Outcome.FAILED, f"row {bad_row.row}", bad_row.reason) for bad_row in summary.bad_rows]
    if not shown:
        return
    console.print()
    for outcome, name, reason in shown:
        line = f"[{STYLES[outcome]}]{name:<14}[/] {escape(reason)}"
        console.print(line, highlight=False, no_wrap=True, overflow="ellipsis")
    if more := sum(summary.outcomes[item] for item in AGAIN) - len(shown):
        console.print(f"and {more} more", style="dim", highlight=False)
