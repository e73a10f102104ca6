"""Blocking contexts, entered and left in worker threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from coupa_async.runtime.contexts import contexts_in_threads

pytestmark = pytest.mark.anyio


class Steps:
    """What was done, and whether the event loop's own thread did it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.loop_thread = threading.get_ident()

    @contextmanager
    def of(self, name: str) -> Iterator[str]:
        self.note(f"enter {name}")
        try:
            yield name
        finally:
            self.note(f"leave {name}")

    def note(self, step: str) -> None:
        assert threading.get_ident() != self.loop_thread
        self.done.append(step)


async def test_contexts_are_left_the_last_one_first_and_beside_the_event_loop() -> None:
    steps = Steps()
    async with contexts_in_threads() as contexts:
        assert await contexts.enter(steps.of("a")) == "a"
        await contexts.enter(steps.of("b"))
    assert steps.done == ["enter a", "enter b", "leave b", "leave a"]


async def test_contexts_that_were_left_early_are_left_once() -> None:
    steps = Steps()
    async with contexts_in_threads() as contexts:
        await contexts.enter(steps.of("a"))
        await contexts.leave()
        assert steps.done == ["enter a", "leave a"]
    assert steps.done == ["enter a", "leave a"]


async def test_contexts_are_left_also_by_a_cancelled_block() -> None:
    steps = Steps()
    with anyio.CancelScope() as scope:
        async with contexts_in_threads() as contexts:
            await contexts.enter(steps.of("a"))
            scope.cancel()
            await anyio.sleep_forever()
    assert steps.done == ["enter a", "leave a"]
