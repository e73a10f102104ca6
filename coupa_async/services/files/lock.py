"""A lock file with one holder at a time. The system releases it when the holder dies.

Some network disks have no locks. There a file beside it names the holder. That file outlives a killed holder; it is
taken over if the holder ran on this machine and no longer runs.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from coupa_async.domain.errors import CoupaError, OutputError
from coupa_async.runtime.disk_errors import refuse_link

_UNLOCKED = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_HOLDER = ".holder"
LOOK_S = 0.25


@contextmanager
def locked(
    path: Path, refusal: CoupaError, *, wait_s: float = 0.0, warn: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold a lock file. Blocking for up to ``wait_s``.

    Args:
        path: The file; made if missing, and left where it is.
        refusal: Raised if somebody else holds it.
        wait_s: How long to wait for them.
        warn: Called if the file system has no locks.

    Raises:
        OutputError: If the file is a link.
        OSError: If it cannot be made.
    """
    refuse_link(path)
    try:
        lock = _acquired(_native(path, wait_s), refusal)
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link made since
            raise OutputError(f"{path}: is a link: remove it, or choose another folder with -o") from error
        if error.errno not in _UNLOCKED:
            raise
        holder = path.with_name(path.name + _HOLDER)
        refuse_link(holder)
        lock = _acquired(SoftFileLock(holder, timeout=wait_s, mode=0o600, thread_local=False), _named(refusal, holder))
        if warn is not None:
            warn(f"{path.parent}: its file system has no locks ({error.strerror}): do not start a second run there")
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Return whether somebody holds a lock file. Blocking for up to ``LOOK_S``. Nothing is made where there is none.

    To see that, it is held for an instant, so whoever wants to hold it waits longer than that: ``wait_s``. Several who
    look at the same time wait for each other.

    Raises:
        OSError: If it cannot be told, on a disk that may only be read.
    """
    if not path.is_file():
        return False
    held = OutputError(f"{path}: is held")
    try:
        with locked(path, held, wait_s=LOOK_S):
            return False
    except OutputError:
        return True


def _native(path: Path, wait_s: float) -> BaseFileLock:
    # Not thread-local: the thread that lets go may be another than the one that took it.
    return FileLock(path, timeout=wait_s, mode=0o600, thread_local=False, fallback_to_soft=False)


def _acquired(lock: BaseFileLock, refusal: CoupaError) -> BaseFileLock:
    try:
        lock.acquire()
    except Timeout as error:
        raise refusal from error
    return lock


def _named(refusal: CoupaError, holder: Path) -> CoupaError:
    """Add what to do about a holder on another machine: we cannot see whether it still runs."""
    return type(refusal)(f"{refusal}; if none is, remove {holder.name}")
