"""Floor 1: blocking calls in worker threads, several to a trip: the way there and back takes longer than most of them.

One trip at a time, for as long as trips are short. A slow disk is asked for several things at once all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio
from anyio import lowlevel, to_thread

T = TypeVar("T")
_SHORT_S = 0.02


@dataclass(slots=True)
class _Errand(Generic[T]):
    """One call.

    Attributes:
        results: What it returned, once it has.
        error: What it raised.
    """

    call: Callable[[], T]
    results: list[T] = field(default_factory=list)
    error: BaseException | None = None

    def do(self) -> None:
        try:
            self.results.append(self.call())
        except BaseException as error:  # noqa: BLE001 - raised where the call is waited for
            self.error = error


@dataclass(slots=True)
class _Trip:
    """Calls that one thread makes, one after the other."""

    errands: list[_Errand[Any]] = field(default_factory=list)
    is_over: anyio.Event = field(default_factory=anyio.Event)

    def go(self) -> None:
        for errand in self.errands:
            errand.do()


class Errands:
    """Makes blocking calls for many tasks."""

    def __init__(self) -> None:
        self._turn = anyio.Semaphore(1, fast_acquire=True)
        self._next = _Trip()

    async def run(self, call: Callable[[], T]) -> T:
        """Make a call in a thread. What it raises is raised here; once begun, it is waited for whatever happens."""
        await lowlevel.checkpoint_if_cancelled()
        errand, trip = _Errand(call), self._next
        trip.errands.append(errand)
        with anyio.CancelScope(shield=True):
            if len(trip.errands) > 1:
                await trip.is_over.wait()
            else:
                await self._go(trip)
        if errand.error is not None:
            raise errand.error
        return errand.results[0]

    async def _go(self, trip: _Trip) -> None:
        """Take along whoever asks until the trip before is over, or is no short one."""
        with anyio.move_on_after(_SHORT_S) as waiting:
            await self._turn.acquire()
        await lowlevel.checkpoint()  # whoever is about to ask comes along, too
        self._next = _Trip()
        try:
            await to_thread.run_sync(trip.go)
        finally:
            trip.is_over.set()
            if not waiting.cancelled_caught:
                self._turn.release()
