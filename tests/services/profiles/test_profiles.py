"""Profiles: one a worker, of our own, made again at any time."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import pytest

from coupa_async.domain.errors import ProfileError
from coupa_async.services.profiles.profiles import RunProfiles, base_profile, run_profiles
from coupa_async.services.profiles.sweep import held
from tests.services.conftest import KEPT, POSIX, RUN, fill, names, running, tree
from tests.systems import LOCKS

HOLD = """
import sys
from pathlib import Path
from coupa_async.services.profiles.sweep import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def test_every_worker_gets_a_directory_of_its_own(profiles: RunProfiles) -> None:  # P1
    first, second = profiles.clone("worker-1"), profiles.clone("worker-2")
    assert first.directory != second.directory
    assert (first.name, second.name) == ("worker-1", "worker-2")


def test_a_clone_has_the_sign_in_and_none_of_the_ballast(profiles: RunProfiles) -> None:
    assert tree(profiles.clone("worker-1").directory) == {name: text.encode() for name, text in KEPT.items()}


def test_without_a_base_a_clone_is_empty(root: Path, tmp_path: Path) -> None:
    with run_profiles(root, tmp_path / "state.json") as profiles:
        assert names(profiles.clone("worker-1").directory) == []


@POSIX
def test_profiles_are_readable_for_the_user_alone(root: Path, profiles: RunProfiles) -> None:
    clone = profiles.clone("worker-1").directory
    assert {path.stat().st_mode & 0o777 for path in (root, clone.parent, clone, clone / "Default")} == {0o700}


def test_a_directory_in_use_by_another_process_is_refused_by_name(tmp_path: Path) -> None:  # P1
    mine = tmp_path / "base"
    with running(HOLD, str(mine)) as (_, said):
        assert said == "held"
        with pytest.raises(ProfileError, match=re.escape(f"{mine} is in use")), held(mine):
            pytest.fail("it was given twice")
    with held(mine):
        assert names(tmp_path) == ["base.lock"]


def test_a_directory_in_use_by_ourselves_is_refused_by_name(tmp_path: Path) -> None:  # P1
    with held(tmp_path / "base"), pytest.raises(ProfileError, match="base is in use"), held(tmp_path / "base"):
        pytest.fail("it was given twice")


def test_two_sign_ins_on_the_base_are_refused(root: Path, tmp_path: Path) -> None:  # P1
    with base_profile(root, tmp_path / "state.json") as profile:
        assert profile.directory == root / "base"
        with pytest.raises(ProfileError, match="base is in use"), base_profile(root, tmp_path / "state.json"):
            pytest.fail("it was given twice")


def test_two_runs_side_by_side_do_not_disturb_each_other(root: Path, base: Path, tmp_path: Path) -> None:  # P1
    with running(RUN, str(root)) as (process, pid):
        with run_profiles(root, tmp_path / "state.json") as profiles:
            profiles.clone("worker-1")
            assert len([name for name in names(root) if name.startswith("run-") and "." not in name]) == 2
        assert psutil.pid_exists(int(pid))
        process.communicate("\n")
        assert process.returncode == 0
    assert not psutil.pid_exists(int(pid))
    assert names(root) == ["base", *LOCKS]


def test_a_clone_is_made_again_as_often_as_it_takes_and_no_other_is_touched(profiles: RunProfiles) -> None:  # P3
    other = fill(profiles.clone("worker-2").directory, {"Default/Preferences": "in use"})
    directories = []
    for _ in range(30):
        directories.append(profiles.clone("worker-1").directory)
        (directories[-1] / "damaged").write_text("x")
    assert len(set(directories)) == 30
    assert [directory for directory in directories if directory.exists()] == directories[-1:]
    assert tree(other)["Default/Preferences"] == b"in use"
    assert tree(profiles.clone("worker-1").directory).keys() == KEPT.keys()


def test_a_clone_is_made_again_while_somebody_signs_in_on_the_base(  # P3
    root: Path, profiles: RunProfiles, tmp_path: Path
) -> None:
    profiles.clone("worker-1")
    with base_profile(root, tmp_path / "state.json") as profile:
        fill(profile.directory, {"Default/Network/Cookies": "half writ"})
        assert tree(profiles.clone("worker-1").directory)["Default/Network/Cookies"] == b"cookies"


@POSIX
def test_a_stale_singleton_lock_does_not_reach_a_clone(root: Path, base: Path, tmp_path: Path) -> None:  # P4
    for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
        (base / name).symlink_to("host-999999")
    with run_profiles(root, tmp_path / "state.json") as profiles:
        clone = profiles.clone("worker-1").directory
        (clone / "SingletonLock").symlink_to("host-999999")
        again = profiles.clone("worker-1").directory
        assert not [path for path in (*again.iterdir(), *clone.glob("*")) if path.name.startswith("Singleton")]


def test_a_clone_made_again_starts_from_the_storage_state_that_has_the_session_cookies(  # P5
    profiles: RunProfiles, tmp_path: Path
) -> None:
    profiles.clone("worker-1")
    assert profiles.clone("worker-1").state == tmp_path / "state.json"
