"""Pages read in tabs, and the tasks that answer a browser, beside a session and after it."""

from __future__ import annotations

import anyio
import pytest

from backends.browser.chromium import BrowserOptions
from backends.browser.tab_pool import EventTasks, navigate_until, no_other_tab
from coupa_async.ports import Document, Fill

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


class FormTab:
    """A tab with a form whose answer takes its time."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s
        self._sent_s: float | None = None

    async def navigate(self, url: str, *, within_s: float) -> None:
        await anyio.lowlevel.checkpoint()

    async def document(self) -> Document:
        await anyio.lowlevel.checkpoint()
        is_in = self._sent_s is not None and anyio.current_time() - self._sent_s >= self._answer_s
        return Document(url="https://t.example/", html="welcome" if is_in else "form")

    async def fill(self, step: Fill, *, within_s: float) -> None:
        await anyio.lowlevel.checkpoint()
        self._sent_s = self._sent_s or anyio.current_time()

    async def click(self, selector: str) -> None:
        raise AssertionError(selector)

    async def change(self) -> None:
        await anyio.sleep(0.02)

    async def ask(self) -> None:
        await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(("answer_s", "html"), [(0.5, "welcome"), (9.0, "form")])
async def test_the_answer_of_a_form_has_the_time_of_a_page_and_not_only_that_of_a_still_one(
    answer_s: float, html: str
) -> None:
    filled: list[str] = []

    def fill(document: Document) -> Fill | None:
        filled.append(document.html)
        return Fill(fields=(("#user", "ann"),), submit="#go") if len(filled) == 1 else None

    document = await navigate_until(
        FormTab(answer_s),
        "https://t.example/",
        BrowserOptions(settle_s=0.1, page_timeout_s=1.0),
        until=lambda document: document.html == "welcome",
        fill=fill,
        elsewhere=no_other_tab,
        within_s=None,
    )
    assert document.html == html
