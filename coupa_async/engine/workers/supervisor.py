"""Restarts: after each session the next one begins, unless sessions end faster than restarting can help."""

from __future__ import annotations

from collections import deque

import anyio

from coupa_async.domain.errors import SessionLostError
from coupa_async.domain.events import WorkerPaused, WorkerRecycled, WorkerRestarting, WorkerStopped
from coupa_async.domain.totals.counts import counted
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker


async def supervise(worker: Worker, context: WorkerContext) -> bool:
    """Give a worker session after session until no order is left for it.

    The first restart is at once; further ones wait with backoff and full jitter. A healthy session starts the count
    again. The end of a session that retires is no restart.

    Returns:
        ``True`` when the worker ended by itself, ``False`` when it was given up: more than ``limits.max_restarts``
        within ``limits.restart_period_s``.
    """
    limits = context.limits
    restarts: deque[float] = deque()
    failures = 0
    while True:
        async with context.session_slots:
            if not await worker.wait_for_order():
                context.notify(WorkerStopped(worker=worker.name))
                return True
            born_s = anyio.current_time()
            reason = await _run_session(worker, limits.stall_s)
        if not reason:
            if worker.retiring:
                context.notify(WorkerRecycled(worker=worker.name, reason=worker.retiring))
                if context.session_slots.is_full:
                    context.notify(WorkerPaused(worker=worker.name))
            continue
        now_s = anyio.current_time()
        healthy = now_s - born_s >= limits.healthy_s or worker.done_in_session > 0
        await worker.carry_over(reason)
        failures = 1 if healthy else failures + 1
        restarts.append(now_s)
        while now_s - restarts[0] > limits.restart_period_s:
            restarts.popleft()
        if len(restarts) > limits.max_restarts:
            often = f"it was lost {counted(len(restarts), 'time')} within {limits.restart_period_s / 60:.0f} minutes"
            context.notify(WorkerStopped(worker=worker.name, reason=f"{often}: {reason}"))
            return False
        delay_s = limits.restart_backoff.delay_s(failures - 1, context.jitter()) if failures > 1 else 0.0
        context.notify(WorkerRestarting(worker=worker.name, reason=reason, delay_s=delay_s))
        await anyio.sleep(delay_s)


async def _run_session(worker: Worker, stall_s: float) -> str:
    """Run a worker on one session.

    Returns:
        Why the session was cut short; empty if it was not.
    """
    try:
        with anyio.CancelScope() as session_scope:
            await worker.run_session(session_scope)
            return ""
    except SessionLostError as error:
        return str(error)
    stalled = session_scope.deadline <= anyio.current_time()
    return f"no progress for {stall_s:.0f} s" if stalled else str(worker.restarting)
