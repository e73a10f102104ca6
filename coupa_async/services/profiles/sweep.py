"""Holds directories by a lock, and removes those whose holder was killed.

Beside a directory ``X`` are ``X.lock`` and ``X.processes``, the record of the processes started on it. The system
releases the lock when the holder dies. So a directory whose lock nobody holds is a leftover.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from coupa_async.domain.errors import CoupaError, ProfileError
from coupa_async.runtime import processes
from coupa_async.services.files.lock import locked
from coupa_async.services.profiles.copy import remove, storage_error

_log = logging.getLogger(__name__)
_END_S = 3.0


@contextmanager
def held(directory: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a directory alone. Blocking for up to ``wait_s``.

    Raises:
        ProfileError: If somebody else holds it.
        StorageError: If the lock cannot be written.
    """
    refusal = ProfileError(f"{directory} is in use by another coupa-async: wait for it to end, or end it")
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(_lock_file(directory), refusal, wait_s=wait_s))
        except OSError as error:
            raise storage_error(directory, error) from error
        yield


def record_of(directory: Path) -> Path:
    """Return the process record of a directory."""
    return directory.with_name(f"{directory.name}.processes")


def end_recorded(directory: Path) -> None:
    """End the processes that still run on a directory, by record or command line, and remove the record. Blocking."""
    record = record_of(directory)
    left = {*processes.noted(record), *processes.using(directory)}
    if left:
        _log.warning("%s: ending what was left running: %s", directory, ", ".join(str(item.pid) for item in left))
        processes.end({item for root in left for item in processes.with_children(root)}, within_s=_END_S)
    record.unlink(missing_ok=True)


def forget(directory: Path) -> None:
    """Remove the lock of a directory that is gone and whose name is never used again. Blocking."""
    if not directory.exists():
        _lock_file(directory).unlink(missing_ok=True)


def sweep(root: Path, *, keep: str) -> None:
    """Remove every ``run-*`` below ``root`` that nobody holds. Errors are logged, so that a run can always start.

    Args:
        root: Where profiles are.
        keep: The name of the directory that stays; only processes left running on it are ended.
    """
    if not root.is_dir():
        return
    for name in sorted({path.stem for path in root.glob("run-*")} | {keep}):
        directory = root / name
        try:
            with held(directory):
                end_recorded(directory)
                if name == keep:
                    continue
                remove(directory)
            forget(directory)
        except (CoupaError, OSError) as error:
            _log.info("not swept: %s", error)


def _lock_file(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.lock")
