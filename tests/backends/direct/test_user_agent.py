"""What the direct lane calls itself: the browser is asked once a day, and again when it is another one."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from backends.browser.chromium import BrowserOptions
from backends.direct.user_agent import agent_of

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="there the version is a folder's name"),
]


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that notes each question for its version."""
    path = tmp_path / "chromium"
    path.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked\necho Chromium 156.0.8078.79\n")
    path.chmod(0o700)
    return path


def questions(browser: Path) -> int:
    return len(browser.with_name("asked").read_text().splitlines())


async def name_of(browser: Path, state: Path | None) -> str:
    return await agent_of(BrowserOptions(channel="chromium", browser_path=browser), state)


async def test_a_browser_is_asked_for_its_version_once(browser: Path, tmp_path: Path) -> None:
    state = tmp_path / "state" / "t.json"
    first = await name_of(browser, state)
    assert "Chrome/156.0.0.0" in first
    assert await name_of(browser, state) == first
    assert questions(browser) == 1


async def test_a_browser_that_was_renewed_is_asked_again(browser: Path, tmp_path: Path) -> None:
    state = tmp_path / "t.json"
    await name_of(browser, state)
    os.utime(browser, (1, 1))
    await name_of(browser, state)
    assert questions(browser) == 2


@pytest.mark.parametrize("harm", ["old", "broken", "foreign"])
async def test_an_answer_that_is_old_or_cannot_be_read_is_asked_for_again(
    browser: Path, tmp_path: Path, harm: str
) -> None:
    state, kept = tmp_path / "t.json", tmp_path / "browser.json"
    await name_of(browser, state)
    told = json.loads(kept.read_text())
    kept.write_text({"old": json.dumps(told | {"at_s": 1}), "broken": "{", "foreign": "[]"}[harm])
    assert "Chrome/156.0.0.0" in await name_of(browser, state)
    assert questions(browser) == 2


async def test_without_a_state_nothing_is_kept(browser: Path, tmp_path: Path) -> None:
    await name_of(browser, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["asked", "chromium"]
