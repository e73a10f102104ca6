"""Whatever program made a workbook: its orders are read, and a copy is it again, but for our cells."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring, tostring
from zipfile import ZipFile

import openpyxl
import pytest
from python_calamine import load_workbook

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.worklist import Worklist
from coupa_async.services.spreadsheet.xlsx.reading import shared_strings, sheet_facts, sheet_part
from tests.services.spreadsheet.sheets import numbers, read, result, write
from tests.services.spreadsheet.zoo import ZOO
from tests.services.spreadsheet.zoo.written import SHEET

# openpyxl tells what it drops.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
_LINKS_PART = "xl/worksheets/_rels/sheet1.xml.rels"
_OURS_TO_SET = {SHEET, "xl/styles.xml", "xl/workbook.xml", _LINKS_PART}
# What we set around the rows: the size, links, and how far the filter reaches.
_LINK = rb'<(?:\w+:)?hyperlink [^<>]*rIdCoupa[0-9]+"/>'
_OURS = re.compile(rb"<(?:\w+:)?dimension [^<>]*>|<((?:\w+:)?hyperlinks)>(?:" + _LINK + rb")+</\1>|" + _LINK)
_FILTER = re.compile(rb'(<autoFilter ref="[A-Z]+[0-9]+:)[A-Z]+')
_LETTERS = re.compile(r"[A-Z]+")


@pytest.fixture(params=ZOO, ids=str)
def animal(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return ZOO[request.param](tmp_path / "in.xlsx")


def test_a_workbook_is_read_and_its_copy_is_it_again_but_for_our_cells(animal: Path) -> None:
    worklist = read(animal)
    assert numbers(worklist) == ["PO1", "PO2", "PO3"]
    assert why_not_writable(worklist) == ""
    copy = write(worklist, result("PO1", supplier="=1+1"), result("PO3"))
    with ZipFile(animal) as before, ZipFile(copy) as after:
        assert set(after.namelist()) - set(before.namelist()) <= {_LINKS_PART}
        assert after.testzip() is None
        other = [name for name in before.namelist() if before.read(name) != after.read(name)]
        assert {name for name in other if not name.startswith("xl/tables/")} <= _OURS_TO_SET
        sheets = before.read(SHEET), after.read(SHEET)
    around = [_OURS.sub(b"", _FILTER.sub(rb"\1", part)) for sheet in sheets for part in _around(sheet)]
    assert around[:2] == around[2:]
    theirs, ours = (_cells(sheet) for sheet in sheets)
    new = {(row, column + 1) for row in worklist.rows["1"] + worklist.rows["3"] for column in worklist.layout.columns}
    new |= {(worklist.layout.header_row, column + 1) for column in worklist.layout.columns}
    assert _without(ours, new) == _without(theirs, new)
    assert _results(copy, worklist) == ["COMPLETED", "=1+1", 2, 2]


def test_it_makes_no_difference_in_what_pieces_a_part_comes(animal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(animal)
    copy = write(whole, result("PO1"), result("PO3")).read_bytes()
    for reader in (sheet_part, sheet_facts, shared_strings):
        monkeypatch.setattr(reader, "_CHUNK_BYTES", 61)
    in_pieces = read(animal)
    assert in_pieces == whole
    with ZipFile(write(in_pieces, result("PO1"), result("PO3"))) as again, ZipFile(io.BytesIO(copy)) as before:
        assert again.read(SHEET) == before.read(SHEET)


def test_other_programs_read_the_same_from_the_copy(animal: Path) -> None:
    copy = write(read(animal), result("PO1"))
    before, after = (load_workbook(path).get_sheet_by_name("PO_Data").to_python() for path in (animal, copy))
    assert [row[: len(old)] for row, old in zip(after, before, strict=True)][1:] == [
        [new if value == "" else value for value, new in zip(row, made, strict=False)]
        for row, made in zip(before[1:], after[1:], strict=True)
    ]
    openpyxl.load_workbook(copy)


def test_the_copy_of_a_copy_has_no_column_twice(animal: Path) -> None:
    copy = animal
    for _ in range(20):
        worklist = read(copy, fresh=True)
        copy = write(worklist, result("PO1"), result("PO2"), result("PO3"), to=animal.with_name("again.xlsx"))
    again = read(copy)
    assert len(again.done) == 3
    assert again.layout.columns == worklist.layout.columns


def _without(cells: dict[tuple[int, int], bytes], places: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    return {place: cell for place, cell in cells.items() if place not in places}


def _around(sheet: bytes) -> list[bytes]:
    ends = list(re.finditer(rb"</?(?:\w+:)?sheetData>", sheet))
    return [sheet[: ends[0].end()], sheet[ends[-1].start() :]]


def _cells(sheet: bytes) -> dict[tuple[int, int], bytes]:
    """Read each cell's markup by its place; and each row's attributes as the place of column 0."""
    found: dict[tuple[int, int], bytes] = {}
    number = 0
    for row in fromstring(sheet).iterfind("{*}sheetData/{*}row"):
        number = int(row.get("r", number + 1))
        found[number, 0] = repr(sorted((key, text) for key, text in row.attrib.items() if key != "spans")).encode()
        column = 0
        for cell in row.iterfind("{*}c"):
            column = _column(cell) or column + 1
            found[number, column] = tostring(cell)
    return found


def _column(cell: Element) -> int:
    letters = _LETTERS.match(cell.get("r", ""))
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number


def _results(copy: Path, worklist: Worklist) -> list[object]:
    row = load_workbook(copy).get_sheet_by_name("PO_Data").to_python(skip_empty_area=False)[worklist.rows["1"][0] - 1]
    return [row[worklist.layout.columns[RESULT_COLUMNS.index(name)]] for name in RESULT_COLUMNS[:4]]
