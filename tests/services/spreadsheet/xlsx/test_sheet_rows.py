"""Rows as nearly all are, which are read by one pattern, and others, which a parser sees: the same comes out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.formats.workbook import _cell_reader
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.table import Row
from coupa_async.services.spreadsheet.xlsx.book import read_book
from coupa_async.services.spreadsheet.xlsx.editing import sheet_edit
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import plain_row
from coupa_async.services.spreadsheet.xlsx.reading import sheet_part
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import SheetFacts
from coupa_async.services.spreadsheet.xlsx.reading.sheet_rows import sheet_rows
from tests.house.patterns import Use, hostile, seconds, troubles
from tests.services.spreadsheet.sheets import numbers, read
from tests.services.spreadsheet.zoo import ZOO
from tests.services.spreadsheet.zoo.by_hand import by_hand, odd_markup, sheet_data
from tests.services.spreadsheet.zoo.written import SHEET, rules, written

_CELLS = (
    *("<v>1</v>", "<v>1.5</v>", "", "<v/>", "<v></v>", "<f>A1&amp;B1</f>", "<f>SUM(A1:A2)</f><v>7</v>"),
    *('<f t="shared" si="0"/><v>3</v>', "<v> </v>", "<v>1E3</v>", "<v>none</v>"),
)
_TYPED = (
    *(("s", "<v>0</v>"), ("s", "<v>1</v>"), ("str", "<f>X</f><v>a &lt; b_x0041_</v>"), ("str", "<v></v>")),
    *(("b", "<v>1</v>"), ("e", "<v>#N/A</v>"), ("d", "<v>2025-02-03T04:05:06</v>"), ("n", "<v>45000</v>")),
    *(("inlineStr", "<is><t>x&#10;y</t></is>"), ("inlineStr", '<is><t xml:space="preserve"> é </t></is>')),
    ("inlineStr", "<is><t/></is>"),
)


def _never(_: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?P<gap>)(?P<number>)(?P<last>)(?!)")


def _rows(path: Path, rows: bytes) -> list[tuple[int, list[object], bool, int, list[str]]]:
    with ZipFile(path) as package:
        reader = _cell_reader(package, read_book(package))
    sheet = io.BytesIO(b"<worksheet><sheetData>%b</sheetData></worksheet>" % rows)
    return [_shown(row) for row in sheet_rows(sheet, reader, SheetFacts())]


def _shown(row: Row) -> tuple[int, list[object], bool, int, list[str]]:
    return row.number, list(row.cells), row.is_hidden, row.used(), list(row.formulas())


def test_each_kind_of_cell_is_read_alike_in_a_plain_row_and_in_any_other(tmp_path: Path) -> None:
    kinds = [("", inside) for inside in _CELLS] + [(f' t="{kind}"', inside) for kind, inside in _TYPED]
    styles = ("", ' s="0"', ' s="1"', ' s="99"')
    cells = [f"{style}{kind}>{inside}" for style in styles for kind, inside in kinds]
    made = written(tmp_path / "in.xlsx", lambda book, _: book.add_format({"num_format": "000000"}))
    for number, cell in enumerate(cells, start=1):
        row = f'<row r="{number}" hidden="1"><c r="B{number}"{cell}</c><c r="D{number}" s="1"/></row>'.encode()
        assert plain_row(b"").fullmatch(row), row
        odd = row.replace(b"<row ", b"<row  ")
        assert plain_row(b"").fullmatch(odd) is None
        assert _rows(made, row) == _rows(made, odd)


@pytest.mark.parametrize("name", ZOO)
def test_a_workbook_is_read_alike_if_none_of_its_rows_is_plain(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ZOO[name](tmp_path / "in.xlsx")
    worklist = read(path)
    monkeypatch.setattr(sheet_part, "plain_row", _never)
    odd = read(path)
    assert replace(odd, layout=replace(odd.layout, is_plain=worklist.layout.is_plain)) == worklist


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda xml: xml.replace("second", "se<b>cond"), "mismatched tag"),
        (lambda xml: xml.replace("second", "se & cond"), "not well-formed"),
        (lambda xml: xml.replace("second", "se&cond;"), "undefined entity"),
        (lambda xml: xml.replace("second", "se&#0;cond"), "invalid character"),
        (lambda xml: xml.replace("second", "se\x01cond"), "not well-formed"),
        (lambda xml: xml.replace('<row r="3">', '<row r="3" a=b>'), "not well-formed"),
        (lambda xml: xml.replace('<row r="3">', 'text < <row r="3">'), "not well-formed"),
        (lambda xml: xml.replace('<row r="3">', '<row r="1">'), "row 1 comes after row 2"),
    ],
    ids=range(8),
)
def test_broken_markup_of_one_row_among_plain_ones_is_told(
    tmp_path: Path, change: Callable[[str], str], reason: str
) -> None:
    path = by_hand(tmp_path / "in.xlsx", change(sheet_data()))
    with pytest.raises(WorklistError, match=rf"in.xlsx: .*{reason}.*: open it in"):
        read(path)


def test_text_of_a_plain_row_that_is_not_in_utf_8_is_told(tmp_path: Path) -> None:
    path = by_hand(tmp_path / "in.xlsx", sheet_data().replace("second", "se\u00e9cond"))
    with ZipFile(path) as package:
        parts = {name: package.read(name).replace("\u00e9".encode(), b"\xe9") for name in package.namelist()}
    with ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    with pytest.raises(WorklistError, match=r"in.xlsx: the workbook is broken \('utf-8'"):
        read(path)


def test_rows_end_where_the_markup_says_so_and_not_where_a_comment_does(tmp_path: Path) -> None:
    rows = sheet_data().replace('<row r="3">', "<!-- </sheetData> --><row r='3'>")
    path = by_hand(tmp_path / "in.xlsx", rows + '<mergeCells><mergeCell ref="A3:A4"/></mergeCells>')
    assert read(path).layout.merged == ((1, 3, 1, 4),)


def test_only_the_sheet_that_is_wanted_is_looked_through_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path / "in.xlsx", lambda book, _: book.add_worksheet("Other").write("A1", "x"))
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    other = next(name for name in parts if name.endswith("sheet2.xml"))
    parts[other] = parts[other].replace(b"</sheetData>", b'<row r="99"><c r="A99"><v>&</v></c></row></sheetData>')
    with ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert numbers(read(path)) == ["PO1", "PO2", "PO3"]


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_the_pattern_of_a_plain_row_takes_time_in_proportion_to_its_text(prefix: bytes) -> None:
    pattern = plain_row(prefix)
    assert troubles(pattern) == []
    use = Use(pattern, is_anchored=True)
    for length, within_s in ((5_000, 0.1), (100_000, 1.0)):
        for text in hostile(pattern, length):
            assert min(seconds(use, text) for _ in range(2)) <= within_s, text[:80]


def test_rows_that_are_all_plain_are_not_tried_before_the_run_and_any_other_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, odd = read(by_hand(tmp_path / "usual.xlsx", sheet_data())), read(odd_markup(tmp_path / "odd.xlsx"))

    def fails(*_: object) -> bytes:
        raise CannotEditError("tried")

    for name in ("extend_row", "edit_row"):
        monkeypatch.setattr(sheet_edit, name, fails)
    assert why_not_writable(usual) == ""
    assert "tried" in why_not_writable(odd)


def test_nearly_all_rows_of_the_usual_writers_are_plain(tmp_path: Path) -> None:
    with ZipFile(written(tmp_path / "in.xlsx", rules)) as package:
        sheet = package.read(SHEET)
    rows = re.findall(rb"<row .*?</row>", sheet)
    assert rows
    assert all(plain_row(b"").fullmatch(row) for row in rows)
