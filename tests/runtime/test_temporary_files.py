from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import psutil
import pytest

from coupa_async.runtime.temporary_files import staged, sweep_staged, temporary_folder


def test_a_file_is_replaced_at_once_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "orders.xlsx"
    target.write_text("old")
    with staged(target) as ours:
        ours.write_text("new")
        assert target.read_text() == "old"
        ours.replace(target)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.xlsx"]
    assert target.read_text() == "new"


def nobodys_pid() -> int:
    return next(pid for pid in range(2**22 - 1, 1, -1) if not psutil.pid_exists(pid))


def test_what_killed_writers_left_is_removed_and_what_others_write_is_not(tmp_path: Path) -> None:
    target = tmp_path / "orders [1].xlsx"
    nobody = nobodys_pid()
    for name in (f".{target.name}.tmp{nobody}-ab", f".{target.name}.tmp{os.getppid()}-ab", f".other.tmp{nobody}-ab"):
        (tmp_path / name).touch()
    with staged(target):
        pass
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f".{target.name}.tmp{os.getppid()}-ab", f".other.tmp{nobody}-ab"}


def test_a_temporary_folder_goes_and_takes_those_of_killed_runs_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"coupa-{nobodys_pid()}-ab"
    (left / "deep").mkdir(parents=True)
    with temporary_folder() as ours:
        (ours / "file").touch()
        assert not left.exists()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_the_longest_name_that_a_disk_takes_is_staged_and_swept(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with staged(target) as path:
        path.write_bytes(b"whole")
        path.replace(target)
    assert target.read_bytes() == b"whole"
    left = path.with_name(re.sub(r"\.tmp\d+", f".tmp{nobodys_pid()}", path.name))
    left.write_bytes(b"of a process that was killed")
    sweep_staged(target)
    assert not left.exists()
