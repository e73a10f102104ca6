"""Reading what records do not tell: what arrived before never makes a list believed that nothing speaks for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backends.fake.backend import FakeBackend, FakeSession
from coupa_async.domain.order import AttachmentSource, Order, OrderNumber
from coupa_async.domain.pages.page import OrderPage
from coupa_async.ports import Document, Profile, Session
from coupa_async.services.api.orders import ApiOrders

pytestmark = pytest.mark.anyio
BASE = "https://tenant.example"
FILE = {"id": 5, "type": "AttachmentFile", "file-file-name": "Offer.pdf", "file-url": "/a/5"}
LINE = {"id": 70, "line-num": "1", "attachments": []}
ORDER = {"id": 7, "po-number": "PO7", "attachments": [], "order-lines": [LINE]}


@dataclass
class Tenant:
    """Answers for a tenant: JSON by path, ``[]`` in any case where nothing is set."""

    told: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, url: str, session: FakeSession) -> Document:
        path = url.partition("?")[0].removeprefix(f"{BASE}/api/")
        self.asked.append(path)
        return Document(url=url, html=json.dumps(self.told.get(path, [])), status=200)


@asynccontextmanager
async def session_on(tenant: Tenant) -> AsyncIterator[Session]:
    async with FakeBackend(tenant).session(Profile(name="test", directory=Path("unused"))) as session:
        yield session


def names(page: object) -> list[str]:
    assert isinstance(page, OrderPage)
    return [attachment.name for attachment in page.attachments]


async def found(source: ApiOrders, session: Session, number: str = "PO7") -> list[str]:
    order = Order(number=OrderNumber.parse(number))
    return names((await source.find(order, session, lambda: None)).page)


REQUISITION = {"id": 9, "attachments": [FILE | {"id": 6, "file-file-name": "Wish.pdf"}], "requisition-lines": []}
BY_ID = ORDER | {"id": 8, "po-number": "PO8", "attachments": [FILE, FILE | {"id": 4}]}


async def test_files_of_a_requisition_or_of_a_record_fetched_by_id_do_not_prove_the_empty_list_of_a_lookup() -> None:
    tenant = Tenant(
        {
            "purchase_orders": [ORDER],
            "purchase_orders/8": BY_ID,
            "purchase_orders/7/attachments": [FILE],
            "requisitions/9": REQUISITION,
        }
    )
    source = ApiOrders(BASE)
    async with session_on(tenant) as session:
        behind = OrderPage(
            kind=AttachmentSource.ORDER,
            url=f"{BASE}/order_headers/1",
            supplier="",
            attachments=(),
            requisition_url=f"{BASE}/requisition_headers/9",
            missing="",
            session_length_s=None,
        )
        assert names((await source.requisition(behind, session)).page) == ["Wish.pdf"]
        tenant.told["purchase_orders"] = []
        linked = Order(number=OrderNumber.parse("PO8"), links=(f"{BASE}/order_headers/8",))
        assert len(names((await source.find(linked, session, lambda: None)).page)) == 2
        tenant.told["purchase_orders"] = [ORDER]
        assert await found(source, session) == ["Offer.pdf"]
        assert "purchase_orders/7/attachments" in tenant.asked


async def test_attachments_that_only_the_list_of_lines_shows_are_read_there() -> None:
    listed = LINE | {"order-header-id": 7, "attachments": [FILE]}
    tenant = Tenant({"purchase_orders": [ORDER], "purchase_order_lines": [listed]})
    async with session_on(tenant) as session:
        assert await found(ApiOrders(BASE), session) == ["Offer.pdf"]


@pytest.mark.parametrize("header", [8, None])
async def test_lines_that_do_not_say_that_they_are_this_orders_are_not_taken(header: int | None) -> None:
    listed = LINE | {"id": 71, "order-header-id": header, "attachments": [FILE]}
    tenant = Tenant({"purchase_orders": [ORDER], "purchase_order_lines": [listed]})
    async with session_on(tenant) as session:
        assert await found(ApiOrders(BASE), session) == []


async def test_a_list_with_something_else_than_records_in_it_is_not_taken_for_a_shorter_one() -> None:
    odd = ORDER | {"attachments": [None]}
    tenant = Tenant({"purchase_orders": [odd], "purchase_orders/7": odd, "purchase_orders/7/attachments": [FILE]})
    async with session_on(tenant) as session:
        assert await found(ApiOrders(BASE), session) == ["Offer.pdf"]
