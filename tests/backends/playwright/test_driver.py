"""Playwright's driver is started apart from us, and nothing of what that takes stays behind."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import anyio
import psutil
import pytest

from backends.browser.chromium import BrowserOptions
from backends.browser.process_tree import Tree
from backends.playwright.driver import start_driver

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="process groups of POSIX"),
]


async def test_drivers_that_start_at_once_are_each_in_a_group_of_their_own_without_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "open-sesame")
    begin, groups = asyncio.create_subprocess_exec, set[int]()

    async def one() -> None:
        playwright, tree = await start_driver(BrowserOptions(), None)
        (pid,) = tree.pids
        groups.add(os.getpgid(pid))
        assert "COUPA_PASSWORD" not in psutil.Process(pid).environ()
        await playwright.stop()
        await Tree([]).end(within_s=1)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(one)
    assert len(groups - {os.getpgrp()}) == 3
    assert asyncio.create_subprocess_exec is begin
