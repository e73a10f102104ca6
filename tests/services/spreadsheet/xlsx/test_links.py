"""Links of folders and pages, and filter and table over our columns: what Excel takes, and no more than that."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from coupa_async.services.spreadsheet.results import write_results
from coupa_async.services.spreadsheet.xlsx.editing import cell_links
from coupa_async.services.spreadsheet.xlsx.editing.cell_links import MOST_CHARS, link_target
from tests.services.spreadsheet.sheets import AT, RESULTS, Rows, book, read, result, write
from tests.services.spreadsheet.zoo.packed import changed
from tests.services.spreadsheet.zoo.written import SHEET

ROWS: Rows = [["PO", "Region"], ["PO1", "EMEA"], ["PO2", "APAC"], ["PO3", "EMEA"]]
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


def links(path: Path) -> dict[str, str]:
    sheet: Worksheet = openpyxl.load_workbook(path)["PO_Data"]
    return {cell.coordinate: cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}


def edited(path: Path, edit: object) -> Path:
    made = openpyxl.load_workbook(path)
    edit(made["PO_Data"])  # type: ignore[operator]
    made.save(path)
    return path


def filled_in(path: Path, folder: Path, *numbers: str) -> Path:
    results = [(result(number, folder=f"A. Silva/{number} #1", url=f"https://t/{number}"), AT) for number in numbers]
    target = folder / "copy.xlsx"
    return write_results(read(path, fresh=True), results, target, output_dir=folder, now=AT)


def test_folder_and_page_are_links_the_folder_from_where_the_workbook_is(tmp_path: Path) -> None:
    copy = filled_in(book(tmp_path, ROWS), tmp_path, "PO1", "PO3")
    assert links(copy) == {
        "J2": "A.%20Silva/PO1%20%231", "K2": "https://t/PO1", "J4": "A.%20Silva/PO3%20%231", "K4": "https://t/PO3",
    }  # fmt: skip
    assert openpyxl.load_workbook(copy)["PO_Data"]["J2"].value == str(tmp_path / "A. Silva" / "PO1 #1")


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("https://t/order_headers/1", "https://t/order_headers/1"),
        ("https://t/1; https://t/2", ""),
        (f"https://t/{'x' * MOST_CHARS}", ""),
        (3, ""),
        ("", ""),
        ("PO1", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_what_excel_does_not_take_and_what_is_several_things_stays_text(value: str | int, target: str) -> None:
    assert link_target(value, Path("/out")) == target


def test_a_folder_elsewhere_is_linked_by_its_whole_path(tmp_path: Path) -> None:
    assert link_target(str(tmp_path / "a b"), tmp_path / "other") == (tmp_path / "a b").as_uri()
    assert link_target(str(tmp_path / "a b" / "c"), tmp_path) == "a%20b/c"


def test_there_are_never_more_links_than_excel_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_links, "MOST_LINKS", 4)

    def link(sheet: Worksheet) -> None:
        sheet["B4"].hyperlink = "https://mine.example/x"

    copy = filled_in(edited(book(tmp_path, ROWS), link), tmp_path, "PO1", "PO2", "PO3")
    found = links(copy)
    assert len(found) == 4
    assert found["B4"] == "https://mine.example/x"
    assert openpyxl.load_workbook(copy)["PO_Data"]["K4"].value == "https://t/PO3"


def test_links_stand_where_a_sheet_has_them_and_runs_in_place_leave_none_behind(tmp_path: Path) -> None:
    def furnish(sheet: Worksheet) -> None:
        sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"', sqref="B2:B9"))
        sheet["B2"].hyperlink = "https://mine.example/x"
        sheet.print_options.gridLines = True

    path = edited(book(tmp_path, ROWS), furnish)
    for _ in range(3):
        path = filled_in(path, tmp_path, "PO1", "PO2")
    with ZipFile(path) as package:
        sheet, relations = package.read(SHEET), package.read(RELATIONS)
    order = [sheet.index(name) for name in (b"<dataValidations", b"<hyperlinks", b"<printOptions", b"<pageMargins")]
    assert order == sorted(order)
    assert sheet.count(b"<hyperlink ") == 5
    assert relations.count(b"rIdCoupa") == 4
    again = write(read(path, fresh=True), result("PO1", folder="", url=""))
    assert "J2" not in links(again)
    assert links(again)["J3"]


def test_a_filter_reaches_over_our_columns_and_what_is_hidden_stays_hidden(tmp_path: Path) -> None:
    def furnish(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = "A1:B4"
        sheet.auto_filter.add_filter_column(1, ["EMEA"])
        sheet.row_dimensions[3].hidden = True

    copy = filled_in(edited(book(tmp_path, ROWS), furnish), tmp_path, "PO1", "PO2")
    sheet = openpyxl.load_workbook(copy)["PO_Data"]
    assert sheet.auto_filter.ref == "A1:K4"
    with ZipFile(copy) as package:
        assert b"'PO_Data'!$A$1:$K$4<" in package.read("xl/workbook.xml")
    assert sheet.auto_filter.filterColumn[0].filters.filter == ["EMEA"]
    assert sheet.row_dimensions[3].hidden


def test_a_table_gets_our_columns_each_with_a_name_of_its_own(tmp_path: Path) -> None:
    def furnish(sheet: Worksheet) -> None:
        sheet.add_table(Table(displayName="Orders", ref="A1:C4"))

    rows = [["PO", "Region", "status"], ["PO1", "EMEA", "mine"], ["PO2", "APAC", "mine"], ["PO3", "EMEA", "mine"]]
    copy = filled_in(edited(book(tmp_path, rows), furnish), tmp_path, "PO1")
    sheet = openpyxl.load_workbook(copy)["PO_Data"]
    table = sheet.tables["Orders"]
    assert (table.ref, table.autoFilter.ref) == ("A1:L4", "A1:L4")
    names = [column.name for column in table.tableColumns]
    assert names == [cell.value for cell in sheet[1]] == ["PO", "Region", "status", "STATUS (2)", *RESULTS[1:]]
    assert len({column.id for column in table.tableColumns}) == 12
    again = filled_in(copy, tmp_path, "PO2")
    assert openpyxl.load_workbook(again)["PO_Data"].tables["Orders"].ref == "A1:L4"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'headerRowCount="1"', b'headerRowCount="0"'), (b"<table ", b'<table tableType="queryTable" ')],
)
def test_a_table_of_a_kind_that_needs_more_than_names_stays_as_it_is(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = edited(book(tmp_path, ROWS), lambda sheet: sheet.add_table(Table(displayName="Orders", ref="A1:B4")))
    other = changed(path, lambda part: part.replace(old, new, 1), part="xl/tables/table1.xml")
    assert new in ZipFile(other).read("xl/tables/table1.xml")
    with ZipFile(other) as before, ZipFile(filled_in(other, tmp_path, "PO1")) as after:
        assert before.read("xl/tables/table1.xml") == after.read("xl/tables/table1.xml")


def test_a_table_beside_which_another_begins_or_that_ends_elsewhere_stays_as_it_is(tmp_path: Path) -> None:
    def furnish(sheet: Worksheet) -> None:
        sheet.add_table(Table(displayName="Small", ref="A1:A4"))

    copy = filled_in(edited(book(tmp_path, ROWS), furnish), tmp_path, "PO1")
    assert openpyxl.load_workbook(copy)["PO_Data"].tables["Small"].ref == "A1:A4"
