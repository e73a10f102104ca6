"""Which order a page says it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.order import OrderNumber, normal_number
from coupa_async.domain.pages.identity import Identity, identify, named_numbers
from coupa_async.domain.pages.page import OrderPage, read_page

BASE = "https://t.example"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Purchase Order #PO99871", "99871"),
        ("Purchase Order\n  # PO 99871  (Revision 2)", "99871"),
        ("Purchase Order #7", "7"),
        ("PO US0158122", "US0158122"),
        ("Purchase Order #US0158122", "US0158122"),
        ("Bestellung Nr. 4500001234 vom 12.05.2025", "4500001234"),
        ("Pedido de compra nº PO-2024-001", "2024-001"),
        ("Pedido de compra n.º 2D-1234567 - Emitido", "2D-1234567"),
        ("Bestellung 4500001234", "4500001234"),
        ("Pedido PO123 Revision 2", "123"),
        ("采购订单PO99871", "99871"),
        ("発注書番号PO99871です", "99871"),
        ("구매주문#US0158122", "US0158122"),
        ("ใบสั่งซื้อ4500001234", "4500001234"),
    ],
)
def test_a_heading_names_the_order_in_every_language(heading: str, key: str) -> None:
    assert normal_number(named_numbers(heading, "")[0]) == key
    assert identify(named_numbers(heading, ""), "", key, "") is Identity.SAME
    assert identify(named_numbers(heading, ""), "", "72001", "72001") is Identity.OTHER


@pytest.mark.parametrize(
    "heading", ["", "Purchase Order", "Purchase Order Revision 20000", "Order 2 of 3", "12.05.2025"]
)
def test_a_heading_without_a_number_names_none(heading: str) -> None:
    assert named_numbers(heading, "") == ()
    assert identify((), "", "1", "1") is Identity.UNNAMED


def test_a_number_with_signs_of_such_a_language_in_it_is_that_number() -> None:
    assert identify(named_numbers("订单 #采购-2024-001", ""), "", "采购-2024-001", "") is Identity.SAME


@pytest.mark.parametrize(
    "heading",
    [
        "Purchase Order #PO99871<span>Issued</span>",
        "<span>Purchase Order</span><span>PO99871</span><a>Print</a>",
        "Purchase Order #PO<b>99871</b>",
        "Purchase Order #PO99<wbr>871",
        "采购订单<span>PO99871</span>已发",
    ],
)
def test_what_stands_beside_the_number_without_a_space_belongs_to_it_or_not(heading: str) -> None:
    page = read_page(
        f"<html data-controller=order_headers data-action=show><h1 id=pageHeader>{heading}</h1>", f"{BASE}/x/1", BASE
    )
    assert isinstance(page, OrderPage)
    assert identify(page.numbers, page.page_id, "99871", "72001") is Identity.SAME
    assert identify(page.numbers, page.page_id, "72001", "99871") is Identity.OTHER


def test_the_title_says_it_where_the_heading_does_not_but_a_company_with_a_number_is_no_order() -> None:
    assert named_numbers("Purchase Order", "Purchase Order #PO5 - Coupa") == ("PO5",)
    assert named_numbers("Purchase Order", "Studio 54321 Ltd") == ()


def test_the_pages_own_id_tells_another_page_where_it_names_no_number() -> None:
    assert identify((), "99871", "72001", "72001") is Identity.OTHER
    assert identify((), "072001", "72001", "72001") is Identity.UNNAMED
    assert identify((), "99871", "US1", "") is Identity.UNNAMED


@pytest.mark.parametrize(
    ("sheet", "page"),
    [("po72001", "PO72001"), ("72001", "#PO72001"), ("PO-0072001", "72001"), ("pm 72001", "PO72001"), ("us-1", "US-1")],
)
def test_case_spaces_prefix_and_leading_zeros_do_not_count(sheet: str, page: str) -> None:
    assert OrderNumber.parse(sheet).key == normal_number(page)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_heading_is_too_odd(heading: str, title: str) -> None:
    named = named_numbers(heading, title)
    assert all(any(char.isdecimal() for char in name) for name in named)


def test_a_page_tells_its_numbers_and_its_id() -> None:
    html = (
        '<html data-controller="order_headers" data-action="show" data-id="158122"><title>x</title>'
        '<h1 id="pageHeader">Purchase Order #US0158122</h1></html>'
    )
    page = read_page(html, f"{BASE}/order_headers/158122", BASE)
    assert isinstance(page, OrderPage)
    assert (page.numbers, page.page_id) == (("US0158122",), "158122")
