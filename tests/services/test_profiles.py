"""Profiles: one a worker, of our own, made again at any time, and nothing of them left, however a run ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest

from coupa_async import processes
from coupa_async.domain.errors import ProfileError, StorageError
from coupa_async.services import profile_copy
from coupa_async.services.profile_copy import copy_profile
from coupa_async.services.profile_places import refuse_default
from coupa_async.services.profiles import RunProfiles, Source, base_profile, run_profiles
from coupa_async.services.sweep import held

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and links of POSIX")
KEPT = {
    "Local State": '{"os_crypt": {"encrypted_key": "k"}, "profile": {"last_used": "Profile 7"}}',
    "Default/Preferences": "{}",
    "Default/Network/Cookies": "cookies",
    "Default/Network/Cookies-journal": "journal",
    "Default/Local Storage/leveldb/000003.log": "the newest of local storage",
    "Default/Local Storage/leveldb/CURRENT": "MANIFEST-000001",
}
LEFT_OUT = (
    "lockfile",
    "chrome_debug.log",
    "Crashpad/reports/1.dmp",
    "ShaderCache/index",
    "component_crx_cache/x",
    "Default/Cache/Cache_Data/f_000001",
    "Default/Code Cache/js/index",
    "Default/GPUCache/data_0",
    "Default/Service Worker/CacheStorage/x/y",
    "Default/Sessions/Tabs_1",
    "Default/Local Storage/leveldb/LOCK",
)
# A run of another process: it starts what a browser would be, notes it, tells its pid and waits to be killed.
RUN = """
import subprocess, sys
from pathlib import Path
import psutil
from coupa_async.processes import note
from coupa_async.services.profiles import run_profiles
with run_profiles(Path(sys.argv[1]), Path("state.json")) as profiles:
    profile = profiles.clone("worker-1")
    browser = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    note(profile.record, [psutil.Process(browser.pid)])
    print(browser.pid, flush=True)
    input()
"""
# A run that is killed while it copies its second file.
HALF = """
import os, signal, sys
from pathlib import Path
from coupa_async.services import profile_copy
from coupa_async.services.profiles import run_profiles
copy, copied = profile_copy._copy_file, []
def copy_file(source, target):
    if copied:
        target.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    copied.append(target)
    return copy(source, target)
profile_copy._copy_file = copy_file
with run_profiles(Path(sys.argv[1]), Path("state.json")):
    pass
"""
HOLD = """
import sys
from pathlib import Path
from coupa_async.services.sweep import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def running(code: str, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process, and the first line that it says."""
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "profiles"


@pytest.fixture
def base(root: Path) -> Path:
    """A base that somebody signed in on, with what its browser left lying about."""
    return fill(root / "base", KEPT | dict.fromkeys(LEFT_OUT, "x"))


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    """What a browser would be."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    yield psutil.Process(process.pid)
    process.kill()
    process.wait()


@pytest.fixture
def profiles(root: Path, base: Path, tmp_path: Path) -> Iterator[RunProfiles]:
    with run_profiles(root, tmp_path / "state.json") as made:
        yield made


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
        with pytest.raises(ProfileError, match=f"{mine} is in use"), held(mine):
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
    assert names(root) == ["base", "base.lock"]


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", ".config/microsoft-edge"),
        ("linux", ".config/google-chrome"),
        ("linux", ".config/chromium"),
        ("linux", ".config/microsoft-edge/Default"),
        ("darwin", "Library/Application Support/Microsoft Edge"),
        ("darwin", "library/application support/google/chrome"),
        ("win32", "AppData/Local/Microsoft/Edge/User Data"),
        ("win32", "appdata/local/microsoft/edge/user data/Profile 1"),
        ("win32", "AppData/Local/Google/Chrome/User Data"),
    ],
)
def test_the_browsers_own_profile_is_refused(tmp_path: Path, platform: str, place: str) -> None:  # P2
    with pytest.raises(ProfileError, match="the browser's own"):
        refuse_default(tmp_path / place, platform=platform, home=tmp_path)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("place", [".local/share/coupa-async/profiles", ".config/microsoft-edge-of-ours", ".config"])
def test_a_directory_of_our_own_is_not_refused(tmp_path: Path, platform: str, place: str) -> None:  # P2
    refuse_default(tmp_path / place, platform=platform, home=tmp_path)


@POSIX
def test_a_link_to_the_browsers_own_profile_is_refused(tmp_path: Path) -> None:  # P2
    (tmp_path / ".config/chromium").mkdir(parents=True)
    (tmp_path / "ours").symlink_to(tmp_path / ".config/chromium")
    with pytest.raises(ProfileError, match="the browser's own"):
        refuse_default(tmp_path / "ours", platform="linux", home=tmp_path)


