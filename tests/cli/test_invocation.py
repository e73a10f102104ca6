"""The commands that the program proposes work as they are typed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coupa_async.cli.invocation import as_typed, command


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "a folder" / f"coupa-async{'.exe' if sys.platform == 'win32' else ''}"
    path.parent.mkdir()
    path.touch(mode=0o755)
    return path


def test_a_command_on_the_path_is_proposed_by_its_name(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", str(program.parent))
    assert command() == "coupa-async"


def test_one_that_the_shell_does_not_find_is_proposed_as_it_was_started(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(program.parents[1])
    quoted = f'"{Path("a folder") / program.name}"'
    assert command() == quoted
    assert as_typed("signed out: coupa-async login, then coupa-async retry out") == (
        f"signed out: {quoted} login, then {quoted} retry out"
    )
    assert (
        as_typed("a newer version of coupa-async: install that one")
        == "a newer version of coupa-async: install that one"
    )


def test_a_module_that_was_run_is_proposed_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/coupa_async/__main__.py"])
    assert command().endswith(" -m coupa_async")
