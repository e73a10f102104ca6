"""Profiles: a base that somebody signed in on, and what a browser would be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from coupa_async.services.profiles.profiles import RunProfiles, run_profiles

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and links of POSIX")
LINKS = pytest.mark.usefixtures("links")
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
from coupa_async.runtime.processes import note
from coupa_async.services.profiles.profiles import run_profiles
with run_profiles(Path(sys.argv[1]), Path("state.json")) as profiles:
    profile = profiles.clone("worker-1")
    browser = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    note(profile.record, [psutil.Process(browser.pid)])
    print(browser.pid, flush=True)
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
def links(tmp_path: Path) -> None:
    """A disk that knows symbolic links: exFAT has none, and Windows lets few people make them."""
    try:
        (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("this disk has no links")
    if not (tmp_path / "link").is_symlink():
        pytest.skip("Wine: a link to nothing is made, and is not there")
    (tmp_path / "link").unlink()


@pytest.fixture
def no_umask(tmp_path: Path) -> Iterator[None]:
    """A user whose files are everybody's unless somebody takes care, on a disk that knows modes."""
    (tmp_path / "modes").touch(mode=0o600)
    knows_modes = not (tmp_path / "modes").stat().st_mode & 0o077
    (tmp_path / "modes").unlink()
    if not knows_modes:
        pytest.skip("this disk has no modes")
    before = os.umask(0)
    yield
    os.umask(before)


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
