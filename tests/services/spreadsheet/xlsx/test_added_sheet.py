"""A sheet of lines in whatever workbook: added once, written anew the next time, and nothing else touched."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.chart import BarChart
from python_calamine import load_workbook

from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.results import why_no_lines, write_results
from tests.services.spreadsheet.lines import FIXED, HEADER, ORDERS, table
from tests.services.spreadsheet.sheets import AT, book, read, result
from tests.services.spreadsheet.zoo import ZOO
from tests.services.spreadsheet.zoo.packed import changed
from tests.services.spreadsheet.zoo.written import SHEET

# openpyxl tells what it drops.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
LISTS = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"}
_FILTER = re.compile(rb"(_FilterDatabase[^<>]*>[^<>]*\$)[A-Z]+(\$[0-9]+<)")
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
SLOW = "many shared texts"  # to other programs, and alike to us


def filled(path: Path, to: Path, lines: LineTable | None = None) -> Path:
    worklist = read(path, fresh=True)
    lines = lines or table()
    assert why_no_lines(worklist, lines) == ""
    done = [(result("PO1"), AT)]
    return write_results(worklist, done, to, output_dir=to.parent, now=AT, lines=lines)


def shown(path: Path, title: str = "COUPA_LINES") -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)[title].iter_rows(values_only=True)]


@pytest.mark.parametrize("animal", [name for name in ZOO if name != SLOW])
def test_it_is_added_to_any_workbook_and_written_anew_the_next_time(animal: str, tmp_path: Path) -> None:
    path = ZOO[animal](tmp_path / "in.xlsx")
    first = filled(path, tmp_path / "first.xlsx")
    with ZipFile(path) as before, ZipFile(first) as after:
        assert after.testzip() is None
        names = before.namelist()
        (new,) = {name for name in after.namelist() if name not in names and name != RELATIONS}
        other = {name for name in names if before.read(name) != after.read(name)}
        # Of the results, not of the lines: links, and tables that reach over the new columns.
        tables = {name for name in names if name.startswith("xl/tables/")}
        assert LISTS <= other <= {SHEET, RELATIONS, "xl/styles.xml", *tables, *LISTS}
        for name in LISTS:  # but for what was added, they are as they were
            was, now = before.read(name), after.read(name)
            was, now = (_FILTER.sub(rb"\1\2", markup) for markup in (was, now))  # which reaches over the results
            gone = re.sub(rb"<[\w:]+ [^<>]*(?:coupa_lines|rIdCoupa|COUPA_LINES)[^<>]*/>", b"", now)
            assert gone == was
        styles = "xl/styles.xml" in names
    titles = load_workbook(path).sheet_names
    assert load_workbook(first).sheet_names == [*titles, "COUPA_LINES"]
    header, one, two, three = shown(first)
    assert header == HEADER
    day, other_day = (datetime(2025, 4, 3), datetime(2025, 3, 4)) if styles else ("2025-04-03", "2025-03-04")
    assert one[:6] == ["PO1", "01", "=1+1", 1500, 2.5, 3750]
    assert one[10] == day
    assert (two[2:4], two[-3:]) == (["Ø <b> & co", "?"], ["CC-1", "007", "own"])
    assert (three[0], three[5], three[10]) == ("PO3", 1000, other_day)

    second = filled(first, tmp_path / "second.xlsx", table(ORDERS[1:]))
    with ZipFile(first) as before, ZipFile(second) as after:
        assert after.namelist().count(new) == 1
        assert set(after.namelist()) == set(before.namelist())
        other = {name for name in before.namelist() if before.read(name) != after.read(name)}
        assert new in other
        assert not other & LISTS
    assert [row[0] for row in shown(second)] == ["ORDER", "PO3"]
    assert shown(second)[0] == [*FIXED, "ACCOUNT_1"]


def saved_again(path: Path) -> openpyxl.Workbook:
    """A workbook of ours as a person has opened it."""
    return openpyxl.load_workbook(filled(book(path.parent, [["PO"], ["PO1"], ["PO3"]]), path))


def test_a_sheet_of_ours_that_another_program_has_saved_is_still_ours(tmp_path: Path) -> None:
    made = saved_again(tmp_path / "out.xlsx")
    made["COUPA_LINES"].column_dimensions["C"].width = 70
    made.save(tmp_path / "theirs.xlsx")
    again = filled(tmp_path / "theirs.xlsx", tmp_path / "again.xlsx", table(ORDERS[1:]))
    assert load_workbook(again).sheet_names == ["PO_Data", "COUPA_LINES"]
    assert len(shown(again)) == 2


@pytest.mark.parametrize(
    ("cell", "value"),
    [("S1", "My remark"), ("S2", "seen"), ("A9", None), ("C9", "sum"), ("D9", "=SUM(D2:D4)"), ("B1", "No")],
)
def test_a_sheet_that_somebody_has_added_to_stays_and_ours_gets_a_number(
    tmp_path: Path, cell: str, value: str | None
) -> None:
    made = saved_again(tmp_path / "out.xlsx")
    sheet = made["COUPA_LINES"]
    if value is None:
        sheet.merge_cells("A9:B9")
    else:
        sheet[cell] = value
    made.save(tmp_path / "theirs.xlsx")
    theirs = shown(tmp_path / "theirs.xlsx")
    again = filled(tmp_path / "theirs.xlsx", tmp_path / "again.xlsx")
    third = filled(again, tmp_path / "third.xlsx", table(ORDERS[1:]))
    assert load_workbook(third).sheet_names == ["PO_Data", "COUPA_LINES", "COUPA_LINES (2)"]
    assert shown(third) == theirs
    assert len(shown(third, "COUPA_LINES (2)")) == 2


def test_a_sheet_of_the_users_own_with_that_name_in_any_case_stays_to_the_byte(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "PO_Data"
    for row in (["PO"], ["PO1"]):
        made.active.append(row)
    made.create_sheet("Coupa_Lines").append(["my own"])
    made.create_chartsheet("COUPA_LINES (2)").add_chart(BarChart())
    made.save(tmp_path / "in.xlsx")
    out = filled(tmp_path / "in.xlsx", tmp_path / "out.xlsx")
    assert set(openpyxl.load_workbook(out).sheetnames[1:]) == {"Coupa_Lines", "COUPA_LINES (2)", "COUPA_LINES (3)"}
    with ZipFile(tmp_path / "in.xlsx") as before, ZipFile(out) as after:
        assert before.read("xl/worksheets/sheet2.xml") == after.read("xl/worksheets/sheet2.xml")


def test_orders_in_a_sheet_of_that_name_are_not_replaced_by_lines(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", *FIXED], ["PO1"]], title="COUPA_LINES")
    out = filled(path, tmp_path / "out.xlsx")
    assert openpyxl.load_workbook(out).sheetnames == ["COUPA_LINES", "COUPA_LINES (2)"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"</sheets>", b"</sheets><workbookProtection lockStructure='1'/>", "protected"),
        (b'sheetId="', b'sheetId="999', ""),
        (b'sheetId="', b'sheetId="9999999', "list of sheets"),
    ],
)
def test_a_workbook_that_takes_no_sheet_says_why(tmp_path: Path, old: bytes, new: bytes, why: str) -> None:
    path = changed(book(tmp_path, [["PO"], ["PO1"]]), lambda xml: xml.replace(old, new), "xl/workbook.xml")
    assert (why in why_no_lines(read(path), table())) if why else why_no_lines(read(path), table()) == ""


def test_more_lines_than_a_sheet_has_room_for_or_than_are_read_again_go_elsewhere(tmp_path: Path) -> None:
    worklist = read(book(tmp_path, [["PO"], ["PO1"]]))
    many, long = table(), table()
    many.rows, long.size_bytes = 1_048_576, 600 * 2**20
    assert why_no_lines(worklist, many) == "a sheet has no room for 1,048,576 lines"
    assert "too large" in why_no_lines(worklist, long)
