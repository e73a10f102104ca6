"""Orders' data in the spreadsheet: numbers as numbers, dates as dates, codes and doubtful ones as they were printed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.outcome import Outcome
from coupa_async.services.spreadsheet.columns.data_columns import DataColumns
from coupa_async.services.spreadsheet.results import write_results
from coupa_async.services.spreadsheet.worklist import Worklist
from tests.services.spreadsheet.sheets import AT, RESULTS, book, grid, read, result, text, write

FIELDS = chosen_fields(["order date", "total", "company code", "PR Type"])
COLUMNS = ["COUPA_ORDER_DATE", "COUPA_TOTAL", "COUPA_COMPANY_CODE", "COUPA_PR_TYPE"]
DATA = OrderData(
    language="pt-BR",
    fields=(("order date", "03/04/2025"), ("total", "1.234,50"), ("currency", "BRL"), ("company code", "0042")),
    labels=(("PR Type", "=1+1"),),
)


def doubtful(number: str, language: str = "en", **fields: str) -> OrderData:
    return OrderData(language=language, fields=(("order date", number), *fields.items()))


def test_columns_come_after_the_present_ones_typed(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Mine"], ["PO1", "kept"], ["PO2", None], ["PO3", None], ["??", None]])
    header, one, two, three, bad = grid(
        write(
            read(path, data=FIELDS),
            result("PO1", data=DATA),
            result("PO2", outcome=Outcome.PO_NOT_FOUND, data=NO_DATA),
        )
    )
    assert header == ["PO", "Mine", *RESULTS, *COLUMNS]
    assert one[-4:] == [datetime(2025, 4, 3), 1234.5, "0042", "=1+1"]
    assert two[-4:] == three[-4:] == bad[-4:] == [None] * 4


def test_a_cell_is_a_number_and_a_date_to_a_spreadsheet_program(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    sheet = openpyxl.load_workbook(write(read(path, data=FIELDS), result("PO1", data=DATA)))["PO_Data"]
    day, total, code, formula = sheet[2][-4:]
    assert (day.is_date, day.data_type, total.data_type, code.data_type, formula.data_type) == (True, *"dnss")
    assert formula.quotePrefix


def test_columns_that_are_there_are_filled_again_and_are_no_folders(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "<|>", "COUPA_OWN_LABEL", "Region"], ["PO1", None, "x", "EMEA"]])
    first = write(read(path, data=FIELDS), result("PO1", outcome=Outcome.PARTIAL, data=DATA))
    again = read(first, data=FIELDS)
    assert [order.hierarchy for order in again.orders] == [("EMEA",)]
    other = OrderData(language="pt-BR", fields=(("total", "2.000,75"), ("currency", "BRL")))
    header, row = grid(write(again, result("PO1", data=other)))
    assert header.count("COUPA_TOTAL") == 1
    assert (row[header.index("COUPA_TOTAL")], row[2]) == (2000.75, "x")


@pytest.mark.parametrize(("delimiter", "total"), [(";", "1234,50"), (",", "1234.50"), ("\t", "1234.50")])
def test_a_text_file_has_numbers_as_its_program_reads_them_and_dates_as_all_do(
    tmp_path: Path, delimiter: str, total: str
) -> None:
    path = text(tmp_path, f"PO{delimiter}Note\nPO1{delimiter}x\n")
    line = write(read(path, data=FIELDS), result("PO1", data=DATA)).read_text().splitlines()[1]
    assert line.endswith(delimiter.join(("2025-04-03", total, "0042", "'=1+1")))


def test_without_data_the_copy_is_what_it_was(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    assert grid(write(read(path), result("PO1", data=DATA))) == grid(write(read(path), result("PO1")))


def test_what_stays_a_text_and_a_label_that_no_page_has_are_said_once() -> None:
    pages = [doubtful("03/04/2025"), doubtful("05/06/2025"), doubtful("")]
    columns = DataColumns.of(FIELDS[:1] + FIELDS[3:], pages)
    assert [columns.values(result("PO1", data=page))[0] for page in pages] == ["03/04/2025", "05/06/2025", ""]
    assert columns.notes() == [
        "--data: no order's page has a field 'PR Type'",
        "COUPA_ORDER_DATE: 2 values, such as '03/04/2025', stay text: their format is not certain",
    ]
    proven = DataColumns.of(FIELDS[:1], [*pages, doubtful("06/30/2025")])
    assert proven.values(result("PO1", data=pages[0])) == (date(2025, 3, 4),)
    assert proven.notes() == []
    assert DataColumns.of(FIELDS, []).notes() == []


def test_a_number_that_a_spreadsheet_would_round_stays_a_text() -> None:
    columns = DataColumns(fields=chosen_fields(["total"]))
    long, short = "1,234,567,890,123,456.78", "1,234,567,890,123.45"
    values = [
        columns.values(result("PO1", data=OrderData(language="en-US", fields=(("total", item),))))[0]
        for item in (long, short)
    ]
    assert values == [long, Decimal("1234567890123.45")]


def test_a_sheet_that_was_changed_meanwhile_is_read_again_with_its_columns(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO"], ["PO1"]])
    worklist: Worklist = read(path, data=FIELDS)
    book(tmp_path, [["Note", "PO"], [None, None], ["x", "PO1"]])
    columns = DataColumns.of(FIELDS, [DATA])
    done = [(result("PO1", data=DATA), AT)]
    out = write_results(worklist, done, tmp_path / "o.xlsx", output_dir=tmp_path, now=AT, data=columns)
    assert grid(out)[2][-4:] == [datetime(2025, 4, 3), 1234.5, "0042", "=1+1"]


def test_a_column_that_the_user_had_before_our_first_is_never_taken_for_data_of_ours(tmp_path: Path) -> None:
    first = write(read(book(tmp_path, [["PO", "COUPA_TOTAL"], ["PO1", "my own"]])), result("PO1", data=DATA))
    again = write(read(first, data=FIELDS), result("PO1", data=DATA))
    assert grid(again)[0].count("COUPA_TOTAL (2)") == 1
    assert grid(again)[1][1] == "my own"
    third = write(read(again, data=FIELDS), result("PO1", data=DATA))
    assert grid(third) == grid(again)


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.csv"])
def test_a_date_with_a_time_is_both_in_a_workbook_and_in_a_text_file(tmp_path: Path, name: str) -> None:
    data = OrderData(language="en-US", fields=(("order date", "06/30/2025 02:15 PM"),))
    path = book(tmp_path, [["PO"], ["PO1"]]) if name.endswith("xlsx") else text(tmp_path, "PO\nPO1\n")
    out = write(read(path, data=FIELDS[:1]), result("PO1", data=data))
    if name.endswith("csv"):
        assert out.read_text().splitlines()[1].endswith(",2025-06-30 14:15:00")
    else:
        assert grid(out)[1][-1] == datetime(2025, 6, 30, 14, 15)
