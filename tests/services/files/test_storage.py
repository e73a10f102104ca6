"""Files and folders of orders: each step whole, each kill point mended, exactly one folder an order."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.files.storage import Storage, inspect
from tests.services.files.conftest import ORDER, finish, names, part_with, result


def test_an_order_ends_in_one_folder_named_by_its_outcome(storage: Storage, tmp_path: Path) -> None:
    assert finish(storage, Outcome.COMPLETED) == "ACME/PO1_COMPLETED"
    assert names(tmp_path) == ["ACME", "ACME/PO1_COMPLETED", "ACME/PO1_COMPLETED/a.pdf"]


def test_the_folder_is_work_until_it_is_settled(storage: Storage, tmp_path: Path) -> None:
    folder = storage.begin(ORDER, "ACME", is_made=False)
    assert names(tmp_path) == []
    assert folder.part("5").relative_to(folder.root) == Path("ACME", "PO1__WORK", ".5.part")


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
            OrderResult(number=item.number, outcome=Outcome.FAILED, url="", folder=f"ACME/{item.number.shown}_FAILED")
            for item in orders
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
    assert folder.path.relative_to(folder.root) == Path("Other", "PO1__WORK")
    assert [path.name for path in folder.path.iterdir()] == ["a.pdf"]
    assert not (tmp_path / old).exists()


@pytest.mark.parametrize("killed", [False, True])
def test_a_page_that_is_gone_at_the_second_try_leaves_no_second_folder(
    storage: Storage, tmp_path: Path, killed: bool
) -> None:
    folder = storage.begin(ORDER, "ACME")
    folder.keep(part_with(folder.part("5"), b"x"), "a.pdf")
    if killed:
        storage = Storage(tmp_path)
        with storage.held():
            pass
    assert finish(storage, Outcome.FAILED, name="b.pdf", supplier="") == "Unknown/PO1_FAILED"
    folders = [path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*") if path.is_dir()]
    assert [folder.upper() for folder in folders] == ["UNKNOWN/PO1_FAILED"]


def test_an_order_that_turns_out_to_have_no_files_leaves_no_empty_folder(storage: Storage, tmp_path: Path) -> None:
    storage.begin(ORDER, "ACME").part("5").touch()
    folder = storage.begin(ORDER, "")
    destination = folder.destination(ORDER, Outcome.PO_NOT_FOUND, empty_folders=False)
    storage.settle(result(destination, Outcome.PO_NOT_FOUND))
    assert destination == ""
    assert not list(tmp_path.rglob("PO1*"))


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


def test_a_file_is_inspected_in_one_reading(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000
    (tmp_path / "f").write_bytes(data)
    found = inspect(tmp_path / "f")
    assert (found.size_bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert found.head == data[:1024]


def test_a_file_named_like_a_part_survives_the_order_being_taken_up_again(storage: Storage) -> None:
    folder = storage.begin(ORDER, "ACME")
    folder.keep(part_with(folder.part("5"), b"x"), "6.part")
    again = storage.begin(ORDER, "ACME")
    assert [path.name for path in again.path.iterdir()] == ["6.part"]


def test_what_an_older_version_staged_goes_with_the_run_that_was_killed(tmp_path: Path) -> None:
    work = tmp_path / "ACME" / "PO1__WORK"
    work.mkdir(parents=True)
    for name in ("5.part", ".6.part", "a.pdf"):
        (work / name).write_bytes(b"x")
    storage = Storage(tmp_path)
    with storage.held():
        folder = storage.begin(ORDER, "Other")
        assert sorted(path.name for path in folder.path.iterdir()) == ["a.pdf"]
        assert sorted(path.name for path in storage.begin(ORDER, "Other").path.iterdir()) == ["a.pdf"]


def test_folders_within_an_orders_folder_are_merged_too(storage: Storage, tmp_path: Path) -> None:
    finish(storage, Outcome.PARTIAL)
    for place, name in (("PO1_PARTIAL", "x"), ("PO1__WORK", "y")):
        (tmp_path / "ACME" / place / "notes").mkdir(parents=True)
        (tmp_path / "ACME" / place / "notes" / name).touch()
    folder = storage.begin(ORDER, "ACME")
    assert sorted(path.name for path in folder.path.rglob("*")) == ["a.pdf", "notes", "x", "y"]


def test_a_folder_that_an_older_version_left_in_small_letters_gets_its_name_with_all_its_files(tmp_path: Path) -> None:
    work = tmp_path / "ACME" / "po1__WORK"
    work.mkdir(parents=True)
    (work / "a.pdf").write_bytes(b"x")
    storage = Storage(tmp_path)
    with storage.held():
        storage.settle(result("ACME/po1_COMPLETED"))
        storage.settle(result("ACME/po1_COMPLETED"))
    assert [path.name for path in (tmp_path / "ACME" / "po1_COMPLETED").iterdir()] == ["a.pdf"]
    assert not work.exists()
