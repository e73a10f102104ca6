"""Handles errors of disks: a file that is in use, a full disk, a link in the place of a file.

On Windows, synchronisers and virus scanners hold each new file for a moment, and a viewer may hold one for hours. So
renaming and removing is tried again for a while, and the error says what the user can do.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from coupa_async.domain.errors import BrokenDownloadError, CoupaError, FileInUseError, OutputError, StorageError
from coupa_async.domain.files.naming import fold

T = TypeVar("T")
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_GONE = FULL | {errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE}
_HELD = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
_HELD_ON_WINDOWS = frozenset({5, 32, 33})  # access denied, sharing violation, lock violation
# Of a file or a folder that cannot be synced: network disks and most others outside the kernel say it each in its way.
_UNSYNCABLE = frozenset(
    {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF, errno.EISDIR}
)
_WAITS_S = tuple(min(0.01 * 1.4**number, 0.25) for number in range(30))  # 5.5 s
_EXTENDED = "\\\\?\\"
_LINK_TAGS = frozenset({0xA000000C, 0xA0000003})  # of Windows: symbolic link, junction; OneDrive's files have others


def patiently(call: Callable[[], T], *, sleep: Callable[[float], None] = time.sleep) -> T:
    """Repeat a call for some seconds while another program holds the file. Blocking.

    Args:
        call: Renames, replaces or removes.
        sleep: Waits so many seconds.

    Raises:
        OSError: As the call, in the end.
    """
    for wait_s in _WAITS_S:
        try:
            return call()
        except OSError as error:
            if not is_held(error):
                raise
        sleep(wait_s)
    return call()


def is_held(error: OSError) -> bool:
    """Return whether an error means that another program holds the file. Missing permission gives the same error."""
    return error.errno in _HELD or getattr(error, "winerror", None) in _HELD_ON_WINDOWS


def is_unsyncable(error: OSError) -> bool:
    """Return whether an error means that the file system cannot sync this."""
    return error.errno in _UNSYNCABLE


def shown(path: Path) -> str:
    r"""Write a path as the user knows it: without the ``\\?\`` that Windows wants of long ones."""
    text = str(path)
    if not text.startswith(_EXTENDED):
        return text
    plain = text.removeprefix(_EXTENDED)
    return f"\\\\{plain.removeprefix('UNC' + chr(92))}" if plain.startswith("UNC\\") else plain


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Raise our own errors: for a disk that takes nothing (it stops the run), a file in use, and an impossible name."""
    try:
        yield
    except OSError as error:
        raise translate_os_error(error, path) from error


def translate_os_error(error: OSError, path: Path) -> CoupaError:
    """Return our own error for a system's error about a path."""
    text = f"{shown(path)}: {error.strerror or error}"
    if error.errno in _GONE or (is_held(error) and _is_closed(path.parent)):
        return StorageError(f"{text}: free space or permissions, then run again")
    if is_held(error):
        return FileInUseError(f"{text}: is it open in another program? Else see its permissions")
    return BrokenDownloadError(text)


def private(path: str, flags: int) -> int:
    """Open a file of ours; an opener for ``open``. It follows no link, and new files are for the user alone."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def is_link(path: Path) -> bool:
    """Return whether a path is a symbolic link, or a junction or the like on Windows."""
    try:
        found = path.lstat()
    except OSError:
        return False  # nothing there, or a part of the way to it is missing
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) in _LINK_TAGS


def refuse_link(path: Path) -> None:
    """Check that a path of ours is no link, by which somebody else could make us write elsewhere. Blocking.

    Raises:
        OutputError: If it is one.
    """
    if is_link(path):
        raise OutputError(
            f"{shown(path)}: is a link, which may lead outside the output folder: remove it, or choose another with -o"
        )


def make_folders(folder: Path) -> None:
    """Make a folder and what is missing above it, each for the user alone. Blocking."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_folders(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _is_closed(folder: Path) -> bool:
    """Return whether we may not write into a folder. Windows does not say so."""
    return os.name != "nt" and folder.is_dir() and not os.access(folder, os.W_OK)


def is_same(first: Path, second: Path) -> bool:
    """Return whether two names are one file: some disks treat ``Acme`` and ``ACME`` as one. Blocking."""
    if first == second:
        return True
    try:
        if first.samefile(second):
            return True
    except OSError:
        return False  # one of them is not there
    return fold(str(first)) == fold(str(second)) and not _are_two(first, second)


def _are_two(first: Path, second: Path) -> bool:
    """Return whether two spellings are two files, by their folder's listing. exFAT by FUSE numbers each spelling."""
    parent = Path(first.anchor)
    for item, other in zip(first.parts[1:], second.parts[1:], strict=True):
        if item != other and {item, other} <= {entry.name for entry in parent.iterdir()}:
            return True
        parent /= item
    return False
