"""What a run came to: one record for the screen, for scripts and for the exit code."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.cli.board import STYLES, size_text, span_text
from coupa_async.cli.exit_codes import exit_code
from coupa_async.cli.invocation import as_typed, command, shown_path
from coupa_async.domain.errors import CoupaError, InputError
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.worklist import BadRow

# What a retry takes up, and how many of these are shown with their reasons.
AGAIN = (Outcome.PARTIAL, Outcome.FAILED, Outcome.TIMEOUT)
FAILURES = 10


@dataclass(slots=True, kw_only=True)
class Summary:
    """A run in numbers.

    Attributes:
        outcomes: Orders by outcome; PENDING for those without one.
        files: Files kept, and their ``size_bytes``.
        seconds: From start to end.
        restarts: Of workers.
        stopped_by: The number of the signal that ended it; 0 for none.
        error: What ended it; ``None`` if nothing did.
        failures: Those orders that did not come out well, as far as they are shown.
        bad_rows: Likewise those rows of the spreadsheet that name no order.
        warnings: What the user should look at.
        workbook: Where the updated spreadsheet is.
        report: The HTML report; ``None`` without one.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    files: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    restarts: int = 0
    stopped_by: int = 0
    error: CoupaError | None = None
    failures: tuple[OrderResult, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    warnings: list[str] = field(default_factory=list)
    output_dir: Path = Path()
    workbook: Path | None = None
    report: Path | None = None

    @property
    def exit_code(self) -> int:
        """The code of design §8."""
        if self.error is not None:
            return exit_code(self.error)
        if self.stopped_by:
            return 128 + self.stopped_by
        return 0 if all(outcome.is_good for outcome in +self.outcomes) else 1

    def to_json(self) -> str:
        """Write it as the one line that scripts rely on."""
        return json.dumps(
            {
                "total": self.outcomes.total(),
                "outcomes": {one.value: self.outcomes[one] for one in Outcome if self.outcomes[one]},
                "files": self.files,
                "bytes": self.size_bytes,
                "seconds": round(self.seconds, 3),
                "restarts": self.restarts,
                "exit_code": self.exit_code,
                "report": str(self.report) if self.report else None,
            }
        )

    def show(self, console: Console) -> None:
        """Print it, with what to do next."""
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        for outcome in Outcome:
            if count := self.outcomes[outcome]:
                table.add_row(f"[{STYLES[outcome]}]{outcome.value}[/]", f"{count:>6}")
        console.print()
        console.print(table)
        self._show_failures(console)
        for text in self.warnings:
            console.print(f"\n[yellow]look at this:[/] {escape(as_typed(text))}", highlight=False, soft_wrap=True)
        size, took = size_text(self.size_bytes), span_text(self.seconds)
        console.print(f"\n{self.files} files, {size} in all; the latest run took {took}", highlight=False)
        console.print(f"folders   {escape(str(self.output_dir))}", highlight=False, soft_wrap=True)
        if self.workbook is not None:
            console.print(f"workbook  {escape(str(self.workbook))}", highlight=False, soft_wrap=True)
        if self.report is not None:
            console.print(f"report    {escape(str(self.report))}", highlight=False, soft_wrap=True)
        if self.error is not None:
            console.print(f"[red]stopped: {escape(as_typed(str(self.error)))}[/]", highlight=False, soft_wrap=True)
        if self.outcomes[Outcome.PENDING] and not isinstance(self.error, InputError):
            console.print("go on     run it again with the same spreadsheet and folder", highlight=False)
        folder = shown_path(self.output_dir)
        if any(self.outcomes[one] for one in AGAIN):
            console.print(f"again     {escape(command())} retry {escape(folder)}", highlight=False, soft_wrap=True)
        if self.report is not None:
            console.print(
                f"look      {escape(command())} report {escape(folder)} --open", highlight=False, soft_wrap=True
            )

    def _show_failures(self, console: Console) -> None:
        """Print the first failures with their reasons, a line each."""
        told = [(one.outcome, one.number.shown, one.error) for one in self.failures]
        told += [(Outcome.FAILED, f"row {one.row}", one.reason) for one in self.bad_rows]
        if not told:
            return
        console.print()
        for outcome, name, reason in told:
            line = f"[{STYLES[outcome]}]{name:<14}[/] {escape(reason)}"
            console.print(line, highlight=False, no_wrap=True, overflow="ellipsis")
        if more := sum(self.outcomes[one] for one in AGAIN) - len(told):
            console.print(f"and {more} more", style="dim", highlight=False)
