"""The recorded site in a browser, through pytest-playwright. These tests have a pytest process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from backends.browser.chromium import BrowserOptions, find_browser, runs_as_root
from tests.report_pages.sample_report import write_sample_report


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("COUPA_BROWSER_PATH") or str(find_browser(BrowserOptions()).path)
    return browser_type_launch_args | {"executable_path": path, "args": ["--no-sandbox"] if runs_as_root() else []}


@pytest.fixture(autouse=True)
def nothing_left_running() -> None:
    """Leave the browser of the whole session alone."""


def serve(*words: str) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "fixtures", "serve", "--until-eof", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def open_site() -> Iterator[dict[str, str]]:
    """The site where everybody is signed in."""
    yield from serve("--sign-in", "none")


@pytest.fixture(params=["form", "sso"])
def walled_site(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The site that asks for a sign-in."""
    yield from serve("--sign-in", request.param)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console complains of."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture(scope="session")
def make_report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    made: dict[int, str] = {}

    def make(count: int) -> str:
        if count not in made:
            made[count] = write_sample_report(tmp_path_factory.mktemp("out"), count).as_uri()
        return made[count]

    return make


@pytest.fixture
def requests(page: Page) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found


@pytest.fixture
def small(page: Page, make_report: Callable[[int], str], requests: list[str], complaints: list[str]) -> Page:
    page.goto(make_report(30))
    return page
