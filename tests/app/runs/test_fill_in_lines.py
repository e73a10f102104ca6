"""Where orders' lines go: a sheet of the spreadsheet, of the results beside it, or a text file, and what is said."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from coupa_async.app.runs.fill_in import FilledIn, fill_in
from coupa_async.app.runs.workbook import Workbook
from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.worklist import read_worklist
from tests.services.records.test_journal import AT, result
from tests.services.spreadsheet.lines import HEADER, ORDERS
from tests.services.spreadsheet.sheets import book, text


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    (tmp_path / "out").mkdir()
    with Journal(tmp_path / "out" / FILE_NAME) as journal:
        for number in ("PO4", "PO3", "PO1"):
            known = next((order for order in ORDERS if order.number == number), None)
            done = result(number, outcome=Outcome.COMPLETED)
            if known is not None:
                done = replace(done, data=known.data, lines=known.lines)
            journal.record(done, AT)
        yield journal


def filled(path: Path, journal: Journal, **about: str) -> FilledIn:
    out = path.parent / "out"
    workbook = Workbook(path=out / path.name, folder=out, in_place=False, **about)
    return fill_in(workbook, read_worklist(path), journal, now=AT, with_lines=True)


def sheet(path: Path) -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)["COUPA_LINES"].iter_rows(values_only=True)]


def test_a_workbook_gets_a_sheet_in_the_order_of_its_rows(tmp_path: Path, journal: Journal) -> None:
    done = filled(book(tmp_path, [["PO"], ["PO3"], ["PO1"], ["PO9"]]), journal)
    header, *rows = sheet(done.written)
    assert header == HEADER
    assert [row[:2] for row in rows] == [["PO3", "01"], ["PO1", "01"], ["PO1", "02"]]
    assert done.lines is None
    assert [*done.sentences()] == [
        "COUPA_LINES: 1 value of QUANTITY stays text, such as '?': its format is not certain"
    ]


def test_results_that_go_beside_a_workbook_have_their_lines_with_them(tmp_path: Path, journal: Journal) -> None:
    done = filled(book(tmp_path, [["PO"], ["PO1"]]), journal, obstacle="it is locked")
    assert done.written.name == "in-results.xlsx"
    header, one, two = sheet(done.written)
    assert header == HEADER
    assert (one[2:6], two[-2:]) == (["=1+1", 1500, 2.5, 3750], ["007", "own"])


@pytest.mark.parametrize(("mark", "price"), [(";", "2,5"), (",", "2.5"), ("\t", "2.5")])
def test_a_text_file_gets_a_file_of_lines_beside_it(tmp_path: Path, journal: Journal, mark: str, price: str) -> None:
    done = filled(text(tmp_path, f"PO{mark}x\nPO1{mark}y\nPO4{mark}z\n"), journal)
    assert done.lines is not None
    assert done.lines.name == "in-lines.csv"
    header, one, two = csv.reader(done.lines.read_text("utf-8-sig").splitlines(), delimiter=mark)
    assert header == HEADER
    assert one[:6] == ["PO1", "01", "'=1+1", "1500", price, f"3750{price[1]}00"]
    assert (one[10], two[2]) == ("2025-04-03", "Ø <b> & co")
    assert next(iter(done.sentences())) == "1 order without lines in COUPA_LINES: --refresh-data reads their pages"


def test_a_file_of_lines_is_written_anew_and_one_of_the_users_stays(tmp_path: Path, journal: Journal) -> None:
    path = text(tmp_path, "PO\nPO1\n")
    own = tmp_path / "out" / "in-lines.csv"
    own.write_text("my own lines\n")
    names = {filled(path, journal).lines for _ in range(3)}
    assert names == {tmp_path / "out" / "in-lines (2).csv"}
    assert own.read_text() == "my own lines\n"


def test_lines_that_can_be_no_sheet_of_a_workbook_go_to_a_file_and_it_is_said_why(
    tmp_path: Path, journal: Journal
) -> None:
    made = openpyxl.load_workbook(book(tmp_path, [["PO"], ["PO1"]]))
    made.security.lockStructure = True
    made.save(tmp_path / "in.xlsx")
    done = filled(tmp_path / "in.xlsx", journal)
    assert openpyxl.load_workbook(done.written).sheetnames == ["PO_Data"]
    told = "the orders' lines are in in-lines.csv: its structure is protected, so that it takes no sheet"
    assert told in done.sentences()
    assert done.lines is not None
    assert len(done.lines.read_text("utf-8-sig").splitlines()) == 3


def test_lines_of_orders_of_another_spreadsheet_are_none_of_this_one(tmp_path: Path, journal: Journal) -> None:
    done = filled(book(tmp_path, [["PO"], ["PO9"]]), journal)
    assert sheet(done.written) == [HEADER[:14]]
