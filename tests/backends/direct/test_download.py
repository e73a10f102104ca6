"""A file that comes in over HTTP, held against the disk and the largest size while it does."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from backends.browser.chromium import ResponseHead
from backends.direct.download import PartialDownload
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import FileInUseError, FileTooLargeError, StorageError

pytestmark = pytest.mark.anyio
MIB = 1 << 20
GIB = 1 << 30


class Usage(NamedTuple):
    total: int
    free: int


def head(length: int | None = None) -> ResponseHead:
    headers = {} if length is None else {"content-length": str(length)}
    return ResponseHead(url="https://t/5", status=200, headers=headers)


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(MIB)


async def some(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_file_that_announces_more_than_is_allowed_is_never_begun(tmp_path: Path) -> None:
    part = PartialDownload(tmp_path / "5.part", Bounds(file_bytes=5 * MIB))
    with pytest.raises(FileTooLargeError, match="COUPA_MAX_FILE_MB"):
        part.begin(head(5 * MIB + 1))
    part.begin(head(5 * MIB))


async def test_a_file_without_an_end_ends_at_what_is_allowed(tmp_path: Path) -> None:
    part = PartialDownload(tmp_path / "5.part", Bounds(file_bytes=5 * MIB))
    part.begin(head())
    with pytest.raises(FileTooLargeError, match=r"larger than 5\.0 MB"):
        await part.fill(endless(), lambda: None)
    assert (tmp_path / "5.part").stat().st_size <= 5 * MIB


async def test_a_file_that_announces_more_than_the_disk_has_is_refused_before_it_is_written(tmp_path: Path) -> None:
    part = PartialDownload(tmp_path / "5.part")
    part.begin(head(10 << 40))
    with pytest.raises(FileTooLargeError, match="no room for a file of 10 TB"):
        await part.fill(endless(), lambda: None)
    assert not (tmp_path / "5.part").exists()


async def test_a_file_without_an_end_leaves_the_reserve_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def usage(folder: Path) -> Usage:
        came = sum(path.stat().st_size for path in folder.iterdir())
        return Usage(total=100 * GIB, free=8 * MIB - came)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    part = PartialDownload(tmp_path / "5.part", Bounds(disk_reserve_bytes=3 * MIB))
    part.begin(head())
    with pytest.raises(FileTooLargeError, match="kept free"):
        await part.fill(endless(), lambda: None)
    assert (tmp_path / "5.part").stat().st_size == 5 * MIB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root mounts file systems")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system mounts none")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


async def test_a_real_disk_is_not_filled_by_a_file_without_an_end(small_disk: Path) -> None:
    part = PartialDownload(small_disk / "5.part")
    part.begin(head())
    with pytest.raises(FileTooLargeError, match="no room"):
        await part.fill(endless(), lambda: None)
    assert shutil.disk_usage(small_disk).free >= 1.6 * MIB
    (small_disk / "other").write_bytes(bytes(MIB // 2))
    small = PartialDownload(small_disk / "6.part")
    small.begin(head())
    with pytest.raises(StorageError, match="free space, then run again"):
        await small.fill(some(b"x"), lambda: None)
    (small_disk / "5.part").unlink()
    await small.fill(some(b"x"), lambda: None)
    assert (small_disk / "6.part").read_bytes() == b"x"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk that is always full")
async def test_a_disk_that_says_it_has_room_and_takes_nothing_fails_that_file() -> None:
    part = PartialDownload(Path("/dev/full"))
    part.begin(head())
    with pytest.raises(FileTooLargeError) as told:
        await part.fill(some(b"x"), lambda: None)
    assert isinstance(told.value.__cause__, OSError)
    assert told.value.__cause__.errno == errno.ENOSPC


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
async def test_what_comes_is_the_users_alone_and_goes_through_no_link(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        part = PartialDownload(tmp_path / "5.part")
        part.begin(head())
        await part.fill(some(b"x"), lambda: None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "5.part").stat().st_mode) == 0o600
    (tmp_path / "6.part").symlink_to(tmp_path / "elsewhere")
    linked = PartialDownload(tmp_path / "6.part")
    linked.begin(head())
    with pytest.raises(StorageError, match="symbolic"):
        await linked.fill(some(b"x"), lambda: None)
    assert not (tmp_path / "elsewhere").exists()


async def test_a_part_that_a_scanner_holds_is_that_files_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(path: str, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("backends.direct.download.private", held)
    part = PartialDownload(tmp_path / "5.part")
    part.begin(head())
    with pytest.raises(FileInUseError, match="is it open in another program"):
        await part.fill(some(b"x"), lambda: None)
