"""Processes that we started: the record of them that outlives a kill, and the steps that end them.

Backends write the record; after a kill the sweep of profiles reads it. A process is known by its pid and its create
time, because the system uses pids again.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

_log = logging.getLogger(__name__)
# A clock that is set while we run moves create times by fractions of a second; a pid is not reused within one.
_SAME_S = 1.0
_LOOK_S = 0.05
_REAP_S = 1.0
_NEW_GROUP = 0x200  # CREATE_NEW_PROCESS_GROUP, which only Windows' Python names
_PROFILE = re.compile(r"--user-data-dir=(.+?)(?= --|$)")
_OURS = "COUPA_"


def child_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for a process that we start: ours without our own settings, such as the password.

    Who may look at a process may read its environment, and a browser passes it on to everything it starts.

    Args:
        environment: Where it comes from.
    """
    # In any case of letters: that is how the settings are read.
    return {name: value for name, value in environment.items() if not name.upper().startswith(_OURS)}


def apart(*, platform: str = sys.platform) -> dict[str, Any]:
    """Return the arguments that start a process which Ctrl-C in our terminal does not reach.

    Args:
        platform: As in ``sys.platform``.
    """
    return {"creationflags": _NEW_GROUP} if platform == "win32" else {"start_new_session": True}


def note(record: Path, processes: Iterable[psutil.Process]) -> None:
    """Add processes to a record: a JSON line ``[pid, create time in seconds since the epoch]`` each. Blocking.

    One write at the file's end, so that workers may share a record and a kill can tear its last line only. A disk
    that does not take it is logged: the record matters after a kill only, and no browser is kept from closing for it.
    """
    lines = []
    for process in processes:
        try:
            lines.append(json.dumps([process.pid, process.create_time()]) + "\n")
        except psutil.Error:
            continue  # ended meanwhile
    if not lines:
        return
    try:
        with record.open("a", encoding="ascii") as file:
            file.write("".join(lines))
    except OSError as error:
        _log.warning("%s: processes not noted: %s", record, error)


def noted(record: Path) -> list[psutil.Process]:
    """Return the processes of a record that still run, each once. Blocking."""
    if not record.exists():
        return []
    found = []
    for line in record.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            pid, created_s = json.loads(line)
            process = psutil.Process(pid)
            is_same = abs(process.create_time() - created_s) < _SAME_S
        except (ValueError, TypeError, psutil.Error):
            continue  # a torn line, or ended
        if is_same and is_alive(process):
            found.append(process)
    return list(dict.fromkeys(found))


def using(folder: Path) -> list[psutil.Process]:
    """Return the browsers on a profile of ours, found by their command line and never by name. Blocking.

    A driver that is killed while it starts its browser leaves a browser without a parent and without a record.
    """
    found = []
    for item in psutil.process_iter():
        try:
            # Chromium writes its children's command lines as one text, others word by word.
            match = _PROFILE.search(" ".join(item.cmdline()))
        except psutil.Error:
            continue  # ended meanwhile, or somebody else's
        if match and Path(match[1]).is_relative_to(folder):
            found.append(item)
    return found


def with_children(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and all that it started, as far as they still run."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def end(processes: Iterable[psutil.Process], *, within_s: float) -> list[psutil.Process]:
    """Ask processes to end, then kill them. psutil compares create times, so a reused pid is never touched. Blocking.

    Args:
        processes: Ours.
        within_s: For each of the two steps.

    Returns:
        Those that still run.
    """
    own = list(processes)
    for step in (psutil.Process.terminate, psutil.Process.kill):
        alive = [process for process in own if is_alive(process)]
        for process in alive:
            try:
                step(process)
            except psutil.Error:
                continue  # ended meanwhile
        deadline_s = time.monotonic() + within_s
        while any(map(is_alive, alive)) and time.monotonic() < deadline_s:
            time.sleep(_LOOK_S)
    time.sleep(_LOOK_S)  # for whoever waits for a child by right, as asyncio does: each has one end to tell
    deadline_s = time.monotonic() + _REAP_S
    for process in own:
        try:
            # What nobody waits for would stay a zombie. It may be waited for when the last of its threads has ended.
            process.wait(max(0.0, deadline_s - time.monotonic()))
        except psutil.Error:
            continue
    return [process for process in own if is_alive(process)]


def is_alive(process: psutil.Process) -> bool:
    """Return whether a process runs. One that has ended but was not waited for does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
