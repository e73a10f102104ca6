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
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.xlsx.package import check_package
from coupa_async.services.spreadsheet.xlsx.reading.shared_strings import SharedStrings
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import sheet_facts
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


_SHEET_START = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_ORDERS = b'<row r="1"><c r="A1" t="inlineStr"><is><t>PO</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "xml",
    [
        b"<!--" + b" " * 200_000 + b"-->",
        b'<row r="3"><!--' + b" </row>" * 30_000 + b"--></row>",
        b'<row r="3"><c r="A3" t="str"><v><![CDATA[' + b"</c></row>" * 20_000 + b"]]></v></c></row>",
        b'<row r="3"><c r="A3" x="' + b"&gt;" * 50_000 + b'"/></row>',
        b'<row r="3">' + b'<c r="A3"><f/></c>' * 20_000 + b"</row>",
        b'<row r="3"><c r="A3"><f>' + b" " * 200_000 + b"</f></c></row>",
        b'<row r="3">' + b"<c>" * 20_000 + b"</c>" * 20_000 + b"</row>",
        b'<row r="3"><c r="A3" t="inlineStr"><is>' + b"<rPh>" * 9_000 + b"</rPh>" * 9_000 + b"</is></c></row>",
        b'<row r="3"><c r="A3" t="inlineStr"><is>' + b"<r><t>" * 9_000 + b"</t></r>" * 9_000 + b"</is></c></row>",
        b"<row/>" * 50_000,
    ],
    ids=range(10),
)
def test_a_sheet_is_read_and_filled_in_in_time_in_proportion_to_its_length(tmp_path: Path, xml: bytes) -> None:
    sheet = _SHEET_START + b"<sheetData>" + _ORDERS + xml + b"</sheetData></worksheet>"
    path = with_part(book(tmp_path, [["PO"], ["PO1"]]), SHEET, sheet)
    started_s = time.perf_counter()
    worklist = read(path)
    assert numbers(worklist)[0] == "1"
    why_not_writable(worklist)
    assert time.perf_counter() - started_s < 10


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (b"<", "unclosed token"),
        (_SHEET_START + b"<sheetData>" + _ORDERS, "no element found"),
        (b"<!DOCTYPE worksheet [<!ENTITY a 'aaaa'>]>" + _SHEET_START + b"</worksheet>", "document type"),
        (b'<?xml version="1.0" encoding="UTF-16"?>' + _SHEET_START + b"</worksheet>", "UTF-16|encoding"),
        (b"<chartsheet/>", "no worksheet"),
        (
            _SHEET_START + b'<sheetData><row r="1"><c t="s"><v>99</v></c></row></sheetData></worksheet>',
            "list that ends",
        ),
    ],
)
def test_a_sheet_that_is_none_is_told_in_one_line(tmp_path: Path, sheet: bytes, reason: str) -> None:
    path = with_part(book(tmp_path, [["PO"], ["PO1"]]), SHEET, sheet)
    with pytest.raises(WorklistError, match=f"hostile.xlsx: .*(?:{reason}).*: open it in"):
        read(path)


def test_what_is_around_a_sheets_rows_is_found() -> None:
    xml = (
        b'<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:q="urn:q"><x:sheetData>'
        b'<x:row><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData><x:sheetProtection sheet="1"/>'
        b'<x:mergeCells><x:mergeCell ref="C3:D4"/><x:mergeCell ref="A1:B2"/></x:mergeCells>'
        b'<x:hyperlinks><x:hyperlink ref="B2:B3" q:id="rId7"/></x:hyperlinks></x:worksheet>'
    )
    facts = sheet_facts(io.BytesIO(xml))
    assert facts.merged == [(1, 1, 2, 2), (3, 3, 4, 4)]
    assert (facts.links, facts.is_protected) == ({(2, 2): "rId7"}, True)


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


def test_the_sheets_of_a_workbook_may_be_larger_than_all_else_for_they_are_never_held_whole() -> None:
    made = package(**{"xl/worksheets/sheet1.xml": bytes(3_000), "xl/media/image1.png": bytes(200)})
    assert check_package(made, Bounds(table_bytes=200, table_sheets_bytes=3_000)) == ""
    assert check_package(made, Bounds(table_bytes=199, table_sheets_bytes=3_000)).endswith("'xl/media/image1.png'")
    assert "3,000 bytes, over 2,999" in check_package(made, Bounds(table_bytes=200, table_sheets_bytes=2_999))


def test_shared_texts_are_bounded_whatever_their_part_is_named() -> None:
    markup = b"<sst>" + b"<si><t>0123456789</t></si>" * 10 + b"</sst>"
    assert SharedStrings(io.BytesIO(markup), Bounds(table_bytes=100))[9] == "0123456789"
    with pytest.raises(WorklistError, match="its shared texts have over 99 bytes"):
        SharedStrings(io.BytesIO(markup), Bounds(table_bytes=99))


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
