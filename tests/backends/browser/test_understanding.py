"""Answers of a driver or a browser in a form that nobody foresaw: the session is lost, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from backends.browser.chromium import BrowserOptions
from backends.browser.reading import read_page_answer
from backends.browser.tab_pool import EventTasks
from backends.playwright.page_reader import PageReader as PlaywrightReader
from backends.playwright.session import PlaywrightSession
from backends.selenium.bidi import BidiConnection
from backends.selenium.session import SeleniumSession
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import SessionLostError
from coupa_async.ports import Session
from coupa_async.runtime.cleanup import plain_errors

pytestmark = pytest.mark.anyio
ODD: list[object] = [
    None,
    [],
    {},
    "text",
    7,
    {"result": None},
    {"result": {"cookies": [{"name": 1}]}},
    {"result": {"cookies": {}}},
]


class _Driver:
    """A driver whose connection answers everything with one thing."""

    script = None

    def __init__(self, answer: object) -> None:
        self._websocket_connection: Any = self
        self._answer = answer

    def send_cmd(self, method: str, params: object) -> object:
        return self._answer


def _selenium(answer: object) -> BidiConnection:
    driver: Any = _Driver(answer)
    return BidiConnection(driver, answer_s=5.0)


class _Context:
    """A browser of Playwright's that answers everything with one thing."""

    pages = ()

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def _tell(self, *_: object) -> object:
        return self._answer

    cookies = new_page = send = _tell


async def asked(session: Callable[[Any], Session]) -> None:
    with plain_errors():
        async with anyio.create_task_group() as tasks:
            await session(tasks).cookies()


@pytest.mark.parametrize("answer", [item for item in ODD if item != {"result": {"cookies": {}}}])
async def test_cookies_of_an_unknown_form_are_a_lost_session_of_selenium(answer: object) -> None:
    with pytest.raises(SessionLostError, match="in a form that is not known"):
        await asked(lambda tasks: SeleniumSession(_selenium(answer), tasks, BrowserOptions()))


@pytest.mark.parametrize("answer", [None, 7, ["text"], [None], [{"expires": "never"}]])
async def test_cookies_of_an_unknown_form_are_a_lost_session_of_playwright(answer: object) -> None:
    context: Any = _Context(answer)
    with pytest.raises(SessionLostError, match="in a form that is not known"):
        await asked(lambda tasks: PlaywrightSession(context, tasks, BrowserOptions()))


@pytest.mark.parametrize("answer", ODD)
async def test_tabs_of_an_unknown_form_are_a_lost_session_of_selenium(answer: object) -> None:
    with plain_errors():
        async with anyio.create_task_group() as tasks:
            session = SeleniumSession(_selenium(answer), tasks, BrowserOptions())
            with pytest.raises(SessionLostError, match="in a form that is not known"):
                await session._tabs()
            with pytest.raises(SessionLostError, match="in a form that is not known"):
                await session._tab()


@pytest.mark.parametrize("answer", [None, [], 7, {}, {"executionContextId": 1}, {"executionContextId": 1, "result": 3}])
async def test_a_page_of_an_unknown_form_is_a_lost_session_of_playwright(answer: object) -> None:
    page: Any = _Context(answer)
    reader = PlaywrightReader(page, page, frame="f", answer_s=5.0, bounds=Bounds())
    with pytest.raises(SessionLostError, match="in a form that is not known"):
        await reader.page()


@pytest.mark.parametrize("answer", [None, "", "[]", "{}", "7", json.dumps(["u", "many", ""]), json.dumps([1, 2, 3])])
def test_a_page_that_is_told_otherwise_than_it_was_asked_for_is_a_lost_session(answer: Any) -> None:
    with pytest.raises(SessionLostError, match="in a form that is not known"):
        read_page_answer(answer, Bounds())


async def test_an_event_that_is_answered_by_what_it_does_not_have_ends_its_session_and_not_the_run() -> None:
    async def job() -> None:
        event: dict[str, Any] = {}
        event["request"]["request"]

    with pytest.raises(SessionLostError, match=r"an event: .*KeyError"), plain_errors():
        async with anyio.create_task_group() as tasks:
            EventTasks(tasks).spawn(job)


async def test_an_event_of_an_unknown_form_is_noted_and_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    connection = _selenium(None)
    connection.listen("tab", lambda name, params: params["response"]["status"])
    for params in ({"context": "tab"}, {"context": "tab", "response": None}, None, 7):
        odd: Any = params
        connection._dispatch("network.responseStarted", odd)
    assert caplog.text.count("an event of the browser has a form that is not known") == 4
