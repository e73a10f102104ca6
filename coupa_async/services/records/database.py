"""Opens the journal's file: not through links, for the user alone, and in a mode that its disk supports.

Write-ahead logging wants memory that processes share, which no network disk has: SQLite's own word for it is that WAL
"does not work over a network filesystem" (https://sqlite.org/wal.html). There, and wherever it does not
work, SQLite's rollback journal is used instead. Where files cannot be locked, a file beside it is the lock.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import psutil

from coupa_async.runtime.disk_errors import private, refuse_link, shown

NAME = "journal.sqlite3"
FILES = (NAME, *(f"{NAME}{ending}" for ending in ("-wal", "-shm", "-journal", ".lock")))
_NETWORK = re.compile(
    r"nfs|cifs|smb|afp|afs|9p|webdav|davfs|ceph|gluster|lustre|gpfs|ncpfs"
    r"|fuse\.(?:sshfs|rclone|dav|gvfsd|gluster|s3|onedriver)",
    re.IGNORECASE,
)
_SETTINGS = "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
_BUSY_S = 5.0
_DEAD_S = 2.0
_PAGE = 500
_LOCKLESS = "unix-dotfile"
_PROBE = ".coupa-async-locks"
_UNLOCKED = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})


class Opened(NamedTuple):
    """A connection, and a warning about it for the user; empty if there is none."""

    connection: sqlite3.Connection
    warning: str


class _Way(NamedTuple):
    """How a file may be kept.

    Attributes:
        mode: The journal's.
        vfs: SQLite's way to the disk; empty for the usual one.
        is_alone: Whether nobody else is let in while the mode is changed: only so a file that had a write-ahead log
            can be opened where there is no memory to share.
    """

    mode: str
    vfs: str = ""
    is_alone: bool = False


def open_database(
    path: Path, *, check_same_thread: bool = True, is_remote: Callable[[Path], bool] | None = None
) -> Opened:
    """Open or make the database of an output folder. Blocking.

    Args:
        path: The file.
        check_same_thread: As ``sqlite3.connect``.
        is_remote: Tells whether a file is on a network disk.

    Raises:
        OutputError: If a link is in its place.
        sqlite3.Error: If it is no database, or cannot be written.
    """
    claim(path)
    remote = (is_remote or on_network)(path)
    slower = [_Way("DELETE"), _Way("DELETE", is_alone=True)]
    try:
        return _open(path, slower if remote else [_Way("WAL"), *slower], remote, check_same_thread)
    except sqlite3.OperationalError:
        if _has_locks(path.parent):
            raise
    lockless = [_Way("DELETE", _LOCKLESS), _Way("DELETE", _LOCKLESS, is_alone=True)]
    return _open(path, lockless, remote, check_same_thread)


def paged(connection: sqlite3.Connection, query: str, *given: object, after: object) -> Iterator[tuple[Any, ...]]:
    """Read some hundred rows at a time, so that no query stays open if the reader stops halfway.

    Args:
        connection: To the database.
        query: Its first column sorts the rows; its last two parameters are the value to begin after, and how many.
        given: Its other parameters.
        after: What comes before the first row.
    """
    while True:
        rows = connection.execute(query, (*given, after, _PAGE)).fetchall()
        yield from rows
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all that the block writes, or nothing of it.

    Raises:
        sqlite3.Error: If the disk takes no more.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


def _open(path: Path, ways: Sequence[_Way], is_remote: bool, check_same_thread: bool) -> Opened:
    first: sqlite3.OperationalError | None = None
    for way in ways:
        connection = _connect(path, way.vfs, check_same_thread=check_same_thread)
        try:
            _set_up(connection, way)
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise
            first = first or error
        except BaseException:
            connection.close()
            raise
        else:
            return Opened(connection, _warning(path, way, is_remote, first))
    assert first is not None  # noqa: S101 - there is a way, and it failed
    raise first


def _warning(path: Path, way: _Way, is_remote: bool, error: sqlite3.OperationalError | None) -> str:
    if way.mode == "WAL":
        return ""
    if way.vfs == _LOCKLESS:
        why = "its disk has no file locks"
    else:
        why = "it is on a network disk" if is_remote else f"its disk lacks what SQLite wants ({error})"
    return f"{shown(path)}: {why}: kept in a slower way; an output folder on a local disk is faster and safer"


def on_network(path: Path) -> bool:
    """Return whether a file is on a network disk, as far as the system knows. Blocking."""
    place = shown(path.absolute())
    if sys.platform == "win32" and place.startswith("\\\\"):
        return True
    try:
        disks = psutil.disk_partitions(all=True)
    except (OSError, psutil.Error):
        return False  # a system that does not say; what does not work is found out by trying
    real = os.path.realpath(path.parent)
    above = [disk for disk in disks if _is_below(real, disk.mountpoint)]
    if not above:
        return False
    disk = max(above, key=lambda item: len(item.mountpoint))
    return _NETWORK.match(disk.fstype) is not None or "remote" in disk.opts.split(",")


def _is_below(path: str, mountpoint: str) -> bool:
    return os.path.normcase(path + os.sep).startswith(os.path.normcase(mountpoint.rstrip("\\/") + os.sep))


def _has_locks(folder: Path) -> bool:
    """Return whether files in a folder can be locked. Uses a file of its own: closing a file releases its locks."""
    if sys.platform == "win32":
        return True
    import fcntl

    probe = folder / _PROBE
    try:
        handle = private(str(probe), os.O_CREAT | os.O_RDWR)
    except OSError:
        return True  # a folder that may only be read; what does not work is found out by trying
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _UNLOCKED
    finally:
        os.close(handle)
        probe.unlink(missing_ok=True)
    return True


def claim(path: Path) -> None:
    """Make a database's file, for the user alone, unless it is there; SQLite makes those beside it like it.

    Raises:
        OutputError: If a link is in the place of one of them.
    """
    for ending in ("", "-wal", "-shm", "-journal", ".lock"):
        refuse_link(path.with_name(path.name + ending))
    if not path.exists() and path.parent.is_dir():
        with suppress(OSError):  # SQLite meets the same, and says it
            os.close(private(str(path), os.O_CREAT | os.O_RDWR))


def _connect(path: Path, vfs: str, *, check_same_thread: bool) -> sqlite3.Connection:
    if not vfs:
        return sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S, check_same_thread=check_same_thread)
    _free_of_dead(path.with_name(f"{path.name}.lock"))
    uri = f"file:{quote(str(path.absolute()))}?vfs={vfs}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=check_same_thread)


def _free_of_dead(lock: Path) -> None:
    """Remove a lock that nobody touches for as long as any of our transactions takes: its holder was killed."""
    try:
        before = lock.stat().st_mtime_ns
        time.sleep(_DEAD_S)
        if lock.stat().st_mtime_ns == before:
            lock.rmdir()
    except FileNotFoundError:
        return


def _set_up(connection: sqlite3.Connection, way: _Way) -> None:
    """Set the mode and check it with a write: a disk often refuses only at the first write."""
    if way.is_alone:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
    (answer,) = connection.execute(f"PRAGMA journal_mode={way.mode}").fetchone()
    if answer.upper() != way.mode:
        raise sqlite3.OperationalError(f"journal mode {answer} instead of {way.mode}")
    if way.is_alone:
        connection.execute("PRAGMA locking_mode=NORMAL").fetchone()
    connection.executescript(_SETTINGS)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()  # of all, a read lets go of what was locked alone
    if not pages:
        connection.execute("PRAGMA user_version=0")
