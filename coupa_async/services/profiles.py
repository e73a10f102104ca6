"""One browser profile a worker, of our own, for the time of a run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coupa_async.domain.errors import StorageError
from coupa_async.ports import Profile


@contextmanager
def run_profiles(base: Path, count: int, state: Path) -> Iterator[list[Profile]]:
    """Make the profiles of a run, readable for the user alone, and sweep them at its end.

    Args:
        base: Where profiles are kept.
        count: One a worker.
        state: The storage state that each starts from.

    Raises:
        StorageError: If they cannot be made.
    """
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = Path(tempfile.mkdtemp(prefix="run-", dir=base))  # 0700 by itself
    except OSError as error:
        raise StorageError(f"profiles in {base}: {error.strerror}") from error
    try:
        names = [f"worker-{number}" for number in range(1, count + 1)]
        yield [Profile(name=name, directory=root / name, state=state) for name in names]
    finally:
        shutil.rmtree(root, ignore_errors=True)  # what a dying browser still holds is swept with the next run
