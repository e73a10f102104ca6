"""The recorded site in a browser, through pytest-playwright. These tests have a pytest process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from backends.browser.chromium import BrowserOptions, find_browser, runs_as_root


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
