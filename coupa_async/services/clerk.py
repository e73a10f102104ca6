"""Outcomes into the journal and folders into their names: one order's, or those of several that end together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import anyio

from coupa_async import errands
from coupa_async.domain.outcome import OrderResult
from coupa_async.services.journal import Journal
from coupa_async.services.storage import Storage


@dataclass(slots=True)
class _Batch:
    """What is written in one transaction.

    Attributes:
        error: Why nothing is known to be written.
    """

    entries: list[tuple[OrderResult, datetime]] = field(default_factory=list)
    error: Exception | None = None


class Clerk:
    """Writes one batch at a time; what comes meanwhile is the next one. So a slow disk slows nobody down twice."""

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
                    await errands.run(partial(self._write, batch.entries))
                except Exception as error:  # noqa: BLE001 - raised below, for each of the batch
                    batch.error = error
        if batch.error is not None:
            raise batch.error

    def _write(self, entries: Sequence[tuple[OrderResult, datetime]]) -> None:
        self._journal.record_all(entries)
        self._storage.settle(*(result for result, _ in entries))
        for result, _ in entries:
            self._journal.filed(result.number)
