"""Spreadsheets that were given to the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.preview import preview
from coupa_async.web.sheets import SheetStore

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 7, 1, 12)


@pytest.fixture
def store(tmp_path: Path) -> SheetStore:
    return SheetStore(tmp_path / "sheets")


def given(store: SheetStore, name: str = "orders.csv") -> str:
    sheet_id, path = store.place(name)
    path.write_text("PO_NUMBER,Link\nPO1,x\n", encoding="utf-8")
    return sheet_id


async def test_what_was_chosen_is_remembered_for_the_next_file_of_that_name(store: SheetStore) -> None:
    sheet = store.find(given(store))
    assert sheet is not None
    assert sheet.choice == {}
    await store.choose(sheet, {"id_column": "Link"})
    again, other = store.find(given(store, "Orders.csv")), store.find(given(store, "other.csv"))
    assert again is not None
    assert other is not None
    assert again.choice == {"id_column": "Link"}
    assert other.choice == {}


@pytest.mark.parametrize("name", ["orders.exe", "orders", "orders.xls", "", ".csv", "choice.json"])
def test_what_is_no_spreadsheet_by_its_name_is_not_taken(store: SheetStore, name: str) -> None:
    with pytest.raises(WorklistError, match=r"save it as \.xlsx"):
        store.place(name)


@pytest.mark.parametrize("sheet_id", ["", "..", "../sheets", "0" * 16, "A" * 16, "0" * 15, "/etc"])
def test_an_id_leads_to_a_spreadsheet_or_to_nothing(store: SheetStore, sheet_id: str, tmp_path: Path) -> None:
    known, beside = given(store), tmp_path / "somebody's.csv"
    beside.touch()
    (tmp_path / "sheets" / "loose.csv").touch()
    assert store.find(sheet_id) is None
    store.remove(sheet_id)
    assert beside.exists()
    assert store.find(known) is not None


def test_the_oldest_give_way(store: SheetStore, tmp_path: Path) -> None:
    for _ in range(60):
        given(store)
    assert len([path for path in (tmp_path / "sheets").iterdir() if path.is_dir()]) <= 40


@pytest.mark.parametrize(
    ("text", "orders", "bad"),
    [
        ("PO1\nPO2\r\n\nPO3", ["PO1", "PO2", "PO3"], []),
        ("PO1; PO2, PO3\tPO4", ["PO1", "PO2", "PO3", "PO4"], []),
        ("15262984 15262985", ["15262984", "15262985"], []),
        ('PO1\n"quoted\nPO 2', ["PO1", "PO2"], ['"quoted']),
        ("=cmd|'/c calc'!A1\nPO1", ["PO1"], ["=cmd|'/c", "calc'!A1"]),
    ],
)
def test_a_pasted_list_is_read_as_a_person_means_it(
    store: SheetStore, text: str, orders: list[str], bad: list[str]
) -> None:
    sheet = store.find(store.keep_pasted(text, NOW))
    assert sheet is not None
    found = preview(sheet.path, WorklistOptions()).worklist
    assert [order.number.shown for order in found.orders] == orders
    assert [row.shown for row in found.bad_rows] == bad
