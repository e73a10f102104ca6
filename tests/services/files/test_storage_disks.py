"""Disks that are full, held by others, blind to case, or unable to sync."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from coupa_async.domain.errors import BrokenDownloadError, FileInUseError, StorageError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.files.storage import Storage
from tests.services.conftest import POSIX
from tests.services.files.conftest import ORDER, finish, names, part_with, result


def test_a_full_disk_is_told_from_a_name_that_is_too_long(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = storage.begin(ORDER, "ACME")
    part = folder.part("5")
    part.write_bytes(b"x")

    def fail(code: int) -> None:
        def fsync(handle: int) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", fsync)

    fail(errno.ENOSPC)
    with pytest.raises(StorageError, match="No space"):
        folder.keep(part, "a.pdf")
    fail(errno.ENAMETOOLONG)
    with pytest.raises(BrokenDownloadError, match="too long"):
        folder.keep(part, "a.pdf")
    assert part.exists()


def test_a_folder_of_a_disk_that_ignores_case_is_not_merged_into_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Acme").mkdir()
    order = Order(number=OrderNumber.parse("PO1"), hierarchy=("ACME",))
    storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(order, "")
        folder.keep(part_with(folder.part("5"), b"x"), "a.pdf")
    if len(list(tmp_path.iterdir())) > 2:  # this disk does not ignore it: Acme and ACME are one by a link
        (tmp_path / "Acme").rmdir()
        (tmp_path / "Acme").symlink_to(tmp_path / "ACME")
        monkeypatch.setattr("coupa_async.services.files.storage.is_link", lambda _: False)
        storage = Storage(tmp_path)
        storage._works["PO1__WORK"] = {tmp_path / "Acme" / "PO1__WORK"}
    else:
        storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(order, "")
    assert [path.name for path in folder.path.iterdir()] == ["a.pdf"]


class Synchroniser:
    """Holds folders of a name for so many tries, as what was just written is held by who copies it away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, tries: int) -> None:
        self.left = tries
        self.waits_s: list[float] = []
        real = Path.rename

        def rename(path: Path, target: Path) -> Path:
            if path.name == name:
                self.left -= 1
                if self.left >= 0:
                    raise PermissionError(errno.EACCES, "Permission denied")
            return real(path, target)

        monkeypatch.setattr(Path, "rename", rename)


def test_a_folder_that_a_synchroniser_holds_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits_s: list[float] = []
    Synchroniser(monkeypatch, "PO1__WORK", 20)
    assert finish(Storage(tmp_path, sleep=waits_s.append), Outcome.COMPLETED) == "ACME/PO1_COMPLETED"
    assert len(waits_s) == 20
    assert "ACME/PO1_COMPLETED/a.pdf" in names(tmp_path)


def test_a_folder_that_stays_held_is_that_orders_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Storage(tmp_path, sleep=lambda _: None)
    other = Order(number=OrderNumber.parse("PO2"))
    storage.begin(other, "ACME")
    folder = storage.begin(ORDER, "ACME")
    folder.keep(part_with(folder.part("5"), b"x"), "a.pdf")
    Synchroniser(monkeypatch, "PO1__WORK", 10_000)
    second = OrderResult(number=other.number, outcome=Outcome.FAILED, url="", folder="ACME/PO2_FAILED")
    held = storage.settle(result("ACME/PO1_COMPLETED"), second)
    assert list(held) == [ORDER.number.key]
    assert "PO1__WORK" in str(held[ORDER.number.key])
    assert "is it open in another program?" in str(held[ORDER.number.key])
    assert storage.found(ORDER.number) == "ACME/PO1__WORK"
    assert "ACME/PO2_FAILED" in names(tmp_path)
    with pytest.raises(FileInUseError, match="is it open in another program"):
        storage.begin(Order(number=ORDER.number), "Other")


@POSIX  # Windows opens no folder to sync it
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_folders_that_cannot_be_synced_are_said_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    finish(storage, Outcome.PARTIAL)
    finish(storage, Outcome.COMPLETED)
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == [
        f"its file system syncs no folders ({os.strerror(code)})"
    ]


@POSIX  # Windows opens no folder to sync it
def test_a_disk_that_breaks_while_a_folder_is_synced_stops_the_run(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    storage.begin(ORDER, "ACME")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageError, match="Input/output"):
        storage.settle(result("ACME/PO1_FAILED", Outcome.FAILED))
