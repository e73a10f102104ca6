"""Columns that only look like ours are the user's: nothing in them is replaced, and ours get a name of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.data.fields import chosen_fields
from tests.services.spreadsheet.columns.test_data_columns import DATA
from tests.services.spreadsheet.sheets import RESULTS, book, grid, numbers, read, result, text, write


def test_columns_of_the_users_own_are_kept_and_told(tmp_path: Path) -> None:
    path = text(tmp_path, "PO Number,Status,Supplier,Total\nPO1,Issued,Northwind,12.50\nPO2,Closed,,7\n")
    worklist = read(path)
    assert any(
        "'Status' (ours is 'STATUS (2)'), 'Supplier' (ours is 'SUPPLIER (2)')" in item for item in worklist.warnings
    )
    lines = write(worklist, result("PO1", supplier="")).read_text().splitlines()
    assert lines[0] == "PO Number,Status,Supplier,Total,STATUS (2),SUPPLIER (2)," + ",".join(RESULTS[2:])
    assert lines[1].startswith("PO1,Issued,Northwind,12.50,COMPLETED,,2")
    assert lines[2] == "PO2,Closed,,7"


def test_ours_are_found_again_right_of_the_users(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", "STATUS", "COUPA_URL"], ["PO1", "Issued", "https://x/order_headers/1"]])
    once = write(read(path), result("PO1"))
    again = read(once)
    assert (numbers(again), [item.key for item in again.done]) == ([], ["1"])
    twice = write(read(once, fresh=True), result("PO1", supplier="New"), to=tmp_path / "twice.xlsx")
    header, row = grid(twice)
    assert header == ["PO", "STATUS", "COUPA_URL", "STATUS (2)", *RESULTS[1:8], "COUPA_URL (2)"]
    assert row[:5] == ["PO1", "Issued", "https://x/order_headers/1", "COMPLETED", "New"]


def test_a_column_of_ours_that_the_user_filled_before_the_first_run_is_kept(tmp_path: Path) -> None:
    path = book(tmp_path, [["PO", *RESULTS], ["PO1", None, "my supplier"]])
    header, row = grid(write(read(path), result("PO1")))
    assert header[-1] == "SUPPLIER (2)"
    assert (row[2], row[-1]) == ("my supplier", "ACME")


def test_a_status_that_the_user_cleared_is_filled_again_in_its_place(tmp_path: Path) -> None:
    once = write(read(text(tmp_path, "PO\nPO1\nPO2\n")), result("PO1"), result("PO2"))
    once.write_text(once.read_text().replace("PO1,COMPLETED", "PO1,"))
    worklist = read(once)
    assert numbers(worklist) == ["PO1"]
    assert worklist.layout.names == RESULTS


@pytest.mark.parametrize("names", [("STATUS", "SUPPLIER"), ("Status", "Supplier", "Error_Message")])
def test_empty_columns_headed_like_ours_are_filled(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = book(tmp_path, [["PO", *names], ["PO1"]])
    header, row = grid(write(read(path), result("PO1")))
    assert header[: len(names) + 1] == ["PO", *names]
    assert row[1:3] == ["COMPLETED", "ACME"]


def test_a_folder_column_headed_like_a_result_is_one(tmp_path: Path) -> None:
    worklist = read(book(tmp_path, [["PO", "<|>", "Supplier", "Region"], ["PO1", None, "Northwind", "EMEA"]]))
    assert worklist.orders[0].hierarchy == ("Northwind", "EMEA")


def test_many_columns_headed_like_ours_are_the_users_if_its_status_says_something_else(tmp_path: Path) -> None:
    path = text(tmp_path, "PO,Status,Supplier,Error_Message,Coupa_URL\nPO1,Issued,Northwind,none,x\n")
    worklist = read(path)
    assert worklist.layout.names[:2] == ("STATUS (2)", "SUPPLIER (2)")
    assert (
        write(worklist, result("PO1")).read_text().splitlines()[1].startswith("PO1,Issued,Northwind,none,x,COMPLETED")
    )


def test_a_column_that_she_adds_right_of_ours_later_is_hers_whatever_it_is_headed(tmp_path: Path) -> None:
    first = grid(write(read(book(tmp_path, [["PO"], ["PO1"], ["PO2"]])), result("PO1")))
    header = [*first[0], "SUPPLIER", "COUPA_URL", "COUPA_TOTAL", "COUPA_NOTE"]
    rows = [
        header,
        *([*row, "my own", "a link", total, "mine"] for row, total in zip(first[1:], (12, 34), strict=True)),
    ]
    path = book(tmp_path, rows)
    again = grid(write(read(path, data=chosen_fields(["total", "note"])), result("PO1", supplier="New", data=DATA)))
    assert [row[-6:-2] for row in again] == [row[-4:] for row in rows]
    assert again[0][-2:] == ["COUPA_TOTAL (2)", "COUPA_NOTE (2)"]
    assert (again[1][2], again[1][-2]) == ("New", 1234.5)


def test_what_earlier_runs_are_known_to_have_filled_is_ours_and_nothing_else_is(tmp_path: Path) -> None:
    fields = chosen_fields(["total"])
    first = write(read(book(tmp_path, [["PO"], ["PO1"]])), result("PO1"))
    path = book(tmp_path, [[*grid(first)[0], "COUPA_TOTAL"], [*grid(first)[1], "her own"]])
    known = frozenset(RESULTS)
    second = read(path, data=fields, written=known)
    assert second.layout.names == (*RESULTS, "COUPA_TOTAL (2)")
    path = write(second, result("PO1", data=DATA))
    third = write(read(path, data=fields, written=known | {"COUPA_TOTAL (2)"}), result("PO1", data=DATA))
    assert grid(third) == grid(path)
    assert grid(third)[1][-2:] == ["her own", 1234.5]
