"""The memory guard: fewer workers while memory is short, more when there is room again, never none.

``domain.policies.memory`` decides what to do. Readings are async functions, so tests run in virtual time.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from coupa_async.domain.events import MemoryRead
from coupa_async.domain.policies.memory import Grow, MemoryLimits, RestartHeaviest, Shrink, decide
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.workers.worker import Worker
from coupa_async.ports import Observer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Where the numbers come from.

    Attributes:
        usage: The share of memory in use, 0 to 1.
        weigh: The bytes that processes and all below them use.
    """

    usage: Callable[[], Awaitable[float]]
    weigh: Callable[[Sequence[int]], Awaitable[int]]


class MemoryGuard:
    """Watches memory beside the workers."""

    def __init__(
        self,
        workers: Sequence[Worker],
        session_slots: SessionSlots,
        readings: Readings,
        notify: Observer,
        *,
        limits: MemoryLimits,
        session_bytes: float = float("inf"),
        period_s: float = 2.0,
    ) -> None:
        """Make a guard.

        Args:
            workers: The workers.
            session_slots: How many of them may have a session; changed here.
            readings: Where the numbers come from.
            notify: Receives every reading.
            limits: When memory is short.
            session_bytes: A session heavier than this is recycled.
            period_s: Between readings.
        """
        self._workers = workers
        self._session_slots = session_slots
        self._readings = readings
        self._notify = notify
        self._limits = limits
        self._session_bytes = session_bytes
        self._period_s = period_s
        self._changed_s = float("-inf")

    async def watch(self) -> None:
        """Watch memory until cancelled."""
        while True:
            await self._look()
            await anyio.sleep(self._period_s)

    async def _look(self) -> None:
        usage, limits, slots = await self._readings.usage(), self._limits, self._session_slots
        allowed, configured = slots.allowed, slots.wanted
        threshold_percent = 100 * limits.threshold
        story = f"usage_percent={100 * usage:.1f} threshold_percent={threshold_percent:.1f}"
        self._notify(MemoryRead(usage_percent=100 * usage, threshold_percent=threshold_percent, workers=allowed))
        weights = [(await self._readings.weigh(worker.pids), worker) for worker in self._workers if worker.pids]
        for size_bytes, worker in weights:
            if size_bytes > self._session_bytes:
                worker.retire(f"its session uses {size_bytes / 2**20:.0f} MB")
        decision = decide(
            usage,
            limits,
            configured=configured,
            allowed=allowed,
            since_change_s=anyio.current_time() - self._changed_s,
        )
        heaviest = max(weights, key=lambda item: item[0], default=(0, None))[1]
        match decision:
            case Shrink():
                slots.limit(allowed - 1)
                if heaviest is not None:
                    heaviest.retire(f"memory pressure: {story}")
            case RestartHeaviest():
                slots.limit(max(1, allowed - 1))
                if heaviest is not None:
                    heaviest.restart(f"memory pressure: {story}")
            case Grow():
                slots.limit(allowed + 1)
            case _:
                return
        what = "memory pressure" if usage > limits.threshold else "there is memory again"
        _log.warning("%s: %s: %d of %d workers", what, story, slots.allowed, configured)
        self._changed_s = anyio.current_time()
