"""Temporary files named after the process that writes them, so that later runs can delete leftovers."""

from __future__ import annotations

import glob
import logging
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from coupa_async.runtime.disk_errors import patiently

_log = logging.getLogger(__name__)
_FOLDER = "coupa-"
_NAME_BYTES = 200  # of 255 that a name may have, with the process and a number after it


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Name a temporary file beside ``target`` to write and rename in the block. Removed after the block. Blocking."""
    sweep_staged(target)
    path = target.with_name(f"{_prefix(target)}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        yield path
    finally:
        _remove(path)


def sweep_staged(target: Path) -> None:
    """Remove the temporary files that killed processes left beside a file. Blocking."""
    for left in _orphans(target.parent, _prefix(target)):
        _remove(left)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a temporary folder, removed after the block. Blocking.

    Its path is short, for browsers put sockets there, whose paths may have 107 bytes.
    """
    for left in _orphans(Path(tempfile.gettempdir()), _FOLDER):
        shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove(path: Path) -> None:
    try:
        patiently(lambda: path.unlink(missing_ok=True))
    except OSError as error:  # what was written stands; a later writer of the same file looks for this one
        _log.warning("%s: not removed: %s", path, error)


def temporary_files_in(folder: Path) -> dict[str, str]:
    """Return the environment variables that set a process's temporary folder, on POSIX and on Windows."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


def _prefix(target: Path) -> str:
    name = target.name.encode(errors="surrogateescape")[:_NAME_BYTES].decode(errors="ignore")
    return f".{name}.tmp"


def _orphans(folder: Path, prefix: str) -> list[Path]:
    found = []
    for path in folder.glob(f"{glob.escape(prefix)}*"):
        pid = path.name.removeprefix(prefix).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            found.append(path)
    return found
