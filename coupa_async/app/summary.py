"""The summary of a run: one record for the screen, for scripts and for the exit code."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from coupa_async.app.exit_codes import exit_code
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.events import Event, Warned, WorkerRestarting
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.ports import Observer
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.worklist import BadRow, Worklist

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
        error: The error that ended it; ``None`` if none did.
        failures: Orders without a good outcome; only as many as are shown.
        bad_rows: Rows of the spreadsheet that name no order; only as many as are shown.
        warnings: What the user should look at.
        workbook: Where the updated spreadsheet is.
        report: The HTML report; ``None`` without one.
        is_at_work: Whether the run still goes on: there is nothing to start again.
        is_read_only: Whether files were not asked for: orders that have some stay PENDING, and that is as it should be.
        read: Orders that are PENDING and whose pages were read.
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
    is_at_work: bool = False
    is_read_only: bool = False
    read: int = 0

    @property
    def exit_code(self) -> int:
        """The exit code: ``docs/outcomes.md``, "Exit codes"."""
        if self.error is not None:
            return exit_code(self.error)
        if self.stopped_by:
            return 128 + self.stopped_by
        due = self.outcomes - Counter({Outcome.PENDING: self.read if self.is_read_only else 0})
        return 0 if all(outcome.is_good for outcome in due) else 1

    def to_json(self) -> str:
        """Return the JSON line that scripts rely on: ``docs/outcomes.md``, "For scripts"."""
        return json.dumps(
            {
                "total": self.outcomes.total(),
                "outcomes": {item.value: self.outcomes[item] for item in Outcome if self.outcomes[item]},
                "files": self.files,
                "bytes": self.size_bytes,
                "seconds": round(self.seconds, 3),
                "restarts": self.restarts,
                "exit_code": self.exit_code,
                "report": str(self.report) if self.report else None,
            }
        )

    def count(self, worklist: Worklist, journal: Journal) -> None:
        """Count the results of a spreadsheet's orders. Blocking."""
        known = journal.outcomes()
        self.outcomes = Counter(known.get(order.number.key, Outcome.PENDING) for order in worklist.orders)
        self.read = sum(known.get(order.number.key) is Outcome.PENDING for order in worklist.orders)
        self.outcomes[Outcome.COMPLETED] += len(worklist.done)
        self.outcomes[Outcome.FAILED] += len(worklist.bad_rows)
        results = (result for result, _ in journal.results())
        wrong = (result for result in results if result.outcome in AGAIN and result.number.key in worklist.rows)
        self.failures = tuple(islice(wrong, FAILURES))
        self.bad_rows = worklist.bad_rows[: FAILURES - len(self.failures)]
        self.files, self.size_bytes = journal.files()


def counter(summary: Summary) -> Observer:
    """Make an observer that counts restarts and keeps the lasting warnings in a summary."""

    def count(event: Event, /) -> None:
        if isinstance(event, WorkerRestarting):
            summary.restarts += 1
        elif isinstance(event, Warned) and event.is_lasting:
            summary.warnings.append(event.text)

    return count
