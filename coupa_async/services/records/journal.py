"""The journal: what happened to each order and attachment, in SQLite. Later runs resume from it.

Write-ahead logging with ``synchronous=NORMAL`` (``database.py`` says where not): a commit survives the death of our
process at any instant, and costs no fsync. Folders and spreadsheet are projections that can be made again from here.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from coupa_async.domain.data.lines import LinesOfOrder
from coupa_async.domain.data.record import OrderData
from coupa_async.domain.errors import OutputError, StorageError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.records.corrections_schema import SCHEMA as CORRECTIONS_SCHEMA
from coupa_async.services.records.data_text import text_to_data, text_to_lines
from coupa_async.services.records.database import NAME, open_database, paged, transaction
from coupa_async.services.records.journal_rows import read_results, write_result
from coupa_async.services.records.journal_schema import bring_up, refuse_foreign
from coupa_async.services.records.readable import closed_on_error, reads, writable

_log = logging.getLogger(__name__)
FILE_NAME = NAME


class Journal:
    """The journal of one output folder. Used by one at a time, from whatever thread; statements take microseconds.

    Attributes:
        warning: A warning for the user about its disk; empty if there is none.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the journal.

        Raises:
            OutputError: If the file is no journal of ours, or cannot be written.
        """
        self._path = path
        self._filed: list[tuple[str]] = []
        self._left: dict[str, str] = {}
        try:
            refuse_foreign(path)
            self._db, self.warning = open_database(path, check_same_thread=False)
            with closed_on_error(self._db):
                bring_up(self._db, path)
                self._db.executescript(CORRECTIONS_SCHEMA)
        except (sqlite3.Error, ValueError) as error:
            raise OutputError(
                f"{path}: cannot be used as a journal ({error}): choose another folder with -o"
            ) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with self._transaction():
                self._note_filed()
        except StorageError as error:
            _log.info("folders are looked at again by the next run: %s", error)
        finally:
            self._db.close()

    def record(self, result: OrderResult, processed_at: datetime) -> None:
        """Record an order's result in place of an older one. Its folder is not renamed yet."""
        self.record_all([(result, processed_at)])

    def record_all(self, results: Iterable[tuple[OrderResult, datetime]]) -> None:
        """Record the results of several orders, all of them or none.

        Raises:
            StorageError: If the disk takes no more.
        """
        with self._transaction():
            self._note_filed()
            for result, processed_at in results:
                write_result(self._db, result, processed_at)

    def filed(self, number: OrderNumber) -> None:
        """Note that the order's folder has its final name. Written with the next record, or on closing.

        After a kill before that, the next run only looks at the folder again.
        """
        self._filed.append((number.key,))

    def unfiled(self) -> list[OrderResult]:
        """Return the results whose folders may still have to be renamed, after a kill between record and rename."""
        self._note_filed()
        return [result for result, _ in self._results("filed = 0")]

    @reads
    def settled(self) -> frozenset[str]:
        """Return the keys of all orders that have an outcome."""
        return frozenset(key for (key,) in self._db.execute("SELECT key FROM orders"))

    def folder_of(self, number: OrderNumber) -> str:
        """Return the folder that a forgotten order has left; empty if none."""
        return self._left.get(number.key, "")

    def results(self) -> Iterator[tuple[OrderResult, datetime]]:
        """Read every order's result and when it was processed, by key, without holding them all."""
        return self._results()

    def result(self, key: str) -> tuple[OrderResult, datetime] | None:
        """Return an order's result and when it was processed; ``None`` if it has none."""
        return next(self._results("key = ?", key), None)

    @reads
    def data(self) -> Iterator[OrderData]:
        """Read the data of every order that has any, by key, without holding them all."""
        query = "SELECT order_key, fields FROM order_data WHERE order_key > ? ORDER BY order_key LIMIT ?"
        for _, fields in paged(self._db, query, after=""):
            yield text_to_data(fields)

    @reads
    def suppliers_and_data(self) -> Iterator[tuple[str, str, OrderData]]:
        """Read the key, the supplier and the data of every order that has data, without holding them all."""
        query = (
            "SELECT key, supplier, fields FROM orders JOIN order_data ON key = order_key WHERE key > ? "
            "ORDER BY key LIMIT ?"
        )
        for key, supplier, fields in paged(self._db, query, after=""):
            yield key, supplier, text_to_data(fields)

    @reads
    def lines(self, keys: Iterable[str]) -> Iterator[LinesOfOrder]:
        """Read the lines of those of some orders that have any recorded, without holding them all."""
        query = (
            "SELECT shown, fields, lines FROM order_data JOIN orders ON key = order_key WHERE key = ? AND lines <> ''"
        )
        for key in keys:
            for shown, fields, lines in self._db.execute(query, (key,)).fetchall():
                yield LinesOfOrder(number=shown, data=text_to_data(fields), lines=text_to_lines(lines))

    @reads
    def without_lines(self) -> Iterator[str]:
        """Return the keys of orders whose pages were read and whose lines were not."""
        query = (
            "SELECT key FROM orders LEFT JOIN order_data ON key = order_key WHERE key > ? AND coalesce(lines, '') = '' "
            "AND outcome IN ('COMPLETED', 'NO_ATTACHMENTS', 'PARTIAL') ORDER BY key LIMIT ?"
        )
        for (key,) in paged(self._db, query, after=""):
            yield key

    @reads
    def outcomes(self) -> dict[str, Outcome]:
        """Return the outcome of every order, by key."""
        return {
            key: Outcome(outcome) for key, outcome in self._db.execute("SELECT key, outcome FROM orders").fetchall()
        }

    @reads
    def groups(self) -> list[tuple[str, Outcome]]:
        """Return every order's group and outcome."""
        rows = self._db.execute("SELECT group_name, outcome FROM orders").fetchall()
        return [(group, Outcome(outcome)) for group, outcome in rows]

    @reads
    def files(self) -> tuple[int, int]:
        """Return how many files are kept, and their bytes."""
        count, size = self._db.execute("SELECT count(*), coalesce(sum(size_bytes), 0) FROM attachments").fetchone()
        return int(count), int(size)

    @reads
    def duplicates(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Return the digests that several files kept have, and where these are below the output folder."""
        query = (
            "SELECT sha256, count(*) FROM attachments WHERE sha256 > ? AND size_bytes > 0 "
            "GROUP BY sha256 HAVING count(*) > 1 ORDER BY sha256 LIMIT ?"
        )
        where = (
            "SELECT folder || '/' || name FROM attachments JOIN orders ON key = order_key "
            "WHERE sha256 = ? AND folder <> '' AND filed = 1 ORDER BY order_key, position"
        )
        for sha256, _ in paged(self._db, query, after=""):
            yield sha256, tuple(path for (path,) in self._db.execute(where, (sha256,)).fetchall())

    @reads
    def times(self) -> list[datetime]:
        """Return when each order was processed, the earliest first."""
        rows = self._db.execute("SELECT processed_at FROM orders ORDER BY processed_at").fetchall()
        return [datetime.fromisoformat(at) for (at,) in rows]

    def forget(self, numbers: Iterable[OrderNumber]) -> None:
        """Drop orders' outcomes, so that they run again. Their files and folders stay until then."""
        with self._transaction():
            for number in numbers:
                query = "DELETE FROM orders WHERE key = ? RETURNING folder"
                self._left.update((number.key, folder) for (folder,) in self._db.execute(query, (number.key,)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with writable(self._path), transaction(self._db):
            yield

    def _note_filed(self) -> None:
        self._db.executemany("UPDATE orders SET filed = 1 WHERE key = ?", self._filed)
        self._filed.clear()

    @reads
    def _results(self, which: str = "1", *given: str) -> Iterator[tuple[OrderResult, datetime]]:
        yield from read_results(self._db, which, *given)
