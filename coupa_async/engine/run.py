"""All orders through all workers: the nest of task groups."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import anyio

from coupa_async.domain.errors import RestartIntensityError
from coupa_async.domain.order import Order
from coupa_async.engine.feed import feed
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.supervisor import supervise
from coupa_async.engine.worker import Crew, Worker
from coupa_async.ports import Profile
from coupa_async.scopes import plain_errors


async def download_all(
    orders: Sequence[Order],
    profiles: Sequence[Profile],
    crew: Crew,
    shutdown: Shutdown,
    *,
    roster: list[Worker],
    services: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> None:
    """Work off all orders, one worker a profile. What is not recorded when this returns or raises is still pending.

    Args:
        orders: What to do.
        profiles: One a worker.
        crew: What the workers share.
        shutdown: How signals end the run.
        roster: Holds the workers while they work: what the memory guard looks through.
        services: Run beside the workers until they are done.

    Raises:
        SignInError: If sign-in is impossible.
        RestartIntensityError: If every worker was given up with orders left.
        RunError: If nothing can go on.
        InputError: If there is no browser to start.
    """
    todo, hired = deque(orders), list(profiles)
    with plain_errors():
        async with anyio.create_task_group() as beside:
            await beside.start(shutdown.listen, name="signals")
            for service in services:
                beside.start_soon(service, name=getattr(service, "__qualname__", "service"))
            while todo and hired and shutdown.signal is None:
                todo, hired = await _round(todo, hired, crew, shutdown, roster)
            beside.cancel_scope.cancel("no order is left, or no worker")
    if todo and shutdown.signal is None:
        raise RestartIntensityError("every worker was lost too often: see run.log for why; run again to resume")


async def _round(
    orders: deque[Order], profiles: Sequence[Profile], crew: Crew, shutdown: Shutdown, roster: list[Worker]
) -> tuple[deque[Order], list[Profile]]:
    """Work until no order is left to take, or no worker to take one.

    Returns:
        The orders left over, those that given-up workers had in hand first, and the profiles that still hold.
    """
    send, receive = anyio.create_memory_object_stream[Order](0)
    roster[:] = workers = [Worker(profile, crew, receive.clone()) for profile in profiles]
    receive.close()
    holding: list[Profile] = []

    async def run(worker: Worker, profile: Profile, delay_s: float) -> None:
        async with worker:
            await anyio.sleep(delay_s)
            if await supervise(worker, crew):
                holding.append(profile)

    async with anyio.create_task_group() as working:
        feeding = anyio.CancelScope()
        shutdown.stops(feeding, working.cancel_scope)
        working.start_soon(feed, orders, send, feeding, name="feed")
        for number, (worker, profile) in enumerate(zip(workers, profiles, strict=True)):
            working.start_soon(run, worker, profile, number * crew.plan.stagger_s, name=worker.name)
    return deque([*(order for worker in workers for order in worker.hands.orders), *orders]), holding
