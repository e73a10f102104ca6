"""The room for one file: asked before it comes, while it comes, and when the disk says no."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import FileTooLargeError, StorageError
from coupa_async.domain.files.disk_space import Space
from coupa_async.runtime.disk_space import Room

GIB = 1 << 30


def room(into: Path, free_bytes: int, bounds: Bounds | None = None) -> Room:
    return Room(into, bounds or Bounds(), lambda _: Space(total_bytes=100 * GIB, free_bytes=free_bytes))


def test_a_file_that_fits_is_let_in(tmp_path: Path) -> None:
    room(tmp_path / "5", GIB).check(0, 1000)
    Room(tmp_path / "5").check_size(None)


def test_a_file_that_does_not_fit_fails_alone(tmp_path: Path) -> None:
    with pytest.raises(FileTooLargeError, match="no room for a file of 10 TB"):
        room(tmp_path / "5", GIB).check(0, 10 << 40)
    with pytest.raises(FileTooLargeError, match="COUPA_MAX_FILE_MB"):
        room(tmp_path / "5", GIB, Bounds(file_bytes=100)).check(101)


def test_a_disk_without_room_for_anything_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"free space, then run again"):
        room(tmp_path / "5", 1000).check(0, 10)


def test_a_full_disk_is_judged_by_the_file_and_other_errors_are_left_alone(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(FileTooLargeError) as told:
        room(tmp_path / "5", 0).full(full, 50 * GIB)
    assert told.value.__cause__ is full
    with pytest.raises(StorageError):
        room(tmp_path / "5", 0).full(full, 10)
    room(tmp_path / "5", 0).full(OSError(errno.EIO, "Input/output error"), 10)


def test_the_real_disk_is_asked(tmp_path: Path) -> None:
    with pytest.raises(FileTooLargeError):
        Room(tmp_path / "5").check(0, 1 << 60)
