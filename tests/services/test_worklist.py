"""Spreadsheets in and out: every dialect read right, everything that is not ours kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from coupa_async.domain.errors import StorageError, WorklistError
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome, SavedAttachment
from coupa_async.services.worklist import Worklist, WorklistOptions, read_worklist, write_results

AT = datetime(2025, 6, 1, 12, 30, 5)
RESULTS = (
    *("STATUS", "SUPPLIER", "ATTACHMENTS_FOUND", "ATTACHMENTS_DOWNLOADED", "AttachmentName", "LAST_PROCESSED"),
    *("ERROR_MESSAGE", "DOWNLOAD_FOLDER", "COUPA_URL"),
)
Rows = Sequence[Sequence[object]]


def book(folder: Path, rows: Rows, *, title: str = "PO_Data", name: str = "in.xlsx") -> Path:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(list(row))
    made.save(folder / name)
    return folder / name


def text(folder: Path, content: str | bytes, name: str = "in.csv") -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def read(path: Path, *, fresh: bool = False, **options: Any) -> Worklist:
    return read_worklist(path, WorklistOptions(**options), fresh=fresh)


def numbers(worklist: Worklist) -> list[str]:
    return [order.number.shown for order in worklist.orders]


def result(number: str, **more: Any) -> OrderResult:
    saved = tuple(
        SavedAttachment(
            id=name,
            kind=AttachmentKind.FILE,
            source=AttachmentSource.ORDER,
            name=name,
            size_bytes=1,
            sha256="",
            seconds=0,
        )
        for name in more.pop("names", ("a.pdf", "b.pdf"))
    )
    given: dict[str, Any] = {
        "outcome": Outcome.COMPLETED,
        "supplier": "ACME",
        "found": 2,
        "folder": "ACME/x",
        "url": "https://t/1",
    }
    return OrderResult(number=OrderNumber.parse(number), saved=saved, **(given | more))


def write(worklist: Worklist, *results: OrderResult, to: Path | None = None) -> Path:
    target = to or worklist.path.with_name(f"out{worklist.path.suffix}")
    return write_results(worklist, [(one, AT) for one in results], target, output_dir=Path("/out"), now=AT)


def grid(path: Path, sheet: str = "PO_Data") -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


@pytest.mark.parametrize(
    "header",
    ["PO_NUMBER", "po_number", "PO", "PO Number", "Order Number", "Número do Pedido", "Nº Pedido", "Purchase Order"],
)
def test_the_order_column_is_found_by_what_its_header_means(tmp_path: Path, header: str) -> None:
    assert numbers(read(book(tmp_path, [["Name", header], ["x", "PO1"]], title="Any"))) == ["PO1"]


def test_po_number_goes_before_headers_that_only_mean_it(tmp_path: Path) -> None:
    assert numbers(read(book(tmp_path, [["PO", "PO_NUMBER"], ["PO1", "PO2"]]))) == ["PO2"]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Bestell Nr."], ["PO1", "PO2"]])
    assert numbers(read(path, po_column="Bestell Nr.")) == ["PO2"]
    with pytest.raises(WorklistError, match="Nummer"):
        read(path, po_column="Nummer")


def test_po_data_goes_before_other_sheets(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]], title="First")
    made = openpyxl.load_workbook(path)
    made.create_sheet("PO_Data").append(["PO"])
    made["PO_Data"].append(["PO2"])
    made.save(path)
    assert numbers(read(path)) == ["PO2"]


def test_one_order_in_many_forms_is_one_download_and_every_row_is_filled(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO123"], ["pm123"], [123], ["123.0"], [" 123 "], ["ABC"], [None]])
    worklist = read(path)
    assert numbers(worklist) == ["PO123"]
    assert [row.row for row in worklist.bad_rows] == [7]
    rows = grid(write(worklist, result("PO123")))
    assert [row[1] for row in rows[1:6]] == ["COMPLETED"] * 5
    assert rows[6][1] == "FAILED"
    assert "order number" in str(rows[6][7])


def test_a_row_without_a_number_is_bad_and_an_empty_row_is_nothing(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, "PO;Note\nPO1;x\n;y\n\n;\nPO2;z\n"))
    assert numbers(worklist) == ["PO1", "PO2"]
    assert [row.row for row in worklist.bad_rows] == [3]
    assert "empty" in worklist.bad_rows[0].reason


@pytest.mark.parametrize(
    ("rows", "options", "hierarchy"),
    [
        ([["PO", "<|>", "Region", "Buyer"], ["PO1", None, "EMEA", "Ann"]], {}, ("EMEA", "Ann")),
        ([["PO", "<|>", "Region", "Buyer"], ["PO1", None, "EMEA", " "]], {}, ("EMEA", "Unknown")),
        ([["PO", "<|>", "Region"], ["PO1", None, None]], {}, (None,)),
        ([["PO", "<|>", "Region", "STATUS"], ["PO1", None, None, "FAILED"]], {}, (None,)),
        ([["PO", "Region"], ["PO1", "EMEA"]], {}, (None,)),
        ([["PO", "Year"], ["PO1", 2025.0]], {"folder_columns": ("year", "{supplier}")}, ("2025", None)),
        ([["PO", "<|>", "Region"], ["PO1", None, "EMEA"]], {"folder_columns": ()}, ()),
    ],
)
def test_the_folders_follow_the_first_rule_that_applies(
    tmp_path: Path, rows: Rows, options: dict[str, Any], hierarchy: tuple[str | None, ...]
) -> None:
    assert read(book(tmp_path, rows), **options).orders[0].hierarchy == hierarchy


def test_an_order_in_two_rows_with_other_folders_takes_the_first_and_warns(tmp_path: Path) -> None:
    worklist = read(book(tmp_path, [["PO", "<|>", "R"], ["PO1", None, "A"], ["1", None, "B"]]))
    assert worklist.orders[0].hierarchy == ("A",)
    assert worklist.warnings


def test_completed_rows_are_done_unless_fresh_or_one_row_is_not(tmp_path: Path) -> None:
    path = text(tmp_path, "PO,STATUS\nPO1,COMPLETED\nPO2,FAILED\nPO3,COMPLETED\nPO3,\n")
    worklist = read(path)
    assert numbers(worklist) == ["PO2", "PO3"]
    assert [number.key for number in worklist.done] == ["1"]
    assert numbers(read(path, fresh=True)) == ["PO1", "PO2", "PO3"]


def test_results_are_added_in_order_and_existing_columns_reused(tmp_path: Path) -> None:
    path = book(tmp_path, [["status", "PO", "Mine"], ["old", "PO1", "kept"]])
    header, row = grid(write(read(path), result("PO1")))
    assert header == ["status", "PO", "Mine", *RESULTS[1:]]
    assert row[:3] == ["COMPLETED", "PO1", "kept"]
    assert row[3:] == [
        "ACME",
        2,
        2,
        "a.pdf; b.pdf",
        "2025-06-01 12:30:05",
        None,
        str(Path("/out/ACME/x")),
        "https://t/1",
    ]


def test_styles_formulas_widths_and_other_sheets_survive(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Amount"], ["PO1", 5], ["PO2", 6]])
    made = openpyxl.load_workbook(path)
    sheet = made["PO_Data"]
    sheet["B4"] = "=SUM(B2:B3)"
    sheet["A1"].font = sheet["B1"].font = Font(bold=True)
    sheet["A2"].number_format = "@"
    sheet.column_dimensions["A"].width = 33
    sheet.freeze_panes = "A2"
    sheet.merge_cells("D6:E7")
    made.create_sheet("Notes")["A1"] = "=PO_Data!B4"
    made["Notes"].sheet_state = "hidden"
    made.save(path)
    after = openpyxl.load_workbook(write(read(path), result("PO1")))
    sheet = after["PO_Data"]
    assert (sheet["B4"].value, sheet["A1"].font.bold, sheet["A2"].number_format) == ("=SUM(B2:B3)", True, "@")
    assert (sheet.column_dimensions["A"].width, sheet.freeze_panes) == (33, "A2")
    assert [str(cells) for cells in sheet.merged_cells.ranges] == ["D6:E7"]
    assert (after["Notes"]["A1"].value, after["Notes"].sheet_state) == ("=PO_Data!B4", "hidden")
    assert next(cell for cell in sheet[1] if cell.value == "STATUS").font.bold  # as its neighbour


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_text_table_keeps_its_dialect(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    lines = [["Código", "PO", "Nota"], ["007", "PO1", "ação"], ["008", "PO2", f'"a{delimiter}b"']]
    content = end.join(delimiter.join(line) for line in lines) + end
    worklist = read(text(tmp_path, content.encode(encoding)))
    assert numbers(worklist) == ["PO1", "PO2"]
    raw = write(worklist, result("PO1")).read_bytes()
    after = raw.decode(encoding)
    assert raw[:3] == content.encode(encoding)[:3]
    first, second, third = after.removesuffix(end).split(end)
    assert first == delimiter.join([*lines[0], *RESULTS])
    assert second.startswith(delimiter.join(["007", "PO1", "ação", "COMPLETED"]))
    assert third.startswith(delimiter.join(lines[2]))


def test_a_first_line_that_says_the_delimiter_is_kept(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, "sep=|\r\nPO|Note\r\nPO1|a,b;c\r\n"))
    assert numbers(worklist) == ["PO1"]
    assert write(worklist, result("PO1")).read_text().startswith("sep=|\n")


def test_quoted_newlines_and_ragged_rows_are_read(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, 'PO,Note,More\nPO1,"two\nlines",x\nPO2\nPO3,a,b,c,d\n'))
    assert numbers(worklist) == ["PO1", "PO2", "PO3"]
    assert '"two\nlines"' in write(worklist, result("PO2")).read_text()


HOSTILE = ['=cmd|"/c calc"!A1', "+1", "-1", "@x", "\tx", "a\x00b\x0bc", "x" * 40_000, "\ud800"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_the_tenants_becomes_a_formula_or_breaks_a_sheet(tmp_path: Path, hostile: str) -> None:
    one = result("PO1", supplier=hostile, names=(hostile,), error=hostile)
    out = write(read(book(tmp_path, [["PO"], ["PO1"]])), one)
    cell = openpyxl.load_workbook(out)["PO_Data"]["C2"]
    assert cell.data_type in ("s", "n")
    assert len(str(cell.value or "")) <= 32_767
    line = write(read(text(tmp_path, "PO\nPO1\n")), one).read_text(encoding="utf-8", errors="strict")
    assert not [part for part in line.splitlines()[1].split(",") if part.lstrip('"').startswith(("=", "+", "@"))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_makes_a_legal_workbook(tmp_path: Path, words: str) -> None:
    out = write(read(book(tmp_path, [["PO"], ["PO1"]])), result("PO1", supplier=words))
    value = openpyxl.load_workbook(out)["PO_Data"]["C2"]
    assert value.data_type != "f"


@pytest.mark.parametrize(
    ("name", "content", "story"),
    [
        ("in.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, ".xlsx"),
        ("in.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "password"),
        ("in.xlsx", b"not a workbook", "in.xlsx"),
        ("in.xlsx", b"PK\x03\x04 cut off", "in.xlsx"),
        ("in.xlsx", b"", "empty"),
        ("in.csv", b"", "empty"),
        ("in.csv", b"PO1\nPO2\n", "PO_NUMBER"),
        ("in.pdf", b"%PDF", ".xlsx"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, content: bytes, story: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorklistError) as caught:
        read(tmp_path / name)
    assert story in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorklistError, match=r"nowhere\.xlsx"):
        read(tmp_path / "nowhere.xlsx")


def test_an_update_in_place_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    before = path.read_bytes()
    worklist = read(path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StorageError):
            write(worklist, result("PO1"), to=path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["in.xlsx"]
    write(worklist, result("PO1"), to=path)
    assert grid(path)[1][1] == "COMPLETED"


@pytest.mark.skipif(sys.platform == "win32", reason="the way it is on Windows, played on other systems")
def test_results_go_beside_a_workbook_that_is_open_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    path = book(tmp_path, [["PO"], ["PO1"]])
    real = os.replace

    def locked(source: Any, target: Any, **more: Any) -> None:
        if Path(target) == path:
            raise PermissionError(13, "in use")
        real(source, target, **more)

    monkeypatch.setattr(os, "replace", locked)
    written = write(read(path), result("PO1"), to=path)
    assert written != path
    assert written.parent == path.parent
    assert grid(written)[1][1] == "COMPLETED"
    assert len(grid(path)[0]) == 1


def test_macros_survive(tmp_path: Path) -> None:
    import zipfile

    path = book(tmp_path, [["PO"], ["PO1"]], name="in.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with zipfile.ZipFile(write(read(path), result("PO1"))) as archive:
        assert archive.read("xl/vbaProject.bin") == b"macro"
