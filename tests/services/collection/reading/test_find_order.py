"""An order's page among its addresses, on a site in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.domain.errors import UnknownPageError, WrongOrderError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.ports import Document, Profile, accept_any
from coupa_async.services.collection.reading.find_order import OrderFinder
from coupa_async.services.collection.reading.found_order import FoundOrder

pytestmark = pytest.mark.anyio
BASE = "https://t.example"
NOT_FOUND = "<html><title>Coupa: Page not found</title></html>"


def page(heading: str, controller: str = "order_headers") -> str:
    return f'<html data-controller="{controller}" data-action="show"><h1 id="pageHeader">{heading}</h1></html>'


class Tenant:
    """Pages by id, and what was asked for."""

    def __init__(self, pages: Mapping[str, str], tmp_path: Path) -> None:
        self.asked: list[str] = []
        self._pages = pages
        self._profile = Profile(name="worker-1", directory=tmp_path)
        self.finder = OrderFinder(BASE)

    def answer(self, url: str, session: FakeSession) -> Answer:
        last = url.rpartition("/")[2]
        self.asked.append(last)
        return Document(url=url, html=self._pages.get(last, NOT_FOUND), status=200 if last in self._pages else 404)

    async def find(self, number: str, *links: str) -> FoundOrder:
        async with FakeBackend(self.answer).session(self._profile) as session:
            order = Order(number=OrderNumber.parse(number), links=links)
            return await self.finder.find(order, session, lambda: None)


async def test_a_page_that_names_another_order_is_not_this_orders(tmp_path: Path) -> None:
    tenant = Tenant({"72001": page("Purchase Order #PO99871")}, tmp_path)
    with pytest.raises(WrongOrderError, match="this address shows PO99871, not PO72001"):
        await tenant.find("PO72001")


async def test_another_address_is_tried_before_the_order_is_given_up(tmp_path: Path) -> None:
    pages = {"72001": page("Purchase Order #PO99871"), "PO72001": page("Purchase Order #PO72001")}
    found = await Tenant(pages, tmp_path).find("PO72001")
    assert (found.url, found.is_named) == (f"{BASE}/order_headers/PO72001", True)


async def test_letters_are_dropped_only_where_the_page_names_the_order(tmp_path: Path) -> None:
    tenant = Tenant({"158122": page("Purchase Order #US0158122"), "9": page("Purchase Order")}, tmp_path)
    assert (await tenant.find("US0158122")).url.endswith("/158122")
    with pytest.raises(WrongOrderError):
        await tenant.find("US9")


async def test_a_page_that_names_no_order_is_taken(tmp_path: Path) -> None:
    found = await Tenant({"5": page("Purchase Order")}, tmp_path).find("PO5")
    assert isinstance(found.page, OrderPage)
    assert not found.is_named


async def test_a_requisition_is_no_order(tmp_path: Path) -> None:
    with pytest.raises(WrongOrderError):
        await Tenant({"5": page("Requisition #5", "requisition_headers")}, tmp_path).find("PO5")


async def test_an_id_of_the_sheet_is_asked_for_first_and_not_believed_blindly(tmp_path: Path) -> None:
    tenant = Tenant({"88": page("Purchase Order #PO5"), "77": page("Purchase Order #PO6")}, tmp_path)
    assert (await tenant.find("PO5", "88")).url.endswith("/88")
    with pytest.raises(WrongOrderError, match="shows PO6"):
        await tenant.find("PO7", "77")


async def test_the_way_that_was_right_goes_first_and_costs_no_request_from_then_on(tmp_path: Path) -> None:
    pages = {str(n): page(f"Purchase Order #US{n}") for n in range(10, 20)}
    tenant = Tenant(pages, tmp_path)
    for n in range(10, 14):
        await tenant.find(f"US{n}")
    assert tenant.asked == ["US10", "10", "11", "12", "13"]


async def test_a_not_found_is_asked_for_in_one_way_once_that_way_is_proven(tmp_path: Path) -> None:
    pages = {str(n): page(f"Purchase Order #PO{n}") for n in range(1, 4)}
    tenant = Tenant(pages, tmp_path)
    assert isinstance((await tenant.find("PO99")).page, NotFoundPage)
    assert tenant.asked == ["99", "PO99"]
    for n in range(1, 4):
        await tenant.find(f"PO{n}")
    tenant.asked.clear()
    assert isinstance((await tenant.find("PO98")).page, NotFoundPage)
    assert tenant.asked == ["98"]


async def test_an_address_that_shows_no_known_page_does_not_hide_the_order_behind_the_next(tmp_path: Path) -> None:
    pages = {"5": "<html><title>Home</title></html>", "PO5": page("Purchase Order #PO5")}
    assert (await Tenant(pages, tmp_path).find("PO5")).url.endswith("/PO5")
    del pages["PO5"]
    with pytest.raises(UnknownPageError):
        await Tenant(pages, tmp_path).find("PO5")


class _Patient(FakeSession):
    """Counts how often a page had to be waited for."""

    waits = 0

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        document = await super().open(url)
        self.waits += not until(document)
        return document


async def test_a_page_without_a_list_of_attachments_is_waited_for_once_however_often_its_order_runs(
    tmp_path: Path,
) -> None:
    listless = page("Purchase Order #PO1")
    late = page("Purchase Order #PO2").replace("</html>", '<div class="attachments"></div></html>')
    pages = {"1": listless, "PO1": listless, "2": late, "PO2": late}
    tenant = Tenant(pages, tmp_path)
    session = _Patient(tenant.answer, Profile(name="worker-1", directory=tmp_path))

    async def waits(number: str) -> tuple[int, str]:
        before = session.waits
        order = Order(number=OrderNumber.parse(number))
        found = await tenant.finder.find(order, session, lambda: None)
        assert isinstance(found.page, OrderPage)
        return session.waits - before, found.page.missing

    said = "the page never showed its attachment list"
    assert [await waits("PO1") for _ in range(3)] == [(1, said), (0, said), (0, said)]
    assert [await waits("PO2") for _ in range(2)] == [(1, said), (1, said)]  # what is on its way is waited for
    pages["1"] = late.replace("#PO2", "#PO1")
    assert await waits("PO1") == (1, said)
