"""Directories held by a lock of our own, and what is left of those whose holder was killed.

Beside a directory ``X`` stand ``X.lock`` and ``X.processes``, the record of what was started on it. The system lets go
of the lock when its holder dies, however it dies, so that a lock that nobody holds tells a leftover.
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
    """Hold a directory for ourselves alone. Blocking for up to ``wait_s``.

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
    """Tell where the processes that use a directory are noted."""
    return directory.with_name(f"{directory.name}.processes")


def end_recorded(directory: Path) -> None:
    """End what still runs on a directory, by its record or its own command line, then forget it. Blocking."""
    record = record_of(directory)
    left = {*processes.noted(record), *processes.using(directory)}
    if left:
        _log.warning("%s: ending what was left running: %s", directory, ", ".join(str(item.pid) for item in left))
        processes.end({item for root in left for item in processes.with_children(root)}, within_s=_END_S)
    record.unlink(missing_ok=True)


def forget(directory: Path) -> None:
    """Remove the lock of a directory that is gone and whose name never comes again. Blocking."""
    if not directory.exists():
        _lock_file(directory).unlink(missing_ok=True)


def sweep(root: Path, *, keep: str) -> None:
    """Discard every ``run-*`` below ``root`` that nobody holds. Never in the way of a start: what fails is logged.

    Args:
        root: Where profiles are.
        keep: The name of the directory that stays; only what was left running on it is ended.
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
