"""Restarts, one for one: a worker's life ends, a new one begins, unless lives end faster than restarting can help."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import anyio

from coupa_async.domain.errors import SessionLostError
from coupa_async.domain.events import WorkerRestarting, WorkerStopped
from coupa_async.engine.plan import Plan
from coupa_async.engine.worker import Worker
from coupa_async.ports import Observer


async def supervise(worker: Worker, plan: Plan, tell: Observer, *, dice: Callable[[], float]) -> bool:
    """Keep a worker alive until no order is left for it.

    The first restart is at once, then backoff with full jitter, from the start again after a healthy life.

    Returns:
        ``True`` when the worker ended by itself, ``False`` when it was given up: more than ``plan.max_restarts``
        within ``plan.restart_period_s``.
    """
    restarts: deque[float] = deque()
    failures = 0
    while True:
        born_s = anyio.current_time()
        try:
            with anyio.CancelScope() as life:
                await worker.live(life)
                tell(WorkerStopped(worker=worker.name))
                return True
            reason = f"no progress for {plan.stall_s:.0f} s" if life.deadline <= anyio.current_time() else "restarted"
        except SessionLostError as error:
            reason = str(error)
        now_s = anyio.current_time()
        healthy = now_s - born_s >= plan.healthy_s or worker.done_in_this_life > 0
        failures = 1 if healthy else failures + 1
        restarts.append(now_s)
        while now_s - restarts[0] > plan.restart_period_s:
            restarts.popleft()
        if len(restarts) > plan.max_restarts:
            tell(WorkerStopped(worker=worker.name, reason=f"{len(restarts)} restarts are too many: {reason}"))
            return False
        delay_s = plan.restart_backoff.delay_s(failures - 1, dice()) if failures > 1 else 0.0
        tell(WorkerRestarting(worker=worker.name, reason=reason, delay_s=delay_s))
        await anyio.sleep(delay_s)
