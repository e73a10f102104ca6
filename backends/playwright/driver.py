"""Playwright's driver, started outside our process group and without our settings.

Playwright has no option for either, so the call that starts it is replaced while it starts, for one start at a time.
tests/backends/playwright/test_driver.py fails when Playwright starts it in another way.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.lowlevel import RunVar
from playwright.async_api import Playwright, async_playwright

from backends.browser.chromium import BrowserOptions
from backends.browser.process_tree import Tree, children
from coupa_async.domain.errors import LaunchError
from coupa_async.runtime.processes import apart, child_environment

_starting: RunVar[anyio.Lock] = RunVar("the start of a driver")


async def start_driver(options: BrowserOptions, record: Path | None) -> tuple[Playwright, Tree]:
    """Start a driver.

    Args:
        options: How long it may take.
        record: Where its process is noted; ``None`` for nowhere.

    Raises:
        LaunchError: If it does not start in time.
    """
    async with _lock():
        before = children()
        try:
            with anyio.fail_after(options.launch_timeout_s), _started_apart():
                playwright = await async_playwright().start()
        except Exception as error:  # Playwright raises a bare one when its driver ends at once
            await Tree(children() - before).end(within_s=options.close_timeout_s)
            raise LaunchError(f"Playwright's driver did not start: {error}") from error
        return playwright, Tree(children() - before, record)


def _lock() -> anyio.Lock:
    """Return the one lock of this event loop, for all runs in this process."""
    lock = _starting.get(None)
    if lock is None:
        lock = anyio.Lock()
        _starting.set(lock)
    return lock


@contextmanager
def _started_apart() -> Iterator[None]:
    """Start the driver outside our process group, so that Ctrl-C reaches only us, and without our settings."""
    begin = asyncio.create_subprocess_exec

    def start(program: str, *words: str, env: dict[str, str] | None = None, **how: Any) -> Any:
        return begin(program, *words, env=child_environment(env or os.environ), **how, **apart())

    asyncio.create_subprocess_exec = start  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.create_subprocess_exec = begin
