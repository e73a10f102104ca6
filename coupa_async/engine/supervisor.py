"""Restarts, one for one: a worker's life ends, a new one begins, unless lives end faster than restarting can help."""

from __future__ import annotations

from collections import deque

import anyio

from coupa_async.domain.errors import SessionLostError
from coupa_async.domain.events import WorkerRecycled, WorkerRestarting, WorkerStopped
from coupa_async.engine.worker import Crew, Worker


async def supervise(worker: Worker, crew: Crew) -> bool:
    """Keep a worker alive until no order is left for it.

    The first restart is at once, then backoff with full jitter, from the start again after a healthy life. A session
    that retires is no restart.

    Returns:
        ``True`` when the worker ended by itself, ``False`` when it was given up: more than ``plan.max_restarts``
        within ``plan.restart_period_s``.
    """
    plan = crew.plan
    restarts: deque[float] = deque()
    failures = 0
    while True:
        async with crew.berths:
            if not await worker.is_wanted():
                crew.tell(WorkerStopped(worker=worker.name))
                return True
            born_s = anyio.current_time()
            reason = await _live(worker, plan.stall_s)
        if not reason:
            if worker.retiring:
                crew.tell(WorkerRecycled(worker=worker.name, reason=worker.retiring))
            continue
        now_s = anyio.current_time()
        healthy = now_s - born_s >= plan.healthy_s or worker.done_in_this_life > 0
        await worker.carry_over(reason)
        failures = 1 if healthy else failures + 1
        restarts.append(now_s)
        while now_s - restarts[0] > plan.restart_period_s:
            restarts.popleft()
        if len(restarts) > plan.max_restarts:
            crew.tell(WorkerStopped(worker=worker.name, reason=f"{len(restarts)} restarts are too many: {reason}"))
            return False
        delay_s = plan.restart_backoff.delay_s(failures - 1, crew.dice()) if failures > 1 else 0.0
        crew.tell(WorkerRestarting(worker=worker.name, reason=reason, delay_s=delay_s))
        await anyio.sleep(delay_s)


async def _live(worker: Worker, stall_s: float) -> str:
    """Have a worker live once.

    Returns:
        Why its life was cut short; empty if it was not.
    """
    try:
        with anyio.CancelScope() as life:
            await worker.live(life)
            return ""
    except SessionLostError as error:
        return str(error)
    stalled = life.deadline <= anyio.current_time()
    return f"no progress for {stall_s:.0f} s" if stalled else str(worker.restarting)
