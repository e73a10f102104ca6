"""The tasks that answer a browser, beside a session and after it."""

from __future__ import annotations

import anyio
import pytest

from backends.browser.tab_pool import EventTasks

pytestmark = pytest.mark.anyio


async def test_a_browser_that_asks_after_the_session_is_over_is_not_answered_and_nothing_breaks() -> None:
    answered: list[str] = []

    async def answer() -> None:
        await anyio.lowlevel.checkpoint()
        answered.append("answer")

    async with anyio.create_task_group() as tasks:
        answers = EventTasks(tasks)
        answers.spawn(answer)
        await anyio.sleep(0.01)
        answers.end()
        answers.spawn(answer)
    answers.spawn(answer)
    assert answered == ["answer"]
