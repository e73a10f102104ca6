"""Layer 1: room on the disk for one file that comes in. Whoever writes it, or watches a browser write it, asks here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import FileTooLargeError, StorageError
from coupa_async.domain.files.disk_space import Refusal, Space, disk_full, no_room, too_large
from coupa_async.runtime.disk_errors import FULL, shown

_BOUNDS = Bounds()


def disk_space(folder: Path) -> Space:
    """Tell how large the disk of a folder is and what is free of it. Blocking: one call of the system."""
    usage = shutil.disk_usage(folder)
    return Space(total_bytes=usage.total, free_bytes=usage.free)


class Room:
    """The room for one file."""

    def __init__(self, into: Path, bounds: Bounds = _BOUNDS, space: Callable[[Path], Space] = disk_space) -> None:
        """Look at nothing yet.

        Args:
            into: The file, whose folder is there.
            bounds: The largest file, and what stays free.
            space: Reads the disk.
        """
        self._into = into
        self._bounds = bounds
        self._space = space

    def check_size(self, size_bytes: int | None) -> None:
        """Hold a size that was announced, or has come, against the largest that is allowed. Does not block.

        Raises:
            FileTooLargeError: If it is larger.
        """
        self._notify(too_large(size_bytes or 0, self._bounds))

    def is_over(self, size_bytes: int) -> bool:
        """Tell whether a size is over the largest that is allowed."""
        return too_large(size_bytes, self._bounds) is not None

    def check(self, arrived_bytes: int, announced_bytes: int | None = None) -> None:
        """See that a file may come in, or go on coming in. Blocking: one call of the system, some microseconds.

        Args:
            arrived_bytes: What is on the disk already, wherever on it.
            announced_bytes: The whole file's size; ``None`` if nobody says.

        Raises:
            FileTooLargeError: If it is larger than allowed, or than the disk has room for.
            StorageError: If there is no room for any file.
        """
        self.check_size(max(arrived_bytes, announced_bytes or 0))
        self._notify(no_room(arrived_bytes, announced_bytes, self._space(self._into.parent), self._bounds))

    def full(self, error: OSError, arrived_bytes: int, announced_bytes: int | None = None) -> None:
        """Judge an error of writing the file: whether it is this file that the disk has no room for.

        Raises:
            FileTooLargeError: If it is.
            StorageError: If there is no room for any file.
        """
        if error.errno in FULL:
            space = self._space(self._into.parent)
            self._notify(disk_full(arrived_bytes, announced_bytes, space, self._bounds), error)

    def _notify(self, refusal: Refusal | None, cause: OSError | None = None) -> None:
        if refusal is None:
            return
        if refusal.is_its_own:
            raise FileTooLargeError(f"the file is too large: {refusal.reason}") from cause
        raise StorageError(f"{shown(self._into.parent)}: {refusal.reason}: free space, then run again") from cause
