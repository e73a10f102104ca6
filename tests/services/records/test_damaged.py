"""A journal that holds what no version of the program wrote, or only a later one, is an error of ours."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from coupa_async.domain.errors import OutputError
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import Journal
from coupa_async.services.records.status import run_status

MADE = Path(__file__).with_name("folder_0_1_0") / "journal.sqlite3"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / MADE.name
    shutil.copy(MADE, path)
    with Journal(path), History(path):  # brings it up to date
        pass
    return path


def look(path: Path) -> None:
    with Journal(path) as journal, History(path) as history:
        run_status(journal, history)
        list(journal.results())
        journal.groups()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orders SET outcome = 'POSTPONED'",
        "UPDATE orders SET processed_at = 'yesterday'",
        "UPDATE attachments SET kind = 'hologram'",
        "UPDATE attachments SET source = 'elsewhere'",
        "UPDATE runs SET settings = '{'",
        "UPDATE runs SET settings = '[1]'",
        "UPDATE runs SET started_at = 'once'",
        "UPDATE moments SET at = 'once'",
        "DROP TABLE attachments",
        "PRAGMA user_version = 999",
    ],
)
def test_what_this_version_cannot_read_is_said_with_the_files_name(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(change)
    with pytest.raises(OutputError, match=path.name) as caught:
        look(path)
    assert caught.traceback  # which would keep an open file from being closed
    assert str(path) not in {file.path for file in psutil.Process().open_files()}


@pytest.mark.parametrize("seed", range(8))
def test_a_file_with_changed_bytes_is_refused(path: Path, seed: int) -> None:
    data = bytearray(path.read_bytes())
    for at in range(100 + seed, len(data), 997):
        data[at] ^= 0xA5
    path.write_bytes(data)
    with pytest.raises(OutputError, match=path.name):
        look(path)


def test_a_number_that_another_version_notes_as_words_counts_as_none(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE moments SET detail = 'a few' WHERE kind = 'started'")
    with Journal(path) as journal, History(path) as history:
        assert run_status(journal, history).left_out == 0


def test_a_journal_that_is_refused_is_closed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(OutputError) as caught:
        Journal(path)
    assert caught.traceback  # which would keep it from being closed by itself
    assert str(path) not in {file.path for file in psutil.Process().open_files()}
