"""Corrected numbers of one output folder: those that are kept, and those that are tried. On a connection of its own.

A number is tried in a folder of its own. What is decided of it stands here before anything of it is carried out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coupa_async.domain.corrections import Correction
from coupa_async.domain.errors import OutputError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult
from coupa_async.services.records.asked_orders import SCHEMA as ASKED_SCHEMA
from coupa_async.services.records.corrections_schema import SCHEMA
from coupa_async.services.records.database import open_database, transaction
from coupa_async.services.records.journal_rows import write_result
from coupa_async.services.records.readable import closed_on_error, reads, writable


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A number that is tried.

    Attributes:
        id: Never used twice.
        correction: What is tried.
        folder: What the order has under its present number, below the output folder; empty if nothing.
        is_kept: Whether it was decided to keep it, which is not carried out to its end.
    """

    id: int
    correction: Correction
    folder: str
    is_kept: bool = False


class Corrections:
    """Those of one output folder, whose journal is there. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the journal's file.

        Raises:
            OutputError: If it cannot be written.
        """
        self._path = path
        try:
            self._db, _ = open_database(path, check_same_thread=False)
            with closed_on_error(self._db):
                self._db.executescript(SCHEMA + ASKED_SCHEMA)
        except (sqlite3.Error, ValueError) as error:
            raise OutputError(
                f"{path}: cannot be used as a journal ({error}): choose another folder with -o"
            ) from error

    def __enter__(self) -> Corrections:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @reads
    def kept(self) -> Mapping[str, OrderNumber]:
        """Return the numbers that are meant, by the keys of those that the spreadsheet has."""
        rows = self._db.execute("SELECT key, to_shown, to_key FROM corrections ORDER BY key").fetchall()
        return {key: OrderNumber(shown, to_key) for key, shown, to_key in rows}

    @reads
    def trials(self) -> list[Trial]:
        """Return what is tried, the first first."""
        rows = self._db.execute("SELECT id, key, shown, to_key, to_shown, folder, is_kept FROM trials ORDER BY id")
        return [
            Trial(
                id=id_,
                correction=Correction(given=OrderNumber(shown, key), number=OrderNumber(to_shown, to_key)),
                folder=folder,
                is_kept=bool(is_kept),
            )
            for id_, key, shown, to_key, to_shown, folder, is_kept in rows.fetchall()
        ]

    def begin(self, correction: Correction, folder: str) -> Trial:
        """Note that a number is tried from now on, in place of another one for the same order.

        Args:
            correction: The number.
            folder: What the order has under its present one, below the output folder; empty if nothing.
        """
        given, number = correction.given, correction.number
        with writable(self._path), transaction(self._db):
            self._db.execute("DELETE FROM trials WHERE key = ? AND is_kept = 0", (given.key,))
            row = (given.key, given.shown, number.key, number.shown, folder)
            statement = "INSERT INTO trials (key, shown, to_key, to_shown, folder, is_kept) VALUES (?,?,?,?,?,0)"
            id_ = self._db.execute(statement, row).lastrowid
        return Trial(id=id_ or 0, correction=correction, folder=folder)

    def keep(self, trial: Trial, result: OrderResult, processed_at: datetime) -> None:
        """Decide that a number is the right one: its result takes the place of the other's.

        Args:
            trial: Which.
            result: What came of it; its folder is not where it says yet.
            processed_at: When that was.
        """
        given, number = trial.correction.given, trial.correction.number
        with writable(self._path), transaction(self._db):
            self._db.execute(
                "UPDATE corrections SET to_key = ?, to_shown = ? WHERE to_key = ?",
                (number.key, number.shown, given.key),
            )
            if not self._db.execute("SELECT changes()").fetchone()[0]:
                row = (given.key, given.shown, number.key, number.shown)
                self._db.execute("INSERT OR REPLACE INTO corrections VALUES (?,?,?,?)", row)
            self._db.execute("DELETE FROM corrections WHERE key = to_key")  # back to what the spreadsheet has
            self._db.execute("DELETE FROM orders WHERE key = ?", (given.key,))
            write_result(self._db, result, processed_at)
            self._db.execute("UPDATE OR REPLACE asked_orders SET key = ? WHERE key = ?", (number.key, given.key))
            self._db.execute("UPDATE trials SET is_kept = 1 WHERE id = ?", (trial.id,))

    def end(self, trial: Trial) -> None:
        """Forget a trial: it is carried out, or given up."""
        with writable(self._path), transaction(self._db):
            self._db.execute("DELETE FROM trials WHERE id = ?", (trial.id,))
