"""Copies browser profiles: with cookies and local storage, without caches, locks and logs."""

from __future__ import annotations

import json
import logging
import os
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

from coupa_async.domain.errors import StorageError

_log = logging.getLogger(__name__)
_CHUNK_BYTES = 1 << 20
LOCAL_STATE = "Local State"

_LEFT_OUT = (
    "*Cache",
    "*_cache",
    "CacheStorage",
    "Crash*",
    "BrowserMetrics*",
    "Safe Browsing",
    "Sessions",  # tabs that would open again
    "downloads",
    "Singleton*",
    "lockfile",
    "LOCK",
    "LOG",
    "LOG.old",
    "*.tmp",
)


def copy_profile(source: Path, target: Path) -> list[str]:
    """Copy a folder of a profile, readable for the user alone. The source is only read. Blocking.

    A browser may have the source open. Files that it changes meanwhile are copied as they are; files that it locks are
    left out, and links, too.

    Args:
        source: A user-data directory, or one profile in it.
        target: Must not exist.

    Returns:
        What could not be read, relative to the source.

    Raises:
        StorageError: If the copy cannot be written; nothing of it is left then, nor after an interrupt.
    """
    unread: list[Path] = []
    try:
        _copy_folder(source, target, unread)
    except BaseException as error:
        remove(target)
        if isinstance(error, OSError):
            raise storage_error(target, error) from error
        raise
    return [path.relative_to(source).as_posix() for path in unread]


def copy_local_state(source: Path, target: Path) -> None:
    """Copy a user-data directory's ``Local State``, which holds the key of the cookies. Blocking.

    Its list of profiles is left out: the browser would open the one used last, which the copy does not have.

    Raises:
        StorageError: If it cannot be written.
    """
    try:
        state = json.loads((source / LOCAL_STATE).read_text(encoding="utf-8"))
        state.pop("profile", None)
    except (OSError, ValueError, AttributeError) as error:
        _log.warning("%s: not taken over: %s", source / LOCAL_STATE, error)
        return
    try:
        (target / LOCAL_STATE).write_text(json.dumps(state), encoding="utf-8")
    except OSError as error:
        raise storage_error(target, error) from error


def remove(folder: Path) -> None:
    """Remove a folder as far as possible. What a dying browser still holds is removed at the next start. Blocking."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        _log.warning("%s could not be removed whole: the next start tries again", folder)


def storage_error(path: Path, error: OSError) -> StorageError:
    """Return the error for a disk that takes no more."""
    return StorageError(f"browser profile {path}: {error.strerror or error}: free space or permissions, then run again")


def _copy_folder(source: Path, target: Path, unread: list[Path]) -> None:
    target.mkdir(mode=0o700)
    try:
        entries = list(os.scandir(source))
    except FileNotFoundError:
        return  # gone meanwhile
    except OSError:
        unread.append(source)
        return
    for entry in entries:
        path = Path(entry.path)
        if _is_left_out(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            _copy_folder(path, target / entry.name, unread)
        elif entry.is_file(follow_symlinks=False) and not _copy_file(path, target / entry.name):
            unread.append(path)


def _copy_file(source: Path, target: Path) -> bool:
    """Copy a file.

    Returns:
        Whether it could be read. Errors of writing are raised.
    """
    try:
        file = source.open("rb")
    except FileNotFoundError:
        return True  # gone meanwhile
    except OSError:
        return False
    with file, target.open("wb") as copy:
        while True:
            try:
                chunk = file.read(_CHUNK_BYTES)
            except OSError:
                break  # Windows refuses the reading, not the opening, of a range that is locked
            if not chunk:
                return True
            copy.write(chunk)
    target.unlink()
    return False


def _is_left_out(name: str) -> bool:
    stem, _, suffix = name.rpartition(".")
    if suffix == "log":
        return not stem.isdecimal()  # LevelDB keeps the newest of local storage in 000003.log
    return any(fnmatchcase(name, pattern) for pattern in _LEFT_OUT)
