"""Which sheet of a workbook is read: the one that the user names, or one that is named to the user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.results import write_results
from tests.services.spreadsheet.sheets import AT, Rows, numbers, read, result, text

ORDERS: Mapping[str, Rows] = {
    "Notes": [["Reminder"], ["call"]],
    "May": [["PO_NUMBER"], ["PO1"]],
    "June": [["Pedido"], ["PO2"]],
    "Old": [["PO_NUMBER"], ["PO3"]],
}


def workbook(folder: Path, sheets: Mapping[str, Rows], *, hidden: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    made.save(folder / "in.xlsx")
    return folder / "in.xlsx"


def test_the_sheet_that_is_taken_is_named_with_the_others_that_could_be_meant(tmp_path: Path) -> None:
    path = workbook(tmp_path, ORDERS, hidden=("Old",))
    worklist = read(path)
    assert (numbers(worklist), worklist.layout.sheet) == (["PO1"], "May")
    (warning,) = worklist.warnings
    assert all(word in warning for word in ("'May'", "'June'", "'Old'", "--sheet"))


def test_one_sheet_with_orders_needs_no_word(tmp_path: Path) -> None:
    path = workbook(tmp_path, {name: ORDERS[name] for name in ("Notes", "June")})
    assert (numbers(read(path)), read(path).warnings) == (["PO2"], ())


def test_the_sheet_of_the_agreed_name_needs_no_word_either(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"May": ORDERS["May"], "po_data": ORDERS["June"]})
    assert (numbers(read(path)), read(path).warnings) == (["PO2"], ())


@pytest.mark.parametrize(("wanted", "order"), [("June", "PO2"), (" june ", "PO2"), ("Old", "PO3"), ("PO_Data", "PO4")])
def test_the_user_chooses_by_name(tmp_path: Path, wanted: str, order: str) -> None:
    path = workbook(tmp_path, {**ORDERS, "PO_Data": [["PO_NUMBER"], ["PO4"]]}, hidden=("Old",))
    assert (numbers(read(path, sheet=wanted)), read(path, sheet=wanted).warnings) == ([order], ())


def test_of_two_names_that_differ_in_case_the_one_in_every_letter_is_meant(tmp_path: Path) -> None:
    # openpyxl itself would make the second one "june1".
    path = workbook(tmp_path, {"June ": ORDERS["May"], "June": ORDERS["June"]})
    assert numbers(read(path, sheet="June")) == ["PO2"]


@pytest.mark.parametrize(
    ("sheets", "wanted", "story"),
    [
        (ORDERS, "July", ["there is no sheet 'July'", "'May', 'June', 'Old' (hidden)", "--sheet"]),
        (ORDERS, "Notes", ["sheet 'Notes'", "'Reminder'", "'May', 'June', 'Old' (hidden)", "--sheet"]),
        ({**ORDERS, "PO_Data": [["Number"]]}, None, ["sheet 'PO_Data'", "'May', 'June', 'Old' (hidden)", "--sheet"]),
        ({"Notes": ORDERS["Notes"], "Old": [["x"]]}, None, ["sheet 'Notes'", "nor has any other", "'Old' (hidden)"]),
        ({"Notes": ORDERS["Notes"], "Old": [["x"]]}, "May", ["no sheet 'May'", "'Notes', 'Old' (hidden)"]),
    ],
)
def test_an_error_lists_all_sheets_that_could_be_meant(
    tmp_path: Path, sheets: Mapping[str, Rows], wanted: str | None, story: list[str]
) -> None:
    path = workbook(tmp_path, sheets, hidden=("Old",))
    with pytest.raises(WorklistError) as told:
        read(path, sheet=wanted)
    assert [part for part in story if part not in str(told.value)] == []
    assert len(str(told.value).splitlines()) == 1


def test_results_go_into_the_sheet_that_was_read_whatever_was_put_before_it_since(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"May": ORDERS["May"]})
    worklist = read(path)
    workbook(tmp_path, {"April": [["PO_NUMBER"], ["PO1"]], "May": ORDERS["May"]})
    out = write_results(worklist, [(result("PO1"), AT)], tmp_path / "out.xlsx", output_dir=tmp_path, now=AT)
    filled = openpyxl.load_workbook(out)
    assert [sheet.title for sheet in filled.worksheets if sheet["B1"].value == "STATUS"] == ["May"]


def test_a_text_file_is_one_sheet_whatever_it_is_called(tmp_path: Path) -> None:
    assert numbers(read(text(tmp_path, "PO_NUMBER\nPO1\n"), sheet="May")) == ["PO1"]
