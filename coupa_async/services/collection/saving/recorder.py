"""Records results in the journal and renames the folders, for several orders at once if they end together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import anyio

from coupa_async.domain.errors import FileInUseError
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.runtime import worker_threads
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import Journal

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    """Results that are written in one transaction.

    Attributes:
        error: Why it could not be written.
    """

    entries: list[tuple[OrderResult, datetime]] = field(default_factory=list)
    error: Exception | None = None


class ResultRecorder:
    """Writes one batch at a time. Results that come meanwhile form the next batch, so all wait once for a slow disk."""

    def __init__(self, journal: Journal, storage: Storage, now: Callable[[], datetime]) -> None:
        self._journal = journal
        self._storage = storage
        self._now = now
        self._next = _Batch()
        self._one = anyio.Lock(fast_acquire=True)

    async def record(self, result: OrderResult) -> None:
        """Write the outcome down first, then give the folder its name.

        Raises:
            StorageError: If the disk takes no more.
        """
        batch = self._next
        batch.entries.append((result, self._now()))
        async with self._one:
            if batch is self._next:  # else somebody whose outcome is in it has had it written
                self._next = _Batch()
                try:
                    await worker_threads.run(partial(self._write, batch.entries))
                except Exception as error:  # noqa: BLE001 - raised below, for each of the batch
                    batch.error = error
        if batch.error is not None:
            raise batch.error

    def _write(self, entries: Sequence[tuple[OrderResult, datetime]]) -> None:
        self._journal.record_all(entries)
        _file(self._journal, self._storage, [result for result, _ in entries])


def file_unfiled(journal: Journal, storage: Storage) -> None:
    """Rename folders that could not be renamed before, because of a kill or a viewer that held a file. Blocking.

    Raises:
        StorageError: If the disk takes no more.
    """
    _file(journal, storage, journal.unfiled())


def fail_unfiled(journal: Journal, storage: Storage, now: datetime) -> list[str]:
    """Try to rename them once more; orders whose folders still cannot be renamed are FAILED. Blocking.

    Returns:
        A sentence for each such order.

    Raises:
        StorageError: If the disk takes no more.
    """
    results = {result.number.key: result for result in journal.unfiled()}
    held = _file(journal, storage, list(results.values()))
    for key, error in held.items():
        result = results[key]
        if at := storage.found(result.number):
            story = ". ".join(filter(None, (str(error), result.error)))
            journal.record(replace(result, outcome=Outcome.FAILED, folder=at, error=story), now)
            journal.filed(result.number)
    return [str(error) for error in held.values()]


def _file(journal: Journal, storage: Storage, results: Sequence[OrderResult]) -> dict[str, FileInUseError]:
    """Rename folders and note which are done; return an error for each that another program holds."""
    held = storage.settle(*results)
    for result in results:
        if error := held.get(result.number.key):
            _log.warning("%s keeps the folder of an order in work for now: %s", result.number.shown, error)
        else:
            journal.filed(result.number)
    return held
