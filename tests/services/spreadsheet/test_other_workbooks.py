"""Workbooks of kinds that are read, but not written: what they cost, and one clear line for what cannot be read."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.formats import other_workbook
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.results import why_not_writable, write_results_beside
from coupa_async.services.spreadsheet.worklist import Worklist
from tests.services.spreadsheet.sheets import AT, numbers, read, result

OLD = Path(__file__).parent / "zoo" / "orders.xls"  # by LibreOffice, with a date, a truth value and a hidden sheet
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xls(folder: Path) -> Path:
    return Path(shutil.copy(OLD, folder / "in.xls"))


def ods(folder: Path, rows: str = "") -> Path:
    """A spreadsheet as OpenDocument, by hand."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        f"<table:table-row>{''.join(map(_text_cell, row))}</table:table-row>"
        for row in (["PO_NUMBER", "Note"], ["PO1", "first"], ["PO2", "second"], ["3", ""])
    )
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="PO_Data">{cells}{rows}</table:table>'
        f"</office:spreadsheet></office:body></office:document-content>"
    )
    path = folder / "in.ods"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{space}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    return path


def _text_cell(text: str, repeated: int = 1) -> str:
    repeat = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    return f'<table:table-cell office:value-type="string"{repeat}><text:p>{text}</text:p></table:table-cell>'


_FAR = (
    '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>'
    f"<table:table-row>{_text_cell('x', 16_000)}</table:table-row>"
)


def xlsb(folder: Path, *, far: int = 0) -> Path:
    """A binary workbook, by hand: MS-XLSB §2.1.4. ``far`` is the number of a row with one more cell."""

    def record(kind: int, data: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return number + bytes([len(data)]) + data

    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def row(number: int, *texts: str, column: int = 0) -> bytes:
        cells = (record(6, struct.pack("<II", column + at, 0) + wide(text)) for at, text in enumerate(texts))
        return record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0)) + b"".join(cells)

    rows = row(0, "PO_NUMBER", "Note") + row(1, "PO1", "first") + row(2, "PO2", "second") + row(3, "3")
    rows += row(far, "x", column=16_000) if far else b""
    sheet = record(0x94, struct.pack("<IIII", 0, far or 3, 0, 16_000 if far else 1)) + record(0x91)
    bundle = record(0x9C, struct.pack("<II", 0, 1) + wide("rId1") + wide("PO_Data"))
    relation = f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    path = folder / "in.xlsb"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{package}">{relation}</Relationships>')
        archive.writestr("xl/workbook.bin", record(0x8F) + bundle + record(0x90) + record(0x84))
        archive.writestr("xl/worksheets/sheet1.bin", sheet + rows + record(0x92))
    return path


@pytest.mark.parametrize("make", [xls, ods, xlsb])
def test_orders_are_read_and_it_is_said_that_results_are_not_filled_in(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    worklist = read(path)
    assert numbers(worklist) == ["PO1", "PO2", "3"]
    assert worklist.layout.sheet == "PO_Data"
    assert why_not_writable(worklist) == f"{path}: {path.suffix} files are only read"
    assert _beside(worklist, tmp_path) == [("PO1", 2, "COMPLETED"), ("PO2", 3, None), ("3", 4, None)]


def _beside(worklist: Worklist, folder: Path) -> list[tuple[object, ...]]:
    beside = write_results_beside(
        worklist, [(result("PO1"), AT)], folder / "in-results.xlsx", output_dir=folder, now=AT
    )
    rows = list(openpyxl.load_workbook(beside).active.iter_rows(values_only=True))
    return [row[:3] for row in rows[1:]]


def test_a_dry_run_says_where_results_would_go(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "coupa_async", "run", str(xls(tmp_path)), "--dry-run", "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "PO1" in done.stderr


def test_what_a_cell_of_an_old_workbook_shows_is_read(tmp_path: Path) -> None:
    with other_workbook.open_table(xls(tmp_path), WorklistOptions()) as table:
        assert [str(cell) for row in table.rows for cell in row.cells[2:]] == [
            *("1.5", "2025-02-03 00:00:00", "2", "2025-02-03 04:05:06", "True"),
        ]
    assert numbers(read(OLD, sheet="Hidden")) == ["PO9"]


@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is not bounded there: its time is")
@pytest.mark.parametrize("make", [lambda folder: xlsb(folder, far=1_000_000), lambda folder: ods(folder, _FAR)])
def test_one_far_cell_takes_no_memory_of_ours(
    tmp_path: Path, make: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path)
    monkeypatch.setattr(other_workbook._read, "__defaults__", (Bounds(table_memory_bytes=512 * 2**20),))
    reason = r"it takes over 512 MB of memory|Cell limit exceeded.*"
    with pytest.raises(WorklistError, match=rf"{path.name}: cannot be read \((?:{reason})\): open it in .* as .xlsx$"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("in.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read"),
        ("in.xls", b"<html><table><tr><td>PO1</td></tr></table></html>", "is no workbook, whatever its name says"),
        ("in.xls", b"PK\x03\x04", "is no workbook, whatever its name says"),
        ("in.xlsb", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "has a password"),
        ("in.xlsb", b"PK\x03\x04 cut off", "cannot be read"),
        ("in.ods", b"PK\x03\x04 cut off", "cannot be read"),
        ("in.ods", b"", "is empty"),
    ],
)
def test_what_is_no_workbook_is_one_clear_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorklistError, match=rf"{name}: .*{reason}") as caught:
        read(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_an_old_workbook_that_is_broken_anywhere_is_read_or_is_one_clear_line(tmp_path: Path) -> None:
    whole = OLD.read_bytes()
    path = tmp_path / "in.xls"
    told: list[str] = []
    for place in range(600, len(whole), 2_000):
        path.write_bytes(whole[:place] + b"\xff" * 64 + whole[place + 64 :])
        try:
            read(path)
        except WorklistError as error:
            told.append(str(error))
    assert told
    assert all(line.startswith(f"{path}: ") and "\n" not in line for line in told)


def test_a_file_beyond_all_measure_is_told_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, open_document = xls(tmp_path), ods(tmp_path)
    monkeypatch.setattr(other_workbook._read, "__defaults__", (Bounds(table_bytes=700),))
    with pytest.raises(WorklistError, match=r"in.xls: cannot be read \(it has [\d,]+ bytes, over 700\)"):
        read(old)
    with pytest.raises(WorklistError, match=r"in.ods: cannot be read \(it .*[\d,]+ bytes, over 700"):
        read(open_document)
