"""The journal: what is recorded is there again, whatever happened in between."""

from __future__ import annotations

import gc
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

import pytest

from coupa_async.domain.errors import OutputError, StorageError
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome, SavedAttachment
from coupa_async.services.records.journal import Journal

AT = datetime(2025, 6, 1, 12, 30, 5)


def result(number: str = "PO1", **more: object) -> OrderResult:
    saved = SavedAttachment(
        id="5",
        kind=AttachmentKind.FILE,
        source=AttachmentSource.REQUISITION,
        name="ä.pdf",
        size_bytes=7,
        sha256="ab",
        seconds=0.5,
    )
    failed = FailedAttachment(id="6", name="b", reason="404", timed_out=True)
    given = {
        "number": OrderNumber.parse(number),
        "outcome": Outcome.PARTIAL,
        "url": "https://t/order_headers/1",
        "supplier": "ACME",
        "found": 2,
        "saved": (saved,),
        "failed": (failed,),
        "folder": "ACME/PO1_PARTIAL",
        "error": "1 of 2",
        "requisition_url": "https://t/r",
        "attempts": 2,
        "seconds": 1.5,
    }
    return OrderResult(**(given | more))  # type: ignore[arg-type]


def test_what_is_recorded_is_read_back_whole(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result(), AT)
    with Journal(tmp_path / "j") as journal:
        assert list(journal.results()) == [(result(), AT)]
        assert journal.settled() == {"1"}
        assert journal.outcomes() == {"1": Outcome.PARTIAL}
        assert journal.files() == (1, 7)


def test_a_second_record_takes_the_place_of_the_first(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result(), AT)
        journal.record(result(outcome=Outcome.FAILED, saved=(), failed=()), AT)
        ((again, _),) = journal.results()
        assert (again.outcome, again.saved, again.failed) == (Outcome.FAILED, (), ())


def test_an_order_is_unfiled_until_its_folder_bears_its_outcome(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1"), AT)
        journal.record(result("PO2"), AT)
        journal.filed(OrderNumber.parse("PO1"))
        assert [item.number.key for item in journal.unfiled()] == ["2"]


def test_that_an_order_is_filed_is_known_to_the_next_run(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1"), AT)
        journal.filed(OrderNumber.parse("PO1"))
    with Journal(tmp_path / "j") as journal:
        assert journal.unfiled() == []
        journal.record(result("PO1"), AT)
        assert [item.number.key for item in journal.unfiled()] == ["1"]


def test_what_was_filed_before_a_kill_is_filed_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.record(result("PO1"), AT)
    journal.filed(OrderNumber.parse("PO1"))
    with Journal(tmp_path / "j") as after_a_kill:
        assert [item.number.key for item in after_a_kill.unfiled()] == ["1"]
    journal.__exit__()


def test_several_orders_are_recorded_together_or_not_at_all(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        with pytest.raises(sqlite3.Error):
            journal.record_all([(result("PO1"), AT), (result("PO2", url=object()), AT)])
        assert journal.settled() == frozenset()
        journal.record_all([(result("PO1"), AT), (result("PO2"), AT)])
        assert journal.settled() == {"1", "2"}


def test_a_full_disk_stops_the_run_and_leaves_the_journal_whole(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1"), AT)
        journal._db.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StorageError, match="full"):
            journal.record(result("PO2", error="x" * 100_000), AT)
        assert journal.settled() == {"1"}


def test_a_record_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result(), AT)
        with pytest.raises(sqlite3.Error):
            journal.record(result(url=object()), AT)
        assert [item for item, _ in journal.results()] == [result()]


def test_forgotten_orders_run_again(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1"), AT)
        journal.record(result("PO2"), AT)
        journal.forget([OrderNumber.parse("1")])
        assert journal.settled() == {"2"}
        assert journal.folder_of(OrderNumber.parse("1")) == "ACME/PO1_PARTIAL"
        assert journal.folder_of(OrderNumber.parse("2")) == ""
        assert journal.files() == (1, 7)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 9])
def test_a_file_that_is_no_journal_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j").write_bytes(content)
    with pytest.raises(OutputError, match="journal"):
        Journal(tmp_path / "j")


def test_a_journal_of_another_version_is_told(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "j") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(OutputError, match="does not know"):
        Journal(tmp_path / "j")


def test_results_that_are_read_in_part_do_not_outlive_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    with Journal(tmp_path / "j") as journal:
        journal.record_all([(result(f"PO{number}"), AT) for number in range(10)])
        some = journal.results()
        next(some)
    del some
    gc.collect()
    assert complaints == []
    assert [path.name for path in tmp_path.iterdir()] == ["j"]
