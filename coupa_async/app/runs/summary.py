"""The summary of a run: one record for the screen, for scripts and for the exit code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from coupa_async.app.exit_codes import exit_code
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.events import Event, PersonWaitedFor, Warned, WorkerRestarting
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.totals.amounts import Amounts
from coupa_async.domain.totals.standing import is_all_good
from coupa_async.ports import Observer
from coupa_async.services.records.journal import Journal
from coupa_async.services.records.status import RunStatus

# What a retry takes up, and how many of these are shown with their reasons.
AGAIN = (Outcome.PARTIAL, Outcome.FAILED, Outcome.TIMEOUT)
FAILURES = 10


@dataclass(slots=True, kw_only=True)
class Summary:
    """A run in numbers.

    Attributes:
        outcomes: The spreadsheet's orders by outcome; PENDING for those without one.
        others: Orders with an outcome that are of another spreadsheet in the same folder.
        files: Files kept, and their ``size_bytes``.
        seconds: From start to end, without the wait for a person.
        waited_s: Seconds in which the run waited for a person.
        restarts: Of workers.
        stopped_by: The number of the signal that ended it; 0 for none.
        error: The error that ended it; ``None`` if none did.
        failures: Orders without a good outcome; only as many as are shown.
        bad_rows: Why a row of the spreadsheet names no order, by its number. They are among no outcome.
        warnings: What the user should look at.
        workbook: Where the updated spreadsheet is.
        report: The HTML report; ``None`` without one.
        is_at_work: Whether the run still goes on: there is nothing to start again.
        is_demo: Whether the folder is a demo's: nothing in it is of the user's own tenant.
        input: The spreadsheet; ``None`` where none is known.
        settings: Of the latest run, as the history shows them.
        is_read_only: Whether files were not asked for: orders that have some stay PENDING, and that is as it should be.
        read: Orders that are PENDING and whose pages were read.
        amounts: What the spreadsheet's orders come to; ``None`` where their data was not asked for.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    others: int = 0
    files: int = 0
    size_bytes: int = 0
    seconds: float = 0.0
    waited_s: float = 0.0
    restarts: int = 0
    stopped_by: int = 0
    error: CoupaError | None = None
    failures: tuple[OrderResult, ...] = ()
    bad_rows: Mapping[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    output_dir: Path = Path()
    workbook: Path | None = None
    report: Path | None = None
    is_at_work: bool = False
    is_demo: bool = False
    input: Path | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    is_read_only: bool = False
    read: int = 0
    amounts: Amounts | None = None

    @property
    def exit_code(self) -> int:
        """The exit code: ``docs/reference/outcomes.md``, "Exit codes"."""
        if self.error is not None:
            return exit_code(self.error)
        if self.stopped_by:
            return 128 + self.stopped_by
        due = self.outcomes - Counter({Outcome.PENDING: self.read if self.is_read_only else 0})
        return 0 if is_all_good(due) else 1

    def to_json(self) -> str:
        """Return the JSON line that scripts rely on: ``docs/reference/outcomes.md``, "For scripts"."""
        amounts = {"amounts": self.amounts.to_json()} if self.amounts is not None else {}
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
                "bad_rows": len(self.bad_rows),
                **amounts,
            }
        )

    def take(self, status: RunStatus, journal: Journal) -> None:
        """Take over what an output folder says of its orders: the same during a run, at its end and later. Blocking."""
        self.outcomes, self.others = status.standing.outcomes, status.standing.others
        self.bad_rows = status.bad_rows
        known = journal.outcomes()
        self.read = sum(known.get(key) is Outcome.PENDING for key in status.asked)
        results = (result for result, _ in journal.results())
        wrong = (result for result in results if result.outcome in AGAIN and result.number.key in status.asked)
        self.failures = tuple(islice(wrong, FAILURES))
        self.files, self.size_bytes = status.files, status.size_bytes
        self.amounts = amounts_of(journal, status.asked) if status.settings.get("data") else None
        self.input, self.is_demo, self.settings = status.input, status.is_demo, status.settings


def amounts_of(journal: Journal, keys: Container[str]) -> Amounts:
    """Add up what orders come to. Blocking."""
    formats, amounts = Formats.of(journal.data()), Amounts()
    for key, supplier, data in journal.suppliers_and_data():
        if key in keys:
            amounts.add(data, supplier, formats)
    return amounts


def counter(summary: Summary) -> Observer:
    """Make an observer that counts restarts and waiting times, and keeps the lasting warnings in a summary."""

    def count(event: Event, /) -> None:
        if isinstance(event, WorkerRestarting):
            summary.restarts += 1
        elif isinstance(event, PersonWaitedFor):
            summary.waited_s += event.seconds
        elif isinstance(event, Warned) and event.is_lasting:
            summary.warnings.append(event.text)

    return count
