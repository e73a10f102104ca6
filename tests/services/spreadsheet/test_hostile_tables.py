"""Spreadsheets that are meant to harm, or broken in the making: one line in no time, and nothing that calculates."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.cells import delimited_text, looks_like_formula
from coupa_async.services.spreadsheet.workbook_package import check_package, sheet_facts
from tests.services.spreadsheet.sheets import book, numbers, read, text

SHEET = "xl/worksheets/sheet1.xml"


def package(**parts: bytes) -> ZipFile:
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return ZipFile(data)


def with_part(path: Path, name: str, content: bytes) -> Path:
    """Replace a part of a workbook."""
    out = path.with_name("hostile.xlsx")
    with ZipFile(path) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, content if item == name else old.read(item))
    return out


@pytest.mark.parametrize(
    "xml",
    [
        b"<!--" + b" " * 200_000 + b"-->",
        b"<c " + b" " * 200_000,
        b"<c r=" * 100_000,
        b"<c><f>" * 100_000,
        b'<c r="A1"><f' * 50_000,
        b"<mergeCell ref=" * 50_000,
        b"<" + b"c" * 200_000 + b":",
        b'<c r="A1" ' + b'r="A1" ' * 50_000,
        b"<" * 200_000,
        b'<c r="A1"><f>' + b" " * 200_000,
    ],
)
def test_a_sheet_is_looked_through_in_time_in_proportion_to_its_length(xml: bytes) -> None:
    started_s = time.perf_counter()
    sheet_facts(package(sheet=xml), "sheet")
    assert time.perf_counter() - started_s < 1


def test_what_is_looked_for_in_a_sheet_is_found() -> None:
    xml = (
        b'<mergeCells count="2"><mergeCell ref="A1:B2"/><x:mergeCell x="1" ref="C3:D4"></x:mergeCell></mergeCells>'
        b'<c r="A1"><f>1+1</f></c><c r="B1" t="n"><f>1</f><v>1</v></c><x:c r="C1"><x:f si="0"/><x:v>2</x:v></x:c>'
        b'<c r="D1" t="str"><f>""</f></c><c r="E1"><f t="shared"/></c><c r="F1"><v>5</v></c>'
    )
    facts = sheet_facts(package(sheet=xml), "sheet")
    assert facts.merged == ((1, 1, 2, 2), (3, 3, 4, 4))
    assert facts.uncalculated == {0, 4}


def test_a_workbook_that_unpacks_to_too_much_is_told_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with ZipFile(book(tmp_path, [["PO"], ["PO1"]])) as old, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as new:
        for item in old.namelist():
            new.writestr(item, old.read(item))
        with new.open("xl/media/image1.png", "w") as part:
            for _ in range(520):
                part.write(bytes(1 << 20))
    started_s = time.perf_counter()
    with pytest.raises(WorklistError, match=r"bomb.xlsx: it unpacks to 545,[\d,]+ bytes, over .*'xl/media/image1.png'"):
        read(path)
    assert time.perf_counter() - started_s < 1


def test_a_workbook_has_so_many_parts_and_no_more() -> None:
    three = package(a=b"", b=b"", c=b"")
    assert check_package(three, Bounds(table_parts=3)) == ""
    assert check_package(three, Bounds(table_parts=2)) == "its archive has 3 files, over 2"


def test_a_row_that_states_a_number_beyond_all_sheets_ends_the_sheet(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    with ZipFile(path) as archive:
        xml = archive.read(SHEET).replace(b"</sheetData>", b'<row r="2000000000"><c r="A1"/></row></sheetData>')
    started_s = time.perf_counter()
    assert numbers(read(with_part(path, SHEET, xml))) == ["PO1"]
    assert time.perf_counter() - started_s < 20


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_row_of_a_text_file_that_never_ends_is_told_with_its_number(tmp_path: Path, end: bytes) -> None:
    path = text(tmp_path, end.join([b"PO;Name", b"PO1;x", b"PO2;" + b"x" * 10_000_000]))
    with pytest.raises(WorklistError, match=r"in.csv: row 3 has over 8,388,608 bytes: mend that row"):
        read(path)


def test_a_text_file_that_is_too_large_is_told_before_it_is_read(tmp_path: Path) -> None:
    path = text(tmp_path, "PO\nPO1\n")
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    with pytest.raises(WorklistError, match=r"in.csv: has 1,073,741,824 bytes, over 536,870,912: split it"):
        read(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_large_file_of_ordinary_rows_is_read(tmp_path: Path, end: str) -> None:
    rows = [f"PO{n};{'x' * 1000}" for n in range(1, 10_001)]
    assert len(read(text(tmp_path, end.join(["PO;Name", *rows]))).orders) == 10_000


SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"


@pytest.mark.parametrize(
    "start", [*SIGNS, "\t", "\n", "\r", *(f" {sign}" for sign in SIGNS), "\u00a0=", "\ufeff=", "\u3000\uff1d"]
)
def test_what_a_program_may_take_for_a_formula_is_quoted(start: str) -> None:
    told = delimited_text(f"{start}cmd|'/c calc'!A0")
    assert told.startswith("'")
    (row,) = csv.reader([f'"{told.replace(chr(34), chr(34) * 2)}"'.replace("\n", " ")])
    assert row[0].startswith("'")


@pytest.mark.parametrize("plain", ["ACME", "a=b", "1-2", "|x", "'=x", "(=x)", "", " ", "%1"])
def test_what_no_program_takes_for_a_formula_stays(plain: str) -> None:
    assert not looks_like_formula(plain)
    assert delimited_text(plain) == plain
