"""Files and folders of orders: each step whole, each kill point mended, exactly one folder an order."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from coupa_async.domain.errors import BrokenDownloadError, OutputError, StorageError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.storage import Storage, inspect

ORDER = Order(number=OrderNumber.parse("PO1"))


def result(folder: str, outcome: Outcome = Outcome.COMPLETED) -> OrderResult:
    return OrderResult(number=ORDER.number, outcome=outcome, url="", folder=folder)


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


def finish(storage: Storage, outcome: Outcome, name: str = "a.pdf", supplier: str = "ACME") -> str:
    folder = storage.begin(ORDER, supplier)
    part = folder.part("5")
    part.write_bytes(b"x")
    folder.keep(part, name)
    destination = folder.destination(ORDER, outcome, empty_folders=False)
    storage.settle(result(destination, outcome))
    return destination


def test_an_order_ends_in_one_folder_named_by_its_outcome(storage: Storage, tmp_path: Path) -> None:
    assert finish(storage, Outcome.COMPLETED) == "ACME/PO1_COMPLETED"
    assert names(tmp_path) == ["ACME", "ACME/PO1_COMPLETED", "ACME/PO1_COMPLETED/a.pdf"]


def test_the_folder_is_work_until_it_is_settled(storage: Storage, tmp_path: Path) -> None:
    folder = storage.begin(ORDER, "ACME", is_made=False)
    assert names(tmp_path) == []
    assert folder.part("5") == tmp_path / "ACME" / "PO1__WORK" / "5.part"


def test_settling_twice_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    destination = finish(storage, Outcome.PARTIAL)
    before = names(tmp_path)
    storage.settle(result(destination, Outcome.PARTIAL))
    assert names(tmp_path) == before


def test_several_orders_are_settled_together(storage: Storage, tmp_path: Path) -> None:
    orders = [Order(number=OrderNumber.parse(f"PO{n}")) for n in (1, 2)]
    for order in orders:
        storage.begin(order, "ACME")
    storage.settle(
        *(
            OrderResult(number=one.number, outcome=Outcome.FAILED, url="", folder=f"ACME/{one.number.shown}_FAILED")
            for one in orders
        )
    )
    assert names(tmp_path) == ["ACME", "ACME/PO1_FAILED", "ACME/PO2_FAILED"]


def test_a_kill_before_the_rename_is_mended(storage: Storage, tmp_path: Path) -> None:
    folder = storage.begin(ORDER, "ACME")
    part = folder.part("5")
    part.write_bytes(b"x")
    folder.keep(part, "a.pdf")
    Storage(tmp_path).settle(result("ACME/PO1_COMPLETED"))
    assert names(tmp_path) == ["ACME", "ACME/PO1_COMPLETED", "ACME/PO1_COMPLETED/a.pdf"]


def test_a_second_run_takes_the_older_folder_up(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.PARTIAL, "a.pdf")
    finish(storage, Outcome.COMPLETED, "b.pdf")
    assert names(tmp_path) == [
        "ACME",
        "ACME/PO1_COMPLETED",
        "ACME/PO1_COMPLETED/a.pdf",
        "ACME/PO1_COMPLETED/b.pdf",
    ]


def test_a_folder_moves_with_its_hierarchy(storage: Storage, tmp_path: Path) -> None:
    old = finish(storage, Outcome.COMPLETED, supplier="ACME")
    folder = storage.begin(ORDER, "Other", old)
    assert folder.path == tmp_path / "Other" / "PO1__WORK"
    assert [path.name for path in folder.path.iterdir()] == ["a.pdf"]
    assert not (tmp_path / old).exists()


@pytest.mark.parametrize("killed", [False, True])
def test_a_page_that_is_gone_at_the_second_try_leaves_no_second_folder(
    storage: Storage, tmp_path: Path, killed: bool
) -> None:
    folder = storage.begin(ORDER, "ACME")
    folder.keep(_with(folder.part("5"), b"x"), "a.pdf")
    if killed:
        storage = Storage(tmp_path)
        with storage.held():
            pass
    assert finish(storage, Outcome.FAILED, name="b.pdf", supplier="") == "Unknown/PO1_FAILED"
    folders = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("PO1*")]
    assert folders == ["Unknown/PO1_FAILED"]


def test_an_order_that_turns_out_to_have_no_files_leaves_no_empty_folder(storage: Storage, tmp_path: Path) -> None:
    storage.begin(ORDER, "ACME").part("5").touch()
    folder = storage.begin(ORDER, "")
    destination = folder.destination(ORDER, Outcome.PO_NOT_FOUND, empty_folders=False)
    storage.settle(result(destination, Outcome.PO_NOT_FOUND))
    assert destination == ""
    assert not list(tmp_path.rglob("PO1*"))


def _with(part: Path, data: bytes) -> Path:
    part.write_bytes(data)
    return part


def test_leftovers_of_broken_downloads_go(storage: Storage) -> None:
    storage.begin(ORDER, "ACME").part("5").write_bytes(b"half")
    folder = storage.begin(ORDER, "ACME")
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize("outcome", [Outcome.NO_ATTACHMENTS, Outcome.PO_NOT_FOUND])
def test_orders_without_files_get_a_folder_only_if_asked(storage: Storage, tmp_path: Path, outcome: Outcome) -> None:
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, outcome, empty_folders=False) == ""
    destination = folder.destination(ORDER, outcome, empty_folders=True)
    assert destination == f"ACME/PO1_{outcome}"
    storage.settle(result(destination, outcome))
    assert (tmp_path / destination).is_dir()


def test_files_of_an_earlier_run_are_kept_even_if_the_order_is_gone(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.COMPLETED)
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, Outcome.PO_NOT_FOUND, empty_folders=False) == "ACME/PO1_PO_NOT_FOUND"


def test_a_failed_order_gets_a_folder(storage: Storage) -> None:
    folder = storage.begin(ORDER, "ACME")
    assert folder.destination(ORDER, Outcome.FAILED, empty_folders=False) == "ACME/PO1_FAILED"


def test_a_link_out_of_the_output_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ACME").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="outside"):
        Storage(tmp_path / "out").begin(ORDER, "ACME")


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


def test_a_file_in_the_place_of_the_output_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="-o"):
        Storage(tmp_path / "out").prepare()


def test_a_file_is_inspected_in_one_reading(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "f").write_bytes(data)
    found = inspect(tmp_path / "f")
    assert (found.size_bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert found.head == data[:1024]
