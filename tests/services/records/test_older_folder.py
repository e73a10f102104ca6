"""An output folder that version 0.1.0 made (``folder_0_1_0``, by its own program) is gone on with."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(Path(__file__).parent / "folder_0_1_0", tmp_path / "out")
    return tmp_path / "out"


def test_its_outcomes_stand_under_this_versions_keys(folder: Path) -> None:
    with Journal(folder / FILE_NAME) as journal:
        assert journal.outcomes() == {
            "15262984": Outcome.COMPLETED,
            "15262988": Outcome.PO_NOT_FOUND,  # the sheet says 015262988, which was its key
            "15263000": Outcome.PO_NOT_FOUND,
            "15263001": Outcome.PARTIAL,
        }
        results = {result.number.key: result for result, _ in journal.results()}
        assert [attachment.name for attachment in results["15263001"].saved] == ["Here.pdf", "Here too.xlsx"]
        assert len(results["15263001"].failed) == 1
    with History(folder / FILE_NAME) as history:
        assert len(history.runs()) == 1


def test_the_old_journal_is_kept_and_the_new_one_is_written_to(folder: Path) -> None:
    for _ in range(2):
        with Journal(folder / FILE_NAME) as journal:
            number = OrderNumber.parse("US-1")
            result = OrderResult(number=number, outcome=Outcome.FAILED, url="u", found_by="digits")
            journal.record(result, datetime(2026, 1, 1))
    with Journal(folder / FILE_NAME) as journal:
        assert {r.number.key: r.found_by for r, _ in journal.results() if r.found_by} == {"US-1": "digits"}
    with closing(sqlite3.connect(folder / "journal (version 2).sqlite3")) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (2,)
        assert old.execute("SELECT count(*) FROM orders").fetchone() == (4,)


def test_of_two_orders_that_are_one_now_the_later_one_stays(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE_NAME)) as db:
        columns = "shown, outcome, url, supplier, found, folder, error, requisition_url, handed_back, attempts, seconds"
        db.execute(
            f"INSERT INTO orders SELECT '0015262984', {columns}, '2020-01-01T00:00:00', filed FROM orders "
            "WHERE key = '15262984'"
        )
        db.commit()
    with Journal(folder / FILE_NAME) as journal:
        assert len(journal.outcomes()) == 4
        assert journal.files()[0] == 5


def test_a_migration_that_fails_leaves_the_old_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coupa_async.services.records.journal_schema._spell_keys", lambda db: db.execute("no SQL"))
    with pytest.raises(Exception, match="syntax"):
        Journal(folder / FILE_NAME)
    monkeypatch.undo()
    with Journal(folder / FILE_NAME) as journal:
        assert len(journal.outcomes()) == 4
