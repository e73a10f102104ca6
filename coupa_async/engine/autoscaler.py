"""Finds how many workers are best for machine and tenant while they work. ``domain.policies.autoscale`` decides.

Readings are functions, so tests run in virtual time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from coupa_async.domain.events import WorkersChanged
from coupa_async.domain.policies.autoscale import AutoscaleLimits, Window, WorkerSearch
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReadings:
    """Where the numbers come from.

    Attributes:
        busy: The share of the processors in use since it was last asked, 0 to 1.
        has_room: Whether memory has room for one more of so many browsers, whose root processes are given.
    """

    busy: Callable[[], Awaitable[float]]
    has_room: Callable[[Sequence[int], int], Awaitable[bool]]


class Autoscaler:
    """Looks how fast orders come, and changes how many workers are wanted."""

    def __init__(
        self,
        workers: Sequence[Worker],
        context: WorkerContext,
        readings: ScaleReadings,
        *,
        total: int,
        limits: AutoscaleLimits,
        launch_s: float = 120.0,
        period_s: float = 1.0,
    ) -> None:
        """Make an autoscaler.

        Args:
            workers: The workers, also those not at work.
            context: What they share.
            readings: Where the numbers come from.
            total: Orders to be done.
            limits: What the search goes by.
            launch_s: For the sessions of a number to begin, or to end.
            period_s: Between looks.
        """
        self._workers = workers
        self._context = context
        self._readings = readings
        self._total = total
        self._limits = limits
        self._launch_s = launch_s
        self._period_s = period_s
        self._search = WorkerSearch(limits=limits)

    async def watch(self) -> None:
        """Look and change until cancelled."""
        while True:
            if not await self._is_as_wanted():
                self._take(self._search.failed(anyio.current_time()))
            elif (window := await self._look()) is not None:
                self._take(self._search.measured(window, anyio.current_time()))

    async def _is_as_wanted(self) -> bool:
        """Wait until as many sessions are there as wanted; ``False`` if they do not come."""
        with anyio.move_on_after(self._launch_s) as scope:
            while True:
                if not self._context.gate.is_open:  # a sign-in, or an outage: no browser is to blame
                    scope.deadline = anyio.current_time() + self._launch_s
                elif len(self._at_work()) == self._search.workers:
                    return True
                await anyio.sleep(self._period_s)
        return False

    async def _look(self) -> Window | None:
        """Look for as long as it takes to judge the present number; ``None`` if something else came between."""
        context, began_s, done, pace = self._context, anyio.current_time(), self._context.finished.count, 1
        await self._readings.busy()
        while True:
            await anyio.sleep(self._period_s)
            if not context.gate.is_open or context.session_slots.allowed != self._search.workers:
                return None  # a sign-in, an outage or short memory says nothing of the number
            pace = max(pace, context.pace())
            seen = Window(orders=context.finished.count - done, seconds=anyio.current_time() - began_s)
            if self._search.is_enough(seen):
                at_work = self._at_work()
                pids = [pid for worker in at_work for pid in worker.pids]
                return Window(
                    orders=seen.orders,
                    seconds=seen.seconds,
                    busy=await self._readings.busy(),
                    has_room=await self._readings.has_room(pids, len(at_work)),
                    pace=pace,
                    left=self._total - context.finished.count,
                )

    def _take(self, search: WorkerSearch) -> None:
        before, self._search = self._search.workers, search
        if search.workers == before:
            return
        self._context.session_slots.want(search.workers)
        self._context.notify(
            WorkersChanged(workers=search.workers, most=self._limits.most, orders_per_s=search.best_per_s)
        )
        # Those without an order first, then those that came last.
        at_work = self._at_work()[::-1]
        at_work.sort(key=lambda worker: len(worker.in_flight.running))
        for worker in at_work[: max(0, len(at_work) - search.workers)]:
            worker.retire("fewer browsers are enough")

    def _at_work(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.has_session and not worker.retiring]
