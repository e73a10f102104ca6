"""A notice of the desktop: the system's own program, told the texts in no way that could run them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coupa_async.runtime.desktop_notice import command, show_notice

NASTY = "'; calc; $(touch x) \"`"


@pytest.mark.parametrize(
    ("platform", "program"), [("linux", "notify-send"), ("darwin", "osascript"), ("win32", "powershell")]
)
def test_each_system_has_a_program_for_it(platform: str, program: str) -> None:
    found = command("title", NASTY, platform=platform, which=lambda name: f"/bin/{name}")
    assert found is not None
    words, variables = found
    assert words[0] == f"/bin/{program}"
    assert NASTY in (*words[1:], *variables.values())  # whole, by itself
    assert not any(NASTY in word and word != NASTY for word in words)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_system_without_the_program_has_no_notice(platform: str) -> None:
    assert command("title", "text", platform=platform, which=lambda _: None) is None


@pytest.mark.skipif(sys.platform == "win32", reason="a script as a program is POSIX")
@pytest.mark.anyio
async def test_a_program_that_fails_or_is_none_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not await show_notice("title", "text")
    program = tmp_path / "notify-send"
    for script, is_shown in (("#!/bin/sh\nexit 1\n", False), ("no program", False), ("#!/bin/sh\nexit 0\n", True)):
        program.write_text(script, encoding="ascii")
        program.chmod(0o700)
        assert await show_notice("title", "text") is is_shown
