"""Selenium Manager, which looks for a driver where none is on PATH: here a script in its place."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import anyio
import psutil
import pytest
from selenium.common.exceptions import NoSuchDriverException

from backends.browser.chromium import Browser
from backends.selenium.manager import find_driver
from tests.fakes import script

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform == "win32", reason="it is a script of a shell's")]


@pytest.fixture
def chrome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("SE_MANAGER_PATH", str(tmp_path / "manager"))
    monkeypatch.setenv("SE_CHROMEDRIVER", "")
    return Browser("chrome", script(tmp_path / "browser", "exit 0"))


async def test_it_is_told_none_of_our_settings(
    chrome: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUPA_PASSWORD", "open-sesame")
    driver = script(tmp_path / "a driver", "exit 0")
    found = {"logs": [], "result": {"driver_path": str(driver), "browser_path": str(chrome.path)}}
    told = tmp_path / "told"
    script(tmp_path / "manager", f"/usr/bin/env > '{told}'; echo '{json.dumps(found)}'")
    assert await find_driver(chrome, close_s=3.0) == str(driver)
    assert "PATH=" in told.read_text()
    assert "open-sesame" not in told.read_text()


async def test_without_a_driver_that_is_an_error(chrome: Browser, tmp_path: Path) -> None:
    script(tmp_path / "manager", "echo '{}'; exit 1")
    with pytest.raises(NoSuchDriverException, match="chrome"):
        await find_driver(chrome, close_s=3.0)


async def test_it_ends_with_whoever_waits_for_it(chrome: Browser, tmp_path: Path) -> None:
    began = tmp_path / "began"
    script(tmp_path / "manager", f"/bin/touch '{began}'; exec /bin/sleep 60")
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: find_driver(chrome, close_s=3.0))
            while not began.exists():  # noqa: ASYNC110 - the script has no event for us
                await anyio.sleep(0.02)
            running = psutil.Process().children(recursive=True)
            tasks.cancel_scope.cancel()
    assert running
    assert not [process for process in running if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
