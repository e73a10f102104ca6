"""What is done to a sheet beside setting cells, and the sheets in which no cell may be set."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.xlsx.reading import sheet_rows
from tests.services.spreadsheet.sheets import RESULTS, book, grid, numbers, read, result, write
from tests.services.spreadsheet.zoo.by_hand import by_hand, inline, sheet_data
from tests.services.spreadsheet.zoo.packed import changed
from tests.services.spreadsheet.zoo.written import SHEET, rules, written


def part(path: Path, name: str = SHEET) -> bytes:
    with ZipFile(path) as package:
        return package.read(name)


def test_the_size_that_a_sheet_states_and_the_spans_of_its_rows_reach_to_our_cells(tmp_path: Path) -> None:
    copy = part(write(read(written(tmp_path / "in.xlsx", rules)), result("PO1")))
    assert b'<dimension ref="A1:L4"/>' in copy
    assert b'<row r="2" spans="1:12"' in copy
    assert b'<row r="4" spans="1:3"' in copy


def test_a_merged_range_over_our_columns_gets_a_value_in_its_first_cell_alone(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", *RESULTS], ["PO1"], ["PO2"], ["PO3"]])
    made = openpyxl.load_workbook(path)
    made["PO_Data"].merge_cells("B2:C3")
    made.save(path)
    copy = write(read(path), result("PO1"), result("PO2"), result("PO3"))
    rows = grid(copy)
    assert [row[1:4] for row in rows[1:]] == [["COMPLETED", None, 2], [None, None, 2], ["COMPLETED", "ACME", 2]]
    assert not re.search(rb'<c r="(C2|B3|C3)"[^>]*>\s*<(is|v)', part(copy))


def test_a_formula_that_the_user_put_into_a_column_of_ours_stays(tmp_path: Path) -> None:
    copy = write(read(book(tmp_path, [["PO"], ["PO1"], ["PO2"]])), result("PO1"), result("PO2"))
    made = openpyxl.load_workbook(copy)
    made["PO_Data"]["C3"] = "=UPPER(A3)"
    made.save(copy)
    rows = grid(write(read(copy, fresh=True), result("PO1", supplier="New"), result("PO2", supplier="New")))
    assert [row[:3] for row in rows[1:]] == [["PO1", "COMPLETED", "New"], ["PO2", "COMPLETED", "=UPPER(A3)"]]


@pytest.mark.parametrize("text", ["=1+1", "+41 44 000", "-x", "@a", "\uff1d1"])
def test_a_text_that_begins_like_a_formula_has_the_mark_of_a_text(tmp_path: Path, text: str) -> None:
    copy = write(read(book(tmp_path, [["PO"], ["PO1"], ["PO2"]])), result("PO1", supplier=text), result("PO2"))
    sheet = openpyxl.load_workbook(copy)["PO_Data"]
    assert (sheet["C2"].value, sheet["C2"].data_type, sheet["C2"].quotePrefix) == (text, "s", True)
    assert not sheet["C3"].quotePrefix
    again = write(read(copy, fresh=True), result("PO1", supplier=text), to=tmp_path / "again.xlsx")
    assert part(again, "xl/styles.xml") == part(copy, "xl/styles.xml")


def _signed(path: Path) -> Path:
    return changed(book(path, [["PO"], ["PO1"]]), more={"_xmlsignatures/sig1.xml": b"<Signature/>"})


def _two_of_a_name(path: Path) -> Path:
    made = book(path, [["PO"], ["PO1"]])
    with ZipFile(made, "a") as package:
        package.writestr("xl/Media/a.png", b"1")
        package.writestr("xl/media/A.png", b"2")
    return made


def _full(path: Path) -> Path:
    cell = inline("far", "", ' r="XFD2"')
    rows = sheet_data().replace('</row><row r="3">', f'{cell}</row><row r="3">')
    return by_hand(path / "in.xlsx", rows)


@pytest.mark.parametrize(
    ("make", "reason"), [(_signed, "signed"), (_two_of_a_name, "one name"), (_full, "no room for the results")]
)
def test_what_no_cell_may_be_set_in_is_read_and_told(tmp_path: Path, make: Callable[[Path], Path], reason: str) -> None:
    worklist = read(make(tmp_path))
    assert numbers(worklist)[0] == "PO1"
    assert reason in why_not_writable(worklist)
    with pytest.raises(WorklistError, match=reason):
        write(worklist, result("PO1"))


def test_a_row_beyond_all_measure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = by_hand(tmp_path / "in.xlsx", sheet_data().replace("second", "second" * 300_000))
    assert numbers(read(path)) == ["PO1", "PO2", "PO3"]
    monkeypatch.setattr(sheet_rows.sheet_rows, "__defaults__", (Bounds(table_sheet_row_bytes=1 << 19),))
    with pytest.raises(WorklistError, match=r"one of its rows has over 524,288 bytes"):
        read(path)
