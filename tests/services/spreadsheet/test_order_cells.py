"""Order numbers as people have them in cells."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from coupa_async.domain.errors import BadOrderNumberError, WorklistError
from coupa_async.domain.order import order_numbers
from coupa_async.domain.outcome import Outcome
from coupa_async.services.spreadsheet.xlsx.reading.number_formats import with_zeros
from tests.services.spreadsheet.sheets import book, grid, numbers, read, result, write


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("PO15262984\u200b", ["PO15262984"]),
        ("\ufeffPO15262985", ["PO15262985"]),
        ("PO\u00ad15262987", ["PO15262987"]),
        ("\u202aPO15262990\u202c", ["PO15262990"]),
        ("PO\uff11\uff12\uff13", ["PO123"]),
        ("PO1\u00a0", ["PO1"]),
        ("\u2007PO1\u3000", ["PO1"]),
        ("'00123", ["00123"]),
        ('="00123"', ["00123"]),
        ("PO1, PO2; PO3", ["PO1", "PO2", "PO3"]),
        ("PO1\nPO2", ["PO1", "PO2"]),
        ("PO1 PO2", ["PO1", "PO2"]),
        ("PO1,", ["PO1"]),
        ("PO1; po1", ["PO1"]),
        ("PO 1", ["PO1"]),
    ],
)
def test_a_cell_is_read_as_a_person_reads_it(cell: str, shown: list[str]) -> None:
    assert [number.shown for number in order_numbers(cell)] == shown


@pytest.mark.parametrize("cell", ["15,262,995", "1,234", "1.5262996E7", "PO1, and others", "12/03/2025"])
def test_a_cell_that_may_mean_another_number_is_none(cell: str) -> None:
    with pytest.raises(BadOrderNumberError, match="is not an order number"):
        order_numbers(cell)


def test_a_row_of_several_orders_gets_the_worst_outcome_and_all_notes(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Mine"], ["PO1, PO2", "x"], ["PO2", "y"], ["PO3; PO4", "z"]])
    worklist = read(path)
    assert numbers(worklist) == ["PO1", "PO2", "PO3", "PO4"]
    failed = result("PO2", outcome=Outcome.FAILED, error="gone", supplier="Other")
    rows = grid(write(worklist, result("PO1"), failed, result("PO3")))
    assert rows[1][2:6] == ["FAILED", "ACME; Other", 4, 4]
    assert rows[1][8] == "PO2: gone"
    assert rows[2][2:4] == ["FAILED", "Other"]
    again = grid(write(read(path), result("PO2"), result("PO1", supplier="First")))
    assert again[1][2:4] == ["COMPLETED", "First; ACME"]
    assert again[2][2:4] == ["COMPLETED", "ACME"]
    assert rows[3][2:4] == ["PENDING", "ACME"]


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("0000000000", 15262984, "0015262984"),
        ('"PO"0000000', 123, "PO0000123"),
        ("0000-0000", 15262984, "1526-2984"),
        ("\\P\\O00;[Red]-0", 7, "PO07"),
        ("00", 12345, "12345"),
        ("#,##0", 5, None),
        ("0.00", 5, None),
        ("General", 5, None),
        ('"R$" #,##0.00', 5, None),
    ],
)
def test_a_number_shows_by_its_format(code: str, number: int, shown: str | None) -> None:
    assert with_zeros(code, number) == shown


def test_a_number_with_zeros_in_its_format_is_read_as_it_shows(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(tmp_path / "in.xlsx")
    sheet = made.add_worksheet("PO_Data")
    sheet.write_row(0, 0, ["PO", "<|>", "Cost centre"])
    sheet.write_number(1, 0, 123, made.add_format({"num_format": '"US"0000000'}))
    sheet.write_number(1, 2, 42, made.add_format({"num_format": "000000"}))
    made.close()
    order = read(tmp_path / "in.xlsx").orders[0]
    assert (order.number.shown, order.hierarchy) == ("US0000123", ("000042",))


def test_formulas_without_a_result_are_told_where_they_matter(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Base"], ['="PO"&B2', 1]])
    with pytest.raises(WorklistError, match="column 'PO' holds formulas whose results are not stored"):
        read(path)
    other = book(tmp_path, [["PO", "<|>", "Twice"], ["PO1", None, "=2*2"]], name="other.xlsx")
    with pytest.raises(WorklistError, match="column 'Twice' holds formulas"):
        read(other)
    assert numbers(read(book(tmp_path, [["PO", "Twice"], ["PO1", "=2*2"]]))) == ["PO1"]
