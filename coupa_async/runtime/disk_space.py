"""Checks the room on the disk while one file is downloaded."""

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
    """Return the size and the free space of a folder's disk. Blocking: one system call."""
    usage = shutil.disk_usage(folder)
    return Space(total_bytes=usage.total, free_bytes=usage.free)


class Room:
    """The room for one file."""

    def __init__(self, into: Path, bounds: Bounds = _BOUNDS, space: Callable[[Path], Space] = disk_space) -> None:
        """Make one; reads nothing yet.

        Args:
            into: The file, whose folder is there.
            bounds: The largest file, and what stays free.
            space: Reads the disk.
        """
        self._into = into
        self._bounds = bounds
        self._space = space

    def check_size(self, size_bytes: int | None) -> None:
        """Compare an announced or downloaded size with the largest that is allowed. Does not block.

        Raises:
            FileTooLargeError: If it is larger.
        """
        self._notify(too_large(size_bytes or 0, self._bounds))

    def is_over(self, size_bytes: int) -> bool:
        """Return whether a size is over the largest that is allowed."""
        return too_large(size_bytes, self._bounds) is not None

    def check(self, arrived_bytes: int, announced_bytes: int | None = None) -> None:
        """Check that a download may begin or go on. Blocking: one system call, some microseconds.

        Args:
            arrived_bytes: What is on the disk already, wherever on it.
            announced_bytes: The whole file's size; ``None`` if it is unknown.

        Raises:
            FileTooLargeError: If it is larger than allowed, or than the disk has room for.
            StorageError: If there is no room for any file.
        """
        self.check_size(max(arrived_bytes, announced_bytes or 0))
        self._notify(no_room(arrived_bytes, announced_bytes, self._space(self._into.parent), self._bounds))

    def full(self, error: OSError, arrived_bytes: int, announced_bytes: int | None = None) -> None:
        """Raise the error for a disk that took no more: whether only this file, or any file, has no room.

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
