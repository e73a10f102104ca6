"""A lock file that one holder at a time has; the system lets go of it when its holder dies, however it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from coupa_async.domain.errors import CoupaError


@contextmanager
def locked(path: Path, refusal: CoupaError, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a lock file. Blocking for up to ``wait_s``.

    Args:
        path: The file; made if missing, and left where it is.
        refusal: Raised if somebody else holds it.
        wait_s: How long to wait for them.

    Raises:
        OSError: If the file cannot be made.
    """
    # Not thread-local: the thread that lets go may be another than the one that took it.
    lock = FileLock(path, timeout=wait_s, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise refusal from error
    try:
        yield
    finally:
        lock.release()
