"""Where an order's page may be."""

from __future__ import annotations

import pytest

from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.pages.addresses import DEFAULT_PATH, Way, candidates, check_path, id_of

BASE = "https://t.example"


def urls(number: str, *links: str, path: str = DEFAULT_PATH, first: Way | None = None) -> list[str]:
    order = Order(number=OrderNumber.parse(number), links=links)
    return [candidate.url.removeprefix(BASE) for candidate in candidates(order, BASE, path, first)]


def test_the_number_without_prefix_goes_first_then_as_it_stands() -> None:
    assert urls("PO0072001") == ["/order_headers/72001", "/order_headers/PO0072001"]
    assert urls("72001") == ["/order_headers/72001"]


def test_letters_are_dropped_last_and_then_only_a_page_that_names_the_order_counts() -> None:
    order = Order(number=OrderNumber.parse("US0158122"))
    found = candidates(order, BASE, DEFAULT_PATH)
    assert [item.url for item in found] == [f"{BASE}/order_headers/US0158122", f"{BASE}/order_headers/158122"]
    assert [item.needs_name for item in found] == [False, True]


def test_what_was_right_last_goes_first() -> None:
    assert urls("US0158122", first=Way.DIGITS)[0] == "/order_headers/158122"


def test_the_tenants_own_path_is_asked_for() -> None:
    assert urls("PO72001", path="/orders/{number}/view")[0] == "/orders/PO72001/view"


@pytest.mark.parametrize(
    "link", ["158122", "158122.0", f"{BASE}/order_headers/158122", f"{BASE}/order_headers/158122?v=1#x"]
)
def test_an_id_or_a_link_of_the_sheet_goes_before_all(link: str) -> None:
    assert urls("US0158122", link)[0] == "/order_headers/158122"


@pytest.mark.parametrize(
    "link",
    [
        "https://other.example/order_headers/1",
        "http://t.example/order_headers/1",
        "https://user@t.example/order_headers/1",
        f"{BASE}/sessions/destroy",
        f"{BASE}/order_headers/1/edit",
        f"{BASE}/order_headers/",
        "http://[x",
        "https://t.example:99999/order_headers/1",
        "see mail",
        "javascript:alert(1)",
    ],
)
def test_a_link_that_is_no_order_of_this_tenant_is_left_alone(link: str) -> None:
    assert urls("PO5", link) == ["/order_headers/5", "/order_headers/PO5"]


def test_signs_of_a_number_are_no_part_of_the_path() -> None:
    assert urls("A/1")[0] == "/order_headers/A%2F1"
    assert urls("A#1")[0] == "/order_headers/A%231"


def test_an_id_is_read_from_an_address() -> None:
    assert id_of(f"{BASE}/order_headers/12/") == "12"
    assert id_of(f"{BASE}/order_headers/PO12") == ""


@pytest.mark.parametrize("path", ["order_headers/{id}", "/order_headers/", "/order_headers/{po}", ""])
def test_a_path_without_a_place_for_the_number_is_told(path: str) -> None:
    assert path in check_path(path)
    assert not check_path(DEFAULT_PATH)
