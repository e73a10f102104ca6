"""Where results go: never over what is the user's, and always somewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from coupa_async.app.runs.fill_in import FilledIn, fill_in
from coupa_async.app.runs.workbook import plan_workbook
from coupa_async.services.files.replace import back_up, leftovers
from coupa_async.services.records.history import History, RunRecord
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.services.spreadsheet.sheets import book, grid, read, result, text

AT = datetime(2025, 6, 1, 12, 30, 5)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def journal(out: Path) -> Iterator[Journal]:
    with Journal(out / FILE_NAME) as opened:
        opened.record(result("PO1"), AT)
        yield opened


def runs(out: Path, *sources: Path) -> list[RunRecord]:
    with History(out / FILE_NAME) as history:
        for source in sources:
            history.begin(backend="", lane="", workers=1, settings={"input": str(source), "workbook": source.name})
        return history.runs()


def written(path: Path, out: Path, journal: Journal, *, in_place: bool = False) -> FilledIn:
    worklist = read(path)
    workbook = plan_workbook(worklist, out, [], in_place=in_place)
    return fill_in(workbook, worklist, journal, now=AT)


def test_a_copy_has_the_spreadsheets_name(tmp_path: Path, out: Path) -> None:
    workbook = plan_workbook(read(text(tmp_path, "PO\nPO1\n")), out, [], in_place=False)
    assert (workbook.path, workbook.note) == (out / "in.csv", "")


def test_an_output_folder_that_is_the_spreadsheets_own_gets_a_copy_of_another_name(tmp_path: Path) -> None:
    path = text(tmp_path, "PO\nPO1\n")
    workbook = plan_workbook(read(path), tmp_path, [], in_place=False)
    assert workbook.path == tmp_path / "in (results).csv"
    assert "in.csv is not this run's to replace: the results go to in (results).csv" in workbook.note


def test_a_second_spreadsheet_of_the_same_name_gets_a_copy_of_its_own(tmp_path: Path, out: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        text(folder, "PO\nPO1\n")
    known = runs(out, first / "in.csv")
    shutil.copy(first / "in.csv", out / "in.csv")
    assert plan_workbook(read(first / "in.csv"), out, known, in_place=False).path == out / "in.csv"
    assert plan_workbook(read(second / "in.csv"), out, known, in_place=False).path == out / "in (results).csv"
    (first / "in.csv").rename(tmp_path / "in.csv")  # moved, and run again from there
    assert plan_workbook(read(tmp_path / "in.csv"), out, known, in_place=False).path == out / "in.csv"


def test_a_file_of_the_users_in_the_output_folder_is_not_replaced(tmp_path: Path, out: Path) -> None:
    (out / "in.csv").write_text("mine")
    assert plan_workbook(read(text(tmp_path, "PO\nPO1\n")), out, [], in_place=False).path == out / "in (results).csv"


def test_what_cannot_be_filled_in_is_told_before_the_run_and_its_results_go_beside(
    tmp_path: Path, out: Path, journal: Journal
) -> None:
    path = book(tmp_path, [["PO", "Mine"], ["PO1", "x"], ["abc", "y"], ["PO2", "z"]])
    made = openpyxl.load_workbook(path)
    made["PO_Data"].protection.sheet = True
    made.save(path)
    before = path.read_bytes()
    workbook = plan_workbook(read(path), out, [], in_place=True)
    assert "the sheet is protected. The results go to in-results.xlsx" in workbook.note
    told = written(path, out, journal, in_place=True)
    assert told.written == out / "in-results.xlsx"
    rows = grid(told.written)
    assert rows[0][:3] == ["PO_NUMBER", "ROW", "STATUS"]
    assert [row[:3] for row in rows[1:]] == [["PO1", 2, "COMPLETED"], ["abc", 3, "NOT_AN_ORDER"], ["PO2", 4, None]]
    assert path.read_bytes() == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["in.xlsx", "out"]


def test_results_survive_a_spreadsheet_that_is_gone_or_broken_at_the_end(
    tmp_path: Path, out: Path, journal: Journal
) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    worklist = read(path)
    workbook = plan_workbook(worklist, out, [], in_place=False)
    for harm in (lambda: path.write_bytes(b"no workbook"), path.unlink):
        harm()
        told = fill_in(workbook, worklist, journal, now=AT)
        assert told.written == out / "in-results.xlsx"
        (sentence,) = told.sentences()
        assert "in.xlsx" in sentence
        assert "The results are in in-results.xlsx" in sentence
        assert grid(told.written)[1][:3] == ["PO1", 2, "COMPLETED"]


def test_no_text_of_the_tenants_becomes_a_formula_in_the_workbook_of_results(
    tmp_path: Path, out: Path, journal: Journal
) -> None:
    journal.record(result("PO1", supplier="=1+1"), AT)
    path = book(tmp_path, [["PO"], ["PO1"]])
    worklist = read(path)
    workbook = plan_workbook(worklist, out, [], in_place=False)
    path.unlink()
    sheet = openpyxl.load_workbook(fill_in(workbook, worklist, journal, now=AT).written).active
    assert (sheet["D2"].value, sheet["D2"].data_type, sheet["D2"].quotePrefix) == ("=1+1", "s", True)


@pytest.mark.parametrize("stem", ["x" * 251, "é" * 125])
def test_the_longest_name_that_a_disk_takes_is_filled_in_backed_up_and_found_again(
    tmp_path: Path, out: Path, journal: Journal, stem: str
) -> None:
    path = text(tmp_path, "PO\nPO1\n").rename(tmp_path / f"{stem}.csv")
    assert "COMPLETED" in written(path, out, journal).written.read_text(encoding="utf-8-sig")
    beside = plan_workbook(read(path), tmp_path, [], in_place=False)
    assert beside.path.name.endswith(" (results).csv")
    assert len(beside.path.name.encode()) <= 255
    assert len(beside.alone.name.encode()) <= 255
    backups = {back_up(path, at) for at in (AT, AT.replace(year=2026))}
    assert set(leftovers(path).backups) == backups
