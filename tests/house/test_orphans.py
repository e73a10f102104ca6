"""B6: a browser whose driver was killed while it started it: nobody's child, known by the profile that it runs on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from backends.browser.process_tree import Tree
from coupa_async.runtime.processes import using
from coupa_async.services.profiles.sweep import end_recorded


@contextmanager
def running_on(profile: Path) -> Iterator[psutil.Process]:
    code = "print(flush=True); input()"
    words = [sys.executable, "-c", code, "--headless", f"--user-data-dir={profile}", "--no-first-run"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # for a moment after it was started the system knows no command line of it
        yield psutil.Process(process.pid)
        process.kill()


def test_a_browser_is_known_by_a_profile_of_ours_and_by_no_other(tmp_path: Path) -> None:
    profile = tmp_path / "run-1" / "worker 1"
    with running_on(profile) as browser:
        assert using(profile) == using(tmp_path / "run-1") == [browser]
        assert using(tmp_path / "run-1" / "worker") == using(tmp_path / "run-10") == []


@pytest.mark.anyio
async def test_a_session_that_ends_leaves_no_browser_on_its_profile(tmp_path: Path) -> None:
    with running_on(tmp_path / "worker-1") as mine, running_on(tmp_path / "worker-10") as other:
        await Tree(()).end(within_s=5, profile=tmp_path / "worker-1")
        assert not mine.is_running()
        assert other.is_running()


def test_the_next_start_ends_what_no_record_names(tmp_path: Path) -> None:
    with running_on(tmp_path / "run-1" / "worker-1") as browser:
        end_recorded(tmp_path / "run-1")
        assert not browser.is_running()
