"""The lane api against the others on the whole recorded catalogue: equal folders, files and workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fixtures.catalogue import load
from tests.app.api_office import Office, opened
from tests.contract.requirements import API_DATA_DIFFERENCES, API_DIFFERENCES, API_LINE_DIFFERENCES, BARE_PAGE
from tests.e2e.conftest import cells, tree

pytestmark = pytest.mark.anyio
CHANGING = ("LAST_PROCESSED", "DOWNLOAD_FOLDER")


def left(office: Office, out: str) -> tuple[dict[str, str], dict[str, dict[str, object]]]:
    """Folders and files, and the workbook's rows by what names them."""
    rows = cells(office.folder / out / "sample.xlsx", without=CHANGING)
    return tree(office.folder / out), {str(row["Request"]): row for row in rows}


async def test_api_direct_and_browser_leave_the_same_but_for_what_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch) as office:
        for lane in ("browser", "direct", "api"):
            office.site.faults.clear()
            await office.run(lane, lane, storage_state=tmp_path / f"{lane}.json")
            assert office.site.violations == []
        browser, direct, api = (left(office, lane) for lane in ("browser", "direct", "api"))
    assert len(browser[0]) > 60
    assert direct == browser
    found = set()
    for name in api[0].keys() ^ browser[0].keys():
        found |= {item for item in API_DIFFERENCES if item.column == "" and item.order in name}
        assert any(item.order in name for item in API_DIFFERENCES if item.column == ""), name
    assert {name: sha for name, sha in api[0].items() if name in browser[0]} == {
        name: sha for name, sha in browser[0].items() if name in api[0]
    }
    for request, row in browser[1].items():
        for column, value in row.items():
            if api[1][request][column] != value:
                told = [item for item in API_DIFFERENCES if (item.order, item.column) == (row["PO_NUMBER"], column)]
                assert told, f"{row['PO_NUMBER']} {column}: {value!r} by page, {api[1][request][column]!r} by API"
                found |= set(told)
    assert found == set(API_DIFFERENCES), "a difference that is none any more"


async def test_lines_and_data_are_those_of_the_pages_but_for_what_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, data = {}, {}
    async with opened(tmp_path, monkeypatch) as office:
        for lane in ("direct", "api"):
            office.site.faults.clear()
            await office.run(lane, lane, storage_state=tmp_path / f"{lane}.json", data=("all",), lines=True)
            sheet = cells(tmp_path / lane / "sample.xlsx", sheet="COUPA_LINES")
            lines[lane] = {(str(row["ORDER"]), str(row["LINE"])): row for row in sheet}
            rows = cells(tmp_path / lane / "sample.xlsx")
            data[lane] = {str(row["PO_NUMBER"]): {name: row[name] for name in row if "COUPA_" in name} for row in rows}
    assert len(lines["direct"]) > 160
    assert {key for key in lines["api"].keys() ^ lines["direct"].keys() if BARE_PAGE not in key[0]} == set()
    differing = differences(lines["direct"], lines["api"])
    assert differing == set(API_LINE_DIFFERENCES)
    assert differences(data["direct"], data["api"]) == set(API_DATA_DIFFERENCES)


def differences(pages: Mapping[Any, Mapping[str, object]], api: Mapping[Any, Mapping[str, object]]) -> set[str]:
    """The columns that differ in any row."""
    common = [key for key in pages.keys() & api.keys() if BARE_PAGE not in str(key)]
    return {name for key in common for name in pages[key] if pages[key][name] != api[key].get(name)}


async def test_an_order_of_which_only_the_first_lines_come_has_them_all_in_the_sheet_of_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch) as office:
        office.site.api.dials.cuts = "order.order_lines=15"
        office.site.api.dials.page = 20
        await office.run("all", only=("15262996",), lines=True)
        assert len(cells(tmp_path / "all" / "sample.xlsx", sheet="COUPA_LINES")) == 97
        office.site.api.dials.lists_lines = "refused"
        await office.run("some", only=("15262996",), lines=True)
        assert len(cells(tmp_path / "some" / "sample.xlsx", sheet="COUPA_LINES")) == 15
        assert "15 lines were read, and there are more" in office.results("some")["15262996"].error


async def test_data_over_the_api_is_exact_and_costs_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue, few = load(), ("15262984", "15262985", "15262998")
    async with opened(tmp_path, monkeypatch, catalogue) as office:
        await office.run("plain", only=few)
        asked = office.asked()
        await office.run("data", only=few, data=("all",))
        assert office.asked() - asked == {}
    rows = {str(row["PO_NUMBER"]): row for row in cells(tmp_path / "data" / "sample.xlsx")}
    for order in (catalogue.orders[key] for key in few):
        row, data = rows[order.number], order.data
        assert Decimal(str(row["COUPA_TOTAL"])) == sum(line.total for line in order.lines())
        assert row["COUPA_ORDER_DATE"].date() == data.ordered  # type: ignore[attr-defined]
        assert (row["COUPA_CURRENCY"], row["COUPA_PAYMENT_TERM"]) == (data.currency, data.payment_term)
        assert (row["COUPA_REQUISITION"] or "", row["COUPA_SHIP_TO_USER"]) == (order.requisition, data.ship_to_user)
        assert row["COUPA_SUPPLIER_NUMBER"] == "0000000007"