@POSIX
def test_profiles_are_never_kept_in_the_browsers_own(  # P2
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = "Library/Application Support/Chromium" if sys.platform == "darwin" else ".config/chromium"
    for make in (run_profiles, base_profile):
        with pytest.raises(ProfileError, match="the browser's own"), make(tmp_path / place, tmp_path / "state.json"):
            pytest.fail("it was made")
    assert names(tmp_path) == []


def user_profile(folder: Path) -> Source:
    files = {name.replace("Default", "Profile 7"): text for name, text in KEPT.items()}
    return Source(directory=fill(folder / "edge", files | {"Default/Preferences": "another"}), name="Profile 7")


@POSIX
def test_a_profile_of_the_user_is_copied_while_a_browser_has_it_open_and_stays_as_it_was(  # P2
    root: Path, tmp_path: Path
) -> None:
    source = user_profile(tmp_path)
    (source.directory / "SingletonLock").symlink_to(f"host-{os.getpid()}")
    before = tree(source.directory)
    stamps = {path: path.lstat().st_mtime_ns for path in [source.directory, *source.directory.rglob("*")]}
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        clone = profiles.clone("worker-1").directory
        assert profiles.warnings == []
    assert not clone.exists()
    copied = tree(root / "base")
    assert json.loads(copied.pop("Local State")) == {"os_crypt": {"encrypted_key": "k"}}
    assert copied == {name: text.encode() for name, text in KEPT.items() if name != "Local State"}
    assert tree(source.directory) == before
    assert {path: path.lstat().st_mtime_ns for path in [source.directory, *source.directory.rglob("*")]} == stamps


def test_the_base_is_copied_afresh_so_that_a_new_sign_in_counts(root: Path, base: Path, tmp_path: Path) -> None:
    source = user_profile(tmp_path)
    (base / "Default" / "Old").write_text("x")
    (source.directory / "Profile 7" / "Network" / "Cookies").write_text("newer")
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        clone = tree(profiles.clone("worker-1").directory)
    assert clone["Default/Network/Cookies"] == b"newer"
    assert "Default/Old" not in clone


def test_what_an_open_browser_locks_is_left_out_and_said(  # P2
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, opened = user_profile(tmp_path), Path.open

    def refuse(path: Path, *words: str, **more: str) -> IO[str]:
        if path.name == "Cookies" and path.is_relative_to(source.directory):
            raise PermissionError(13, "used by another process", str(path))
        return opened(path, *words, **more)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(Path, "open", refuse)
    with run_profiles(root, tmp_path / "state.json", source=source) as profiles:
        assert "Default/Network/Cookies" not in tree(profiles.clone("worker-1").directory)
        (warning,) = profiles.warnings
    assert str(source.directory) in warning
    assert "Network/Cookies" in warning


@pytest.mark.parametrize("name", ["Profile 9", "Local State"])
def test_a_profile_of_the_user_that_cannot_be_read_is_refused_in_one_line(  # P2
    root: Path, base: Path, tmp_path: Path, name: str
) -> None:
    before = tree(base)
    source = Source(directory=user_profile(tmp_path).directory, name=name)
    with pytest.raises(ProfileError, match=f"EDGE_PROFILE_NAME={name}"), run_profiles(root, base, source=source):
        pytest.fail("it was made")
    assert tree(base) == before
    assert names(root) == ["base", "base.lock"]


def test_a_profile_of_ours_is_no_source(root: Path, base: Path) -> None:  # P2
    with pytest.raises(ProfileError, match="of ours already"):
        Source(directory=base).check(root)


def test_a_clone_is_made_again_as_often_as_it_takes_and_no_other_is_touched(profiles: RunProfiles) -> None:  # P3
    other = fill(profiles.clone("worker-2").directory, {"Default/Preferences": "in use"})
    directories = []
    for _ in range(30):
        directories.append(profiles.clone("worker-1").directory)
        (directories[-1] / "damaged").write_text("x")
    assert len(set(directories)) == 30
    assert [one for one in directories if one.exists()] == directories[-1:]
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
    copy, copied = profile_copy._copy_file, list[Path]()

    def interrupted(source: Path, target: Path) -> bool:
        if copied:
            raise KeyboardInterrupt
        copied.append(target)
        return copy(source, target)

    monkeypatch.setattr(profile_copy, "_copy_file", interrupted)
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
    assert names(root) == ["base", "base.lock"]


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
    assert names(root) == ["base", "base.lock"]


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
    assert names(root) == ["base", "base.lock"]
