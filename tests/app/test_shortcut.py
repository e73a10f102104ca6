"""The entry that starts the page from a menu or the desktop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coupa_async.app.shortcut import command_file, desktop_entry, make_shortcut

AWKWARD = ['/opt/a b/$HOME/`x`/"q"/back\\slash/100 %/python', "-m", "coupa_async", "app"]


def exec_words(entry: str) -> list[str]:
    """Read the words of ``Exec`` as the specification says: the line's escapes first, then the words' quotes."""
    line = next(line for line in entry.splitlines() if line.startswith("Exec="))
    text = line.removeprefix("Exec=").replace("\\\\", "\\").replace("%%", "%")
    return [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', text)]


def test_an_entry_of_a_linux_menu_names_the_program_whatever_its_path_has() -> None:
    assert exec_words(desktop_entry(AWKWARD)) == AWKWARD


@pytest.mark.skipif(sys.platform == "win32", reason="a script of sh")
def test_a_script_for_macos_starts_the_program_whatever_its_path_has(tmp_path: Path) -> None:
    program = tmp_path / "a b $HOME 'q'" / "python"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o700)
    script = tmp_path / "coupa-async.command"
    script.write_text(command_file([str(program), "-m", "coupa_async"]))
    assert subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout == "-m coupa_async\n"


def test_the_entry_is_put_where_the_system_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    path = make_shortcut()
    assert path == make_shortcut()  # again in place of the first
    assert path.is_relative_to(tmp_path)
    data = path.read_bytes()
    assert sys.executable.encode() in data
    assert ("-m coupa_async app".encode("utf-16-le") if os.name == "nt" else b'"coupa_async" "app"') in data
