"""Blocking calls by the trip: together where they come together, each with its own end, none held up by a slow one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import anyio
import pytest
from anyio import to_thread

from coupa_async.runtime import worker_threads

pytestmark = pytest.mark.anyio


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Every trip that begins."""
    begun: list[Callable[[], object]] = []
    real = to_thread.run_sync

    async def counted(call: Callable[[], object]) -> object:
        begun.append(call)
        return await real(call)

    monkeypatch.setattr(to_thread, "run_sync", counted)
    return begun


async def test_calls_that_come_together_make_one_trip_in_their_order(trips: list[object]) -> None:
    made: list[int] = []
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(worker_threads.run, partial(made.append, number))
    assert sorted(made) == [0, 1, 2, 3, 4]
    assert len(trips) == 1


async def test_an_error_is_raised_where_its_call_is_waited_for_and_nowhere_else() -> None:
    came: dict[str, object] = {}

    async def ask(text: str) -> None:
        try:
            came[text] = await worker_threads.run(partial(int, text))
        except ValueError as error:
            came[text] = type(error)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for text in ("1", "none", "3"):
                group.start_soon(ask, text)
    assert came == {"1": 1, "none": ValueError, "3": 3}


async def test_a_slow_call_holds_up_no_other_trip() -> None:
    slow = threading.Event()
    was_freed: list[bool] = []
    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            group.start_soon(worker_threads.run, lambda: was_freed.append(slow.wait(5)))
            await anyio.wait_all_tasks_blocked()
            await worker_threads.run(slow.set)
    assert was_freed == [True]


async def test_a_call_that_has_begun_is_waited_for_though_its_task_is_cancelled() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def call() -> None:
        begun.set()
        go_on.wait(5)
        ended.append("call")

    async def ask() -> None:
        try:
            await worker_threads.run(call)
        finally:
            ended.append("task")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(ask)
            await to_thread.run_sync(begun.wait)
            group.cancel_scope.cancel("the worker ends")
            with anyio.CancelScope(shield=True):
                await anyio.wait_all_tasks_blocked()
            go_on.set()
    assert ended == ["call", "call", "task", "task"]
