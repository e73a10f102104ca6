"""The book of a user's runs: a folder stands in it once, the latest first, whoever writes at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from coupa_async.app.runs.run_book import RunBook, noting, run_book
from coupa_async.domain.errors import OutputError
from coupa_async.domain.events import RunStarted

AT = datetime(2025, 6, 1, 12, 30)


def test_a_folder_stands_in_it_once_and_the_latest_run_first(tmp_path: Path) -> None:
    book = RunBook(tmp_path / "own" / "runs.json")
    assert book.all() == ()
    first = book.note("a.xlsx", tmp_path / "a", AT)
    book.note("b.xlsx", tmp_path / "b", AT + timedelta(minutes=1))
    again = book.note("other.xlsx", tmp_path / "a", AT + timedelta(minutes=2))
    assert (again.id, again.name) == (first.id, "a.xlsx")
    assert [run.name for run in book.all()] == ["a.xlsx", "b.xlsx"]
    assert book.find(first.id) == again
    book.forget(first.id)
    assert [run.root for run in book.all()] == [tmp_path / "b"]


def test_runs_that_begin_at_the_same_time_are_all_in_it(tmp_path: Path) -> None:
    def begin(number: int) -> None:
        RunBook(tmp_path / "runs.json").note(f"{number}.xlsx", tmp_path / str(number), AT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(begin, range(16)))
    assert len(RunBook(tmp_path / "runs.json").all()) == 16


def test_a_run_keeps_its_new_name_and_its_spreadsheet_when_its_folder_is_run_again(tmp_path: Path) -> None:
    book = RunBook(tmp_path / "runs.json")
    first = book.note("june", tmp_path / "a", AT, "0" * 16)
    book.rename(first.id, "June, all")
    again = book.note("june", tmp_path / "a", AT + timedelta(minutes=1))
    assert (again.name, again.sheet) == ("June, all", "0" * 16)


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '[{"id": "x"}]', "\x00"])
def test_a_book_that_is_none_is_empty_and_kept_aside_once_it_is_written_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text, encoding="utf-8")
    assert RunBook(path).all() == ()
    RunBook(path).note("a.xlsx", tmp_path / "a", AT)
    assert len(RunBook(path).all()) == 1
    assert path.with_suffix(".broken").read_text(encoding="utf-8") == text


def test_a_book_that_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "runs.json").mkdir()
    for use in (RunBook.all, lambda book: book.note("a.xlsx", tmp_path / "a", AT)):
        with pytest.raises(OutputError, match="cannot be read"):
            use(RunBook(tmp_path / "runs.json"))


def test_a_run_is_in_the_users_book_once_it_has_begun(tmp_path: Path) -> None:
    note = noting("a.xlsx", tmp_path)
    assert run_book().all() == ()
    note(RunStarted(total=1, skipped=0, workers=1))
    assert [run.folder for run in run_book().all()] == [str(tmp_path)]
