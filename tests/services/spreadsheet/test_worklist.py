"""Spreadsheets in: every dialect read right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coupa_async.domain.errors import WorklistError
from coupa_async.domain.outcome import Outcome
from tests.services.spreadsheet.sheets import Rows, book, grid, numbers, read, result, text, write


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
    assert rows[6][1] == "NOT_AN_ORDER"
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


def test_orders_are_done_whose_every_row_is_filled_as_ours_are_unless_fresh(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, "PO\nPO1\nPO2\nPO3\nPO3\n"))
    copy = write(worklist, result("PO1"), result("PO2", outcome=Outcome.FAILED), result("PO3"))
    lines = copy.read_text().splitlines()
    copy.write_text("\n".join([*lines[:4], lines[4].replace("COMPLETED", "")]))
    again = read(copy)
    assert numbers(again) == ["PO2", "PO3"]
    assert [number.key for number in again.done] == ["1"]
    assert numbers(read(copy, fresh=True)) == ["PO1", "PO2", "PO3"]


@pytest.mark.parametrize("status", ["Completed", "COMPLETED", "completed"])
def test_a_status_of_the_users_own_is_not_believed(tmp_path: Path, status: str) -> None:
    worklist = read(text(tmp_path, f"PO,STATUS\nPO1,{status}\n"))
    assert numbers(worklist) == ["PO1"]
    assert worklist.done == ()


def test_quoted_newlines_and_ragged_rows_are_read(tmp_path: Path) -> None:
    worklist = read(text(tmp_path, 'PO,Note,More\nPO1,"two\nlines",x\nPO2\nPO3,a,b,c,d\n'))
    assert numbers(worklist) == ["PO1", "PO2", "PO3"]
    assert '"two\nlines"' in write(worklist, result("PO2")).read_text()


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


def test_what_may_lead_to_an_orders_page_is_read_from_its_link_and_from_columns_of_ids(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Coupa ID", "COUPA_URL"], ["PO1", 88, "https://t.example/order_headers/1"], ["PO2"]])
    made = openpyxl.load_workbook(path)
    made.active["A3"].hyperlink = "https://t.example/order_headers/77?v=1&x=2"
    made.save(path)
    assert [order.links for order in read(path).orders] == [
        ("88", "https://t.example/order_headers/1"),
        ("https://t.example/order_headers/77?v=1&x=2",),
    ]


def test_a_link_under_a_text_goes_before_the_text(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "Link"], ["PO1", "open"]])
    made = openpyxl.load_workbook(path)
    made["PO_Data"]["B2"].hyperlink = "https://t/order_headers/77"
    made.save(path)
    assert read(path).orders[0].links == ("https://t/order_headers/77",)


def test_a_column_of_ids_can_be_named_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = text(tmp_path, "PO;Key\nUS0158122;158122\n")
    assert read(path, id_column="key").orders[0].links == ("158122",)
    with pytest.raises(WorklistError, match="--id-column"):
        read(path, id_column="Nope")


def test_a_column_that_tells_whose_an_order_is_is_found_or_named(tmp_path: Path) -> None:
    path = text(tmp_path, "PO;Código da Empresa;Plant\nPO1;5069;A\nPO2;4711;B\n")
    assert [order.group for order in read(path).orders] == ["5069", "4711"]
    assert [order.group for order in read(path, group_column="Plant").orders] == ["A", "B"]


def test_an_order_in_rows_with_different_folders_is_named_with_the_row_that_is_used(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["PO_NUMBER", "<|>", "Region"],
        ["PO1", None, "EMEA"],
        ["PO2", None, "EMEA"],
        ["PO1", None, "LATAM"],
    ]
    assert read(book(tmp_path, rows)).warnings == ("PO1 is in rows 2 and 4 with different folders: row 2's is used",)
    many: list[list[object]] = [[f"PO{n}", None, region] for region in "ab" for n in range(1, 8)]
    told = read(book(tmp_path, [rows[0], *many])).warnings
    assert (len(told), told[-1]) == (6, "so it is with 2 more orders: the first row's is used")
