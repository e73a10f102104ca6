"""Harm befalls what we started, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from coupa_async.evaluation.process_faults import PROCESS_FAULTS, browsers, drivers, inject, renderers, revert

_WAIT = "import sys; print('here', flush=True); sys.stdin.read()"
_PARENT = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', sys.argv[1], *sys.argv[2:]],"
    "stdin=subprocess.PIPE, stdout=subprocess.PIPE); child.stdout.readline();"
    "print(child.pid, flush=True); sys.stdin.read(); child.communicate()"
)


@contextmanager
def process(code: str, *words: str) -> Iterator[tuple[psutil.Process, str]]:
    """A process that waits, and the first line that it wrote."""
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as item:
        assert item.stdout is not None
        line = item.stdout.readline()
        try:
            yield psutil.Process(item.pid), line.strip()
            item.communicate()
        finally:
            item.kill()


@contextmanager
def browser(*words: str) -> Iterator[tuple[psutil.Process, psutil.Process]]:
    """A stand-in for a driver with its browser."""
    with process(_PARENT, _WAIT, *words) as (driver, child):
        yield driver, psutil.Process(int(child))


def test_a_browser_its_driver_and_its_renderers_are_told_apart() -> None:
    with (
        browser("--user-data-dir=/x") as (driver, main),
        process(_WAIT, "--type=renderer --user-data-dir=/x") as (r, _),
    ):
        # The driver's own command line holds the words, too; below it stands the process that is meant.
        assert main in browsers()
        assert drivers() == [driver]
        assert renderers() == [r]


def test_a_killed_browser_is_gone_and_nothing_else_is() -> None:
    with process(_WAIT) as (other, _), process(_WAIT, "--user-data-dir=/x") as (main, _):
        assert inject(PROCESS_FAULTS["browser-killed"]) == [main]
        assert main.wait(5) is not None
        assert other.is_running()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX names for what a stopped process is")
def test_a_stopped_browser_goes_on_when_healed() -> None:
    with process(_WAIT, "--user-data-dir=/x") as (main, _):
        struck = inject(PROCESS_FAULTS["browser-stopped"])
        assert os.waitid(os.P_PID, main.pid, os.WSTOPPED | os.WNOWAIT) is not None
        assert main.status() == psutil.STATUS_STOPPED
        revert(PROCESS_FAULTS["browser-stopped"], struck)
        assert os.waitid(os.P_PID, main.pid, os.WCONTINUED | os.WNOWAIT) is not None
        assert main.status() != psutil.STATUS_STOPPED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no link to a parent that has ended")
def test_a_browser_that_is_not_ours_is_never_touched() -> None:
    """Its parent has ended, as that of the user's own browser would have: it stands beside us, not below."""
    orphan = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', sys.argv[1], '--user-data-dir=/x'],"
        "stdin=0, stdout=subprocess.PIPE, start_new_session=True); child.stdout.readline();"
        "print(child.pid, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", orphan, _WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        theirs = psutil.Process(int(parent.stdout.readline()))
        parent.wait(5)
        assert theirs not in psutil.Process().children(recursive=True)
        for fault in PROCESS_FAULTS.values():
            assert theirs not in inject(fault)
        assert theirs.status() != psutil.STATUS_STOPPED
        parent.communicate()
        theirs.wait(5)
