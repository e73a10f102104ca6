"""Nothing of a profile is left, however a run ends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from coupa_async.domain.errors import StorageError
from coupa_async.runtime import processes
from coupa_async.services.profiles import copy
from coupa_async.services.profiles.copy import copy_profile
from coupa_async.services.profiles.profiles import RunProfiles, run_profiles
from tests.services.conftest import KEPT, POSIX, RUN, fill, names, running, tree
from tests.systems import LOCKS

# A run that is killed while it copies its second file.
HALF = """
import os, signal, sys
from pathlib import Path
from coupa_async.services.profiles import copy
from coupa_async.services.profiles.profiles import run_profiles
copy_file, copied = copy._copy_file, []
def interrupted(source, target):
    if copied:
        target.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    copied.append(target)
    return copy_file(source, target)
copy._copy_file = interrupted
with run_profiles(Path(sys.argv[1]), Path("state.json")):
    pass
"""


@POSIX
def test_a_copy_that_the_disk_does_not_take_is_told_and_swept(profiles: RunProfiles) -> None:  # P6
    import resource

    first = profiles.clone("worker-2")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))
    try:
        with pytest.raises(StorageError, match=r"worker-1: .*free space"):
            profiles.clone("worker-1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(first.directory.parent) == ["seed", "worker-2"]
    assert tree(profiles.clone("worker-1").directory).keys() == KEPT.keys()


def test_a_copy_that_is_interrupted_is_swept(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # P6
    copy_file, copied = copy._copy_file, list[Path]()

    def interrupted(source: Path, target: Path) -> bool:
        if copied:
            raise KeyboardInterrupt
        copied.append(target)
        return copy_file(source, target)

    monkeypatch.setattr(copy, "_copy_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        copy_profile(base, tmp_path / "copy")
    assert copied
    assert not (tmp_path / "copy").exists()


@POSIX
def test_a_copy_cut_short_by_a_kill_is_swept_at_the_next_start(root: Path, base: Path, tmp_path: Path) -> None:  # P6
    done = subprocess.run([sys.executable, "-c", HALF, str(root)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert any(root.glob("run-*/seed/**/*"))
    with run_profiles(root, tmp_path / "state.json") as profiles:
        assert tree(profiles.clone("worker-1").directory).keys() == KEPT.keys()
    assert names(root) == ["base", *LOCKS]


def test_a_place_that_takes_no_profiles_is_told(tmp_path: Path) -> None:  # P6
    (tmp_path / "profiles").write_text("")
    with pytest.raises(StorageError, match="profiles"), run_profiles(tmp_path / "profiles", tmp_path / "state.json"):
        pytest.fail("it was made")


def test_a_run_leaves_nothing_behind(root: Path, base: Path, tmp_path: Path, sleeper: psutil.Process) -> None:
    with run_profiles(root, tmp_path / "state.json") as profiles:
        profile = profiles.clone("worker-1")
        assert profile.record is not None
        processes.note(profile.record, [sleeper])
    assert not processes.is_alive(sleeper)
    assert names(root) == ["base", *LOCKS]


def test_what_a_killed_run_left_is_ended_and_removed_at_the_next_start(root: Path, base: Path, tmp_path: Path) -> None:
    with running(RUN, str(root)) as (process, pid):
        process.kill()
        process.wait()
    left = psutil.Process(int(pid))
    assert processes.is_alive(left)
    before = {path.name for path in root.glob("run-*")}
    assert len(before) == 3  # the folder, its lock, its record
    with run_profiles(root, tmp_path / "state.json"):
        assert not processes.is_alive(left)
        assert not before & {path.name for path in root.glob("run-*")}


def test_a_process_that_only_got_the_pid_is_not_ended(root: Path, tmp_path: Path, sleeper: psutil.Process) -> None:
    pid, created_s = sleeper.pid, sleeper.create_time()
    lines = [json.dumps([pid, created_s - 60]), "[1", '{"pid": 1}', json.dumps([pid, None]), '["a", 1]']
    fill(root, {"run-1.processes": "\n".join(lines)})
    with run_profiles(root, tmp_path / "state.json"):
        assert not (root / "run-1.processes").exists()
    assert processes.is_alive(sleeper)


def test_what_was_left_running_on_the_base_is_ended_and_the_base_stays(
    root: Path, base: Path, tmp_path: Path, sleeper: psutil.Process
) -> None:
    before = tree(base)
    processes.note(root / "base.processes", [sleeper])
    with run_profiles(root, tmp_path / "state.json"):
        assert not processes.is_alive(sleeper)
    assert tree(base) == before
    assert names(root) == ["base", *LOCKS]
