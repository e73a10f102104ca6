"""Runs all orders through all workers: the nested task groups."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio

from coupa_async.domain.errors import RestartIntensityError
from coupa_async.domain.order import Order
from coupa_async.engine.feed import feed
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.supervisor import supervise
from coupa_async.engine.workers.worker import Worker
from coupa_async.runtime.cleanup import plain_errors


async def download_all(
    orders: Sequence[Order],
    names: Sequence[str],
    context: WorkerContext,
    shutdown: Shutdown,
    *,
    workers: list[Worker],
    services: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> None:
    """Work off all orders, with as many workers as are wanted. Orders not recorded in the end are still pending.

    Args:
        orders: What to do.
        names: The workers' names: as many as there may be.
        context: What the workers share.
        shutdown: How signals end the run.
        workers: Filled with the workers while they work; the memory guard reads it.
        services: Functions that run beside the workers until these are done.

    Raises:
        SignInError: If sign-in is impossible.
        RestartIntensityError: If every worker was given up with orders left.
        RunError: If nothing can go on.
        InputError: If there is no browser to start.
    """
    todo, hired = deque(orders), list(names)
    with plain_errors():
        async with anyio.create_task_group() as beside:
            await beside.start(shutdown.listen, name="signals")
            for service in services:
                beside.start_soon(service, name=getattr(service, "__qualname__", "service"))
            while todo and hired and shutdown.signal is None:
                todo, hired = await _round(todo, hired, context, shutdown, workers)
            beside.cancel_scope.cancel("no order is left, or no worker")
    if todo and shutdown.signal is None:
        raise RestartIntensityError("every browser was lost too often: see run.log for why; run again to resume")


async def _round(
    orders: deque[Order], names: Sequence[str], context: WorkerContext, shutdown: Shutdown, workers: list[Worker]
) -> tuple[deque[Order], list[str]]:
    """Work until no order is left to take, or no worker to take one.

    Returns:
        The orders left over, first those in flight of workers that were given up; and the workers that may go on.
    """
    send, receive = anyio.create_memory_object_stream[Order](0)
    workers[:] = [Worker(name, context, receive.clone()) for name in names]
    receive.close()
    at_work: set[str] = set()
    holding: list[str] = []
    hiring = anyio.CancelScope()

    async def run(worker: Worker, delay_s: float) -> None:
        async with worker:
            await anyio.sleep(delay_s)
            if await supervise(worker, context):
                holding.append(worker.name)
        at_work.discard(worker.name)
        if not at_work:
            hiring.cancel("no order is left, or no worker")

    async with anyio.create_task_group() as working:
        feeding = anyio.CancelScope()
        shutdown.stops(feeding, working.cancel_scope)
        working.start_soon(feed, orders, send, feeding, name="feed")
        with hiring, _closed(deque(workers)) as spare:
            while spare:
                wanted = await context.session_slots.wait_for_more(len(workers) - len(spare))
                hired = [spare.popleft() for _ in range(min(wanted - len(workers) + len(spare), len(spare)))]
                at_work.update(worker.name for worker in hired)
                for number, worker in enumerate(hired):
                    working.start_soon(run, worker, number * context.limits.stagger_s, name=worker.name)
    return deque([*(order for worker in workers for order in worker.in_flight.orders), *orders]), holding


@contextmanager
def _closed(spare: deque[Worker]) -> Iterator[deque[Worker]]:
    """Close the workers that are left over in the end, which nobody wanted."""
    try:
        yield spare
    finally:
        for worker in spare:
            worker.close()
