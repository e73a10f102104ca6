"""What a run under test finds on its path: the double as an installed backend, and a death at the n-th touch.

A touch is whatever changes a file, starts a process or opens a connection: Python announces each before it is done
(PEP 578), so that "at the n-th" is the same instant each time, between two steps that the program takes.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from pathlib import Path
from typing import Any

from backends.browser.chromium import BrowserOptions
from backends.fake.backend import FakeBackend
from backends.fake.recorded_site import recorded_backend

DIE_AT = "CHAOS_DIE_AT"
COUNT_INTO = "CHAOS_COUNT_INTO"
BACKEND = "double"

_TOUCHES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "subprocess.Popen", "socket.connect"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def open_backend(options: BrowserOptions) -> FakeBackend:
    """Make the backend, as the entry point of another package would."""
    return recorded_backend(os.environ["COUPA_BASE_URL"])


def install(folder: Path) -> None:
    """Make a folder for PYTHONPATH that has Python find the above."""
    about = folder / "coupa_async_recorded-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: coupa-async-recorded\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[coupa_async.backends]\n{BACKEND} = tests.chaos.plugin:open_backend\n")
    (folder / "sitecustomize.py").write_text(
        f"import os\nif {{'{DIE_AT}', '{COUNT_INTO}'}} & set(os.environ):\n"
        "    from tests.chaos.plugin import count\n    count()\n"
    )


def count() -> None:
    """Count this process's touches, tell them at its end if asked, and die at the one that is named."""
    die_at, touches = int(os.environ.pop(DIE_AT, 0)), 0

    def touched(event: str, args: tuple[Any, ...]) -> None:
        nonlocal touches
        if event == "open":
            _, mode, flags = args
            is_touch = bool((flags or 0) & _WRITES) if mode is not None else True  # os.open has no mode: fsync's, too
        else:
            is_touch = event in _TOUCHES
        if is_touch:
            touches += 1
            if touches == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touched)
    if into := os.environ.pop(COUNT_INTO, ""):
        atexit.register(lambda: Path(into).write_text(str(touches)))
