"""Numbers and ids that have nothing to do with each other: the API tells the ids to the lanes that open pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import Catalogue, load
from fixtures.faults import Fault
from tests.app.api_office import CLIENT, opened

pytestmark = pytest.mark.anyio
KEYS = ("15262984", "15262985")


def apart() -> Catalogue:
    """A catalogue whose orders have ids of their own, so that no guess leads to their pages."""
    known = load()
    orders = {f"7{key[::-1]}": replace(known.orders[key], id=f"7{key[::-1]}") for key in KEYS}
    return replace(known, orders=orders)


@pytest.mark.parametrize("lane", ["direct", "browser"])
async def test_pages_are_opened_at_the_id_that_the_api_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lane: str
) -> None:
    catalogue = apart()
    async with opened(tmp_path, monkeypatch, catalogue) as office:
        await office.run("without", lane, only=KEYS)
        assert {result.outcome for result in office.results("without").values()} == {Outcome.PO_NOT_FOUND}
        await office.run("out", lane, only=KEYS, **CLIENT)
        paths = {entry["path"] for entry in office.site.log if entry["path"].startswith("/order_headers/")}
        assert paths == {f"/order_headers/{key}" for key in catalogue.orders}
        found = office.results("out")
        assert {result.found_by for result in found.values()} == {"api"}
        assert {result.outcome for result in found.values()} == {Outcome.COMPLETED}
        assert office.site.violations == []


@pytest.mark.parametrize("is_refused", [True, False])
async def test_an_api_that_does_not_help_costs_the_pages_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    async with opened(tmp_path, monkeypatch) as office:
        if is_refused:
            office.site.api.oauth.scopes = frozenset()
        else:
            office.site.faults.put("/api/purchase_orders", Fault(kind="status", status=500))
        await office.run("out", "direct", only=KEYS, **CLIENT)
        assert {result.outcome for result in office.results("out").values()} == {Outcome.COMPLETED}
        assert len([text for text in office.warnings if "not asked for ids" in text]) == is_refused


async def test_where_numbers_lead_to_pages_the_api_is_asked_for_a_few_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = tuple(key for key, order in load().orders.items() if order.outcome == "COMPLETED" and not order.fault)[:12]
    async with opened(tmp_path, monkeypatch) as office:
        await office.run("out", "direct", only=only, workers=1, tabs=1, **CLIENT)
        assert office.asked()["/api/purchase_orders"] <= 8
        assert {result.outcome for result in office.results("out").values()} == {Outcome.COMPLETED}
