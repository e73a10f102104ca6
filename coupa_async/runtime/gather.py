"""Runs several async functions side by side, with a limit, and returns their results in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio
from anyio import lowlevel

from coupa_async.runtime.cleanup import plain_errors

T = TypeVar("T")


async def gather(jobs: Sequence[Callable[[], Awaitable[T]]], limit: int) -> list[T]:
    """Run jobs, at most ``limit`` at once. The first error cancels the others and is raised as itself.

    Returns:
        Their results in the order of the jobs, whichever ended first.
    """
    results: dict[int, T] = {}
    limiter = anyio.Semaphore(limit, fast_acquire=True)

    async def run(index: int, job: Callable[[], Awaitable[T]]) -> None:
        async with limiter:
            results[index] = await job()

    with plain_errors():
        async with anyio.create_task_group() as group:
            for index, job in enumerate(jobs[:-1]):
                group.start_soon(run, index, job, name=f"job {index + 1} of {len(jobs)}")
            for job in jobs[-1:]:  # this task would only wait
                await run(len(jobs) - 1, job)
    # A cancelled job has no result, and this task need not have noticed: the last job may have ended in a shield.
    await lowlevel.checkpoint_if_cancelled()
    return [results[index] for index in range(len(jobs))]
