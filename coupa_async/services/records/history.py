"""The runs of one output folder and their events: for the report, never for resuming.

Tables of their own in the journal's file, on a connection of their own, so that whoever reads the history opens
nothing else and a run without one is still a whole run.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coupa_async.domain.errors import OutputError
from coupa_async.domain.events import (
    Draining,
    Event,
    MemoryRead,
    PaceChanged,
    PersonWaitedFor,
    RunStarted,
    SignedIn,
    TenantLost,
    Warned,
    WorkerRecycled,
    WorkerRestarting,
    WorkerStopped,
)
from coupa_async.domain.redaction import redacted
from coupa_async.services.records.asked_orders import SCHEMA as ASKED_SCHEMA
from coupa_async.services.records.asked_orders import AskedOrders, read_asked_orders, write_asked_orders
from coupa_async.services.records.database import open_database, paged, transaction
from coupa_async.services.records.readable import closed_on_error, reads, writable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started_at TEXT NOT NULL, ended_at TEXT, backend TEXT NOT NULL, lane TEXT NOT NULL,
    workers INTEGER NOT NULL, settings TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS moments (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, at TEXT NOT NULL, kind TEXT NOT NULL,
    worker TEXT NOT NULL, detail TEXT NOT NULL, value REAL
) STRICT;
CREATE INDEX IF NOT EXISTS moments_of_run ON moments (run);
"""

# The events that are kept: kind, worker, detail, value. All others pass by.
_KEPT: dict[type, Callable[[Any], tuple[str, str, str, float | None]]] = {
    RunStarted: lambda event: ("started", "", str(event.left_out or ""), event.total - event.skipped),
    WorkerRestarting: lambda event: ("restart", event.worker, event.reason, event.delay_s),
    WorkerRecycled: lambda event: ("recycled", event.worker, event.reason, None),
    WorkerStopped: lambda event: ("stopped", event.worker, event.reason, None),
    PersonWaitedFor: lambda event: ("waited", "", "", event.seconds),
    SignedIn: lambda event: ("sign_in", event.worker, "", event.seconds),
    TenantLost: lambda event: ("lost", "", event.reason, event.patience_s),
    PaceChanged: lambda event: ("pace", "", event.reason, event.limit),
    MemoryRead: lambda event: ("memory", "", str(event.threshold_percent), event.usage_percent),
    Draining: lambda event: ("draining", "", event.reason, event.grace_s),
    Warned: lambda event: ("warning", "", event.text, None),
}


_NONE = AskedOrders()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEvent:
    """Something that happened in a run.

    Attributes:
        kind: ``started`` (orders to do; detail: how many are left for another run, if any), ``restart`` (seconds
            until the next session), ``recycled``, ``stopped``, ``waited`` (seconds for a person), ``sign_in`` (seconds
            that it took), ``lost`` (seconds of patience with the tenant), ``draining`` (seconds of grace), ``warning``,
            ``pace`` (requests in flight), ``memory`` (percent of the machine in use; detail: the threshold).
        worker: The worker concerned; empty for the run.
        value: In the kind's unit; ``None`` where it has none.
    """

    at: datetime
    kind: str
    worker: str = ""
    detail: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run.

    Attributes:
        workers: How many were asked for; 0 where the run found the best number itself.
        ended_at: ``None`` while it goes on, and if it was killed.
        settings: Redacted: no secret is among them.
    """

    id: int
    started_at: datetime
    ended_at: datetime | None
    backend: str
    lane: str
    workers: int
    settings: Mapping[str, object]


class History:
    """The history of one output folder. Used by one thread at a time; its statements take microseconds."""

    def __init__(self, path: Path, now: Callable[[], datetime] = datetime.now) -> None:
        """Open the journal's file, and make the history's tables if they are missing.

        Args:
            path: The journal's.
            now: The clock of the journal's ``processed_at``.

        Raises:
            OutputError: If the file cannot be written.
        """
        self._now = now
        self._path = path
        self._run: int | None = None
        try:
            self._db, _ = open_database(
                path, check_same_thread=False
            )  # the journal has said what there is to be said of it
            with closed_on_error(self._db):
                self._db.executescript(_SCHEMA + ASKED_SCHEMA)
        except (sqlite3.Error, ValueError) as error:
            raise OutputError(
                f"{path}: cannot be used as a journal ({error}): choose another folder with -o"
            ) from error

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def begin(
        self,
        *,
        backend: str,
        lane: str,
        workers: int,
        settings: Mapping[str, object],
        asked: AskedOrders = _NONE,
    ) -> None:
        """Begin a run, which :meth:`note` then adds to. They replace those of the run before."""
        row = (self._stamp(), backend, lane, workers, json.dumps(settings))
        statement = "INSERT INTO runs (started_at, backend, lane, workers, settings) VALUES (?,?,?,?,?)"
        with writable(self._path), transaction(self._db):
            self._run = self._db.execute(statement, row).lastrowid
            write_asked_orders(self._db, asked)

    @reads
    def asked(self) -> AskedOrders:
        """Return what the spreadsheet of the latest run asks for; empty where an older version ran."""
        return read_asked_orders(self._db)

    def note(self, event: Event, /) -> None:
        """Keep an event if the report shows events of its kind. An observer."""
        kept = _KEPT.get(type(event))
        if kept is not None and self._run is not None:
            with writable(self._path):
                kind, worker, detail, value = kept(event)
                row = (self._run, self._stamp(), kind, worker, redacted(detail), value)
                self._db.execute("INSERT INTO moments VALUES (?,?,?,?,?,?)", row)

    def end(self) -> None:
        """End the run."""
        with writable(self._path):
            self._db.execute("UPDATE runs SET ended_at = ? WHERE id = ?", (self._stamp(), self._run))

    @reads
    def runs(self) -> list[RunRecord]:
        """Return all runs, the first one first."""
        rows = self._db.execute(
            "SELECT id, started_at, ended_at, backend, lane, workers, settings FROM runs ORDER BY id"
        )
        return [
            RunRecord(
                id=id_,
                started_at=datetime.fromisoformat(started),
                ended_at=datetime.fromisoformat(ended) if ended else None,
                backend=backend,
                lane=lane,
                workers=workers,
                settings=dict(json.loads(settings)),
            )
            for id_, started, ended, backend, lane, workers, settings in rows
        ]

    @reads
    def run_events(self, run: RunRecord) -> Iterator[RunEvent]:
        """Read what happened in a run, in order, without holding it all."""
        query = (
            "SELECT rowid, at, kind, worker, detail, value FROM moments "
            "WHERE run = ? AND rowid > ? ORDER BY rowid LIMIT ?"
        )
        for _, at, kind, worker, detail, value in paged(self._db, query, run.id, after=0):
            yield RunEvent(at=datetime.fromisoformat(at), kind=kind, worker=worker, detail=detail, value=value)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="milliseconds")
