"""Spreadsheets out: everything that is not ours kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from python_calamine import load_workbook

from coupa_async.domain.errors import StorageError
from tests.services.spreadsheet.sheets import RESULTS, book, grid, numbers, read, result, text, write


def test_results_are_added_in_order_and_existing_columns_reused(tmp_path: Path) -> None:
    path = book(tmp_path, [["status", "PO", "Mine"], [None, "PO1", "kept"]])
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
        str(Path("/out/ACME/x").absolute()),
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


HOSTILE = ['=cmd|"/c calc"!A1', "+1", "-1", "@x", "\tx", "a\x00b\x0bc", "x" * 40_000, "\ud800"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_the_tenants_becomes_a_formula_or_breaks_a_sheet(tmp_path: Path, hostile: str) -> None:
    item = result("PO1", supplier=hostile, names=(hostile,), error=hostile)
    out = write(read(book(tmp_path, [["PO"], ["PO1"]])), item)
    cell = openpyxl.load_workbook(out)["PO_Data"]["C2"]
    assert cell.data_type in ("s", "n")
    assert len(str(cell.value or "")) <= 32_767
    line = write(read(text(tmp_path, "PO\nPO1\n")), item).read_text(encoding="utf-8", errors="strict")
    assert not [part for part in line.splitlines()[1].split(",") if part.lstrip('"').startswith(("=", "+", "@"))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_makes_a_legal_workbook(tmp_path: Path, words: str) -> None:
    out = write(read(book(tmp_path, [["PO"], ["PO1"]])), result("PO1", supplier=words))
    value = openpyxl.load_workbook(out)["PO_Data"]["C2"]
    assert value.data_type != "f"


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
    assert [item.name for item in tmp_path.iterdir()] == ["in.xlsx"]
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
    monkeypatch.setattr("time.sleep", lambda _: None)
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


def test_the_workbook_whose_macros_are_kept_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    path = book(tmp_path, [["PO"], ["PO1"]], name="in.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    opened: list[zipfile.ZipFile] = []
    real = zipfile.ZipFile.__init__

    def init(self: zipfile.ZipFile, *words: Any, **more: Any) -> None:
        real(self, *words, **more)
        opened.append(self)

    worklist = read(path)
    monkeypatch.setattr(zipfile.ZipFile, "__init__", init)
    write(worklist, result("PO1"))
    assert len(opened) > 1
    assert [item for item in opened if item.fp is not None] == []


@pytest.mark.usefixtures("links")
def test_a_link_in_the_place_of_the_copy_is_refused_and_the_users_own_may_be_one(tmp_path: Path) -> None:
    path = text(tmp_path, "PO\nPO1\n")
    (tmp_path / "copy.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="is a link"):
        write(read(path), result("PO1"), to=tmp_path / "copy.csv")
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "own.csv").symlink_to(path)
    assert write(read(tmp_path / "own.csv"), result("PO1"), to=tmp_path / "own.csv") == tmp_path / "own.csv"
    assert (tmp_path / "own.csv").is_symlink()
    assert "COMPLETED" in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_umask")
def test_the_copy_is_the_users_alone_and_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    path = text(tmp_path, "PO\nPO1\n")
    path.chmod(0o640)
    assert write(read(path), result("PO1")).stat().st_mode & 0o777 == 0o600
    assert write(read(path), result("PO1"), to=path).stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a & b",
            "<b>",
            "a > b",
            "_x0041_",
            "a_x0041_b",
            " a",
            "a ",
            "a  b",
            "a\tb",
            "S\u00e3o Paulo",
            "\U0001f4c4 a",
            "1e5",
            "0012",
        ),
        *("C:\\out", "/out", "-", "", "a\nb", "\u200b=1", "'a", "TRUE", "\u0661"),
    ],
)
def test_a_text_is_in_the_sheet_as_it_is_beside_others_that_are_simple(tmp_path: Path, text: str) -> None:
    copy = write(read(book(tmp_path, [["PO"], ["PO1"], ["PO2"]])), result("PO1", supplier=text), result("PO2"))
    rows = load_workbook(copy).get_sheet_by_name("PO_Data").to_python()
    assert (rows[1][2], rows[2][2]) == (text, "ACME")
    assert rows[1][1] == rows[2][1] == "COMPLETED"
    assert [isinstance(cell, str) for cell in rows[1]] == [True, True, True, False, False, True, True, True, True, True]
