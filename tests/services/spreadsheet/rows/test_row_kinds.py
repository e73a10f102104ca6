"""Rows that hold no order are left as they are; rows whose order is missing are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.spreadsheet.sheets import book, numbers, read, result, text, write


@pytest.mark.parametrize(
    "row",
    [
        ["Total", 30],
        ["Grand Total", 30],
        ["Subtotal:", 30],
        ["Gesamt", 30],
        ["Gesamtsumme", 30],
        ["Summe", 30],
        ["Suma", 30],
        ["Total geral", 30],
        ["Valor total", 30],
        ["Sous-total", 30],
        ["*", 30],
        ["PO NUMBER", "Amount"],
        ["po number", "Amount"],
        ["-------", "------"],
        ["=====", ""],
        ["|", "|"],
        ["", "=SUM(B2:B3)"],
        ["", "Total EUR:"],
        ["", "Total geral"],
        ["", "=SUBTOTAL(109,B2:B3)"],
    ],
    ids=repr,
)
def test_a_row_that_holds_no_order_stays_as_it_is(tmp_path: Path, row: list[object]) -> None:
    path = book(tmp_path, [["PO Number", "Amount"], ["PO1", 10], row, ["PO2", 20]])
    worklist = read(path)
    assert numbers(worklist) == ["PO1", "PO2"]
    assert worklist.bad_rows == ()
    assert [item.row for item in worklist.set_aside] == [3]
    assert any("row 3" in text and "left alone" in text for text in worklist.warnings)
    import openpyxl

    sheet = openpyxl.load_workbook(write(worklist, result("PO1"), result("PO2")))["PO_Data"]
    assert [cell.value or "" for cell in sheet[3]][: len(row) + 2] == [*row, "", ""]


@pytest.mark.parametrize(
    "row", [["ABC", 1], ["", "ACME"], ["Totally", 3], ["pending", ""], ["n/a", 7], ["", "Total Energies"]], ids=repr
)
def test_a_row_whose_order_is_missing_or_wrong_is_told(tmp_path: Path, row: list[object]) -> None:
    worklist = read(book(tmp_path, [["PO Number", "Amount"], ["PO1", 10], row, ["PO2", 20]]))
    assert [bad.row for bad in worklist.bad_rows] == [3]


def test_what_stands_apart_below_the_table_is_left_alone(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO Number", "Amount"], ["PO1", 10], ["", 5], [], ["", "signed: me"], ["", "and you"]])
    worklist = read(path)
    assert [bad.row for bad in worklist.bad_rows] == [3]
    assert [item.row for item in worklist.set_aside] == [5, 6]


def test_a_printed_list_is_read_and_keeps_its_lines(tmp_path: Path) -> None:
    content = (
        "26.11.2026    Dynamic List Display    1\n\n-----------------\n|PO Number |Vendor |\n-----------------\n"
        '|15262984  |24" screens |\n|15262985  |"odd   |\n-----------------\n|*  |1.333,50|\n'
        "26.11.2026    Dynamic List Display    2\n|PO Number |Vendor |\n|15262986  |x |\n"
    )
    worklist = read(text(tmp_path, content, "in.txt"))
    assert numbers(worklist) == ["15262984", "15262985", "15262986"]
    assert worklist.bad_rows == ()
    out = write(worklist, result("15262985", error="a|b\nc")).read_text().splitlines()
    assert out[:6] == [*content.splitlines()[:3], out[3], *content.splitlines()[4:6]]
    assert out[3].startswith("|PO Number |Vendor |STATUS|SUPPLIER")
    assert out[6].startswith('|15262985  |"odd   |COMPLETED|ACME|2|2|')
    assert "a b c" in out[6]


def test_hidden_rows_are_worked_on_and_told_or_left_out(tmp_path: Path) -> None:
    import openpyxl

    path = book(tmp_path, [["PO"], ["PO1"], ["PO2"], ["PO3"]])
    made = openpyxl.load_workbook(path)
    made["PO_Data"].row_dimensions[3].hidden = True
    made.save(path)
    assert numbers(read(path)) == ["PO1", "PO2", "PO3"]
    assert any("1 hidden row" in item and "--visible-only" in item for item in read(path).warnings)
    assert numbers(read(path, visible_only=True)) == ["PO1", "PO3"]
