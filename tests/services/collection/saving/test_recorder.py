"""The recorder: what ends together is written together, journal first, and whatever goes wrong is everybody's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import anyio
import pytest

from coupa_async.domain.errors import StorageError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.collection.saving.recorder import ResultRecorder, fail_unfiled, file_unfiled
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.journal import Journal

AT = datetime(2025, 6, 1)
pytestmark = pytest.mark.anyio


def result(number: int) -> OrderResult:
    name = OrderNumber.parse(f"PO{number}")
    return OrderResult(number=name, outcome=Outcome.FAILED, url="", folder=f"ACME/{name.shown}_FAILED")


class Watched(Journal):
    """A journal that counts its transactions and sees what folders there are at each."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / "j")
        self.root = root
        self.batches: list[list[str]] = []
        self.folders: list[set[str]] = []

    def __enter__(self) -> Watched:
        return self

    def record_all(self, results: Iterable[tuple[OrderResult, datetime]]) -> None:
        entries = list(results)
        self.batches.append([item.number.shown for item, _ in entries])
        super().record_all(entries)
        self.folders.append({path.name.upper() for path in self.root.glob("ACME/*")})


async def test_orders_that_end_together_are_one_transaction_and_renamed_after_it(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    for number in range(1, 6):
        storage.begin(Order(number=OrderNumber.parse(f"PO{number}")), "ACME")
    with Watched(tmp_path) as journal:
        recorder = ResultRecorder(journal, storage, lambda: AT)
        async with anyio.create_task_group() as group:
            for number in range(1, 6):
                group.start_soon(recorder.record, result(number))
        assert journal.batches == [["PO1"], ["PO2", "PO3", "PO4", "PO5"]]
        assert journal.folders[0] == {f"PO{number}__WORK" for number in range(1, 6)}
        assert journal.settled() == {"1", "2", "3", "4", "5"}
        assert journal.unfiled() == []
    assert {path.name.upper() for path in tmp_path.glob("ACME/*")} == {f"PO{number}_FAILED" for number in range(1, 6)}


async def test_what_cannot_be_written_fails_for_all_that_are_in_it(tmp_path: Path) -> None:
    class Full(Watched):
        def record_all(self, results: Iterable[tuple[OrderResult, datetime]]) -> None:
            raise StorageError("full")

    failed: list[int] = []
    with Full(tmp_path) as journal:
        recorder = ResultRecorder(journal, Storage(tmp_path), lambda: AT)

        async def record(number: int) -> None:
            with pytest.raises(StorageError, match="full"):
                await recorder.record(result(number))
            failed.append(number)

        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(record, number)
    assert sorted(failed) == [0, 1, 2]


class Viewer:
    """Holds an order's folder open, until it is closed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.is_open = True
        real = Path.rename

        def rename(path: Path, target: Path) -> Path:
            if self.is_open and path.name == name:
                raise PermissionError(13, "Permission denied")
            return real(path, target)

        monkeypatch.setattr(Path, "rename", rename)


async def test_a_folder_that_a_viewer_holds_is_nobody_elses_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(monkeypatch, "PO1__WORK")
    storage = Storage(tmp_path, sleep=lambda _: None)
    for number in (1, 2):
        storage.begin(Order(number=OrderNumber.parse(f"PO{number}")), "ACME")
    with Journal(tmp_path / "j") as journal:
        recorder = ResultRecorder(journal, storage, lambda: AT)
        await recorder.record(result(1))
        await recorder.record(result(2))
        assert [item.number.shown for item in journal.unfiled()] == ["PO1"]
        file_unfiled(journal, storage)
        assert [item.number.shown for item in journal.unfiled()] == ["PO1"]
        viewer.is_open = False
        assert fail_unfiled(journal, storage, AT) == []
        assert journal.unfiled() == []
    assert {path.name.upper() for path in tmp_path.glob("ACME/*")} == {"PO1_FAILED", "PO2_FAILED"}


async def test_a_folder_that_is_held_to_the_end_fails_its_order_and_says_where_its_files_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(monkeypatch, "PO1__WORK")
    storage = Storage(tmp_path, sleep=lambda _: None)
    order = Order(number=OrderNumber.parse("PO1"))
    storage.begin(order, "ACME")
    whole = replace(result(1), outcome=Outcome.COMPLETED, folder="ACME/PO1_COMPLETED", found=2)
    with Journal(tmp_path / "j") as journal:
        await ResultRecorder(journal, storage, lambda: AT).record(whole)
        (told,) = fail_unfiled(journal, storage, AT)
        ((recorded, _),) = journal.results()
        assert (recorded.outcome, recorded.folder, recorded.found) == (Outcome.FAILED, "ACME/PO1__WORK", 2)
        assert recorded.error == told
        assert "PO1__WORK" in told
        assert "is it open in another program?" in told
        assert journal.unfiled() == []
    viewer.is_open = False
    storage = Storage(tmp_path)
    with storage.held(), Journal(tmp_path / "j") as journal:
        journal.forget([order.number])
        storage.begin(order, "ACME", journal.folder_of(order.number))
        await ResultRecorder(journal, storage, lambda: AT).record(whole)
    assert [path.name.upper() for path in tmp_path.glob("ACME/*")] == ["PO1_COMPLETED"]
