"""A page of Coupa, and a page of something else at the address that was taken for a tenant's."""

from __future__ import annotations

import pytest

from coupa_async.domain.pages.tenant_page import is_coupas, is_something_else, page_title
from tests.conftest import ROOT

BASE = "https://coupa.acme.example"


@pytest.mark.parametrize("name", ["order.html", "not_found.html", "home.html"])
def test_coupas_own_pages_are_its_own(name: str) -> None:
    assert is_coupas((ROOT / "fixtures" / "pages" / name).read_text("utf-8"), BASE)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "  \n",
        '<html lang="pt-BR" data-controller="order_headers" data-action="index"><body>Pedidos</body></html>',
        '<html><script src="https://cdn.coupahost.com/a.js"></script><h1>Kein Zugriff</h1></html>',
        "<title>Coupa: Page not found</title>",
    ],
)
def test_any_sign_of_coupa_is_enough_and_an_empty_page_says_nothing(html: str) -> None:
    assert is_coupas(html, BASE)


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><title>Example Domain</title></head><body><h1>Example Domain</h1></body></html>",
        "404 page not found",
        "<title>404</title><p>https://coupa.acme.example/order_headers is not on this server",
        "<html><body>Access to this site is blocked by your organisation</body></html>",
    ],
)
def test_a_page_of_something_else_is_told_also_if_it_repeats_its_own_address(html: str) -> None:
    assert not is_coupas(html, BASE)


@pytest.mark.parametrize(
    "html",
    [
        "Unauthorized",
        "404: Not Found",
        "<title>403 Forbidden</title><h1>403 Forbidden</h1><hr>nginx",
        "<title>Access denied</title>",
        "<title>Home</title><h1>Welcome, Ana</h1>",
        "<html><title>Log in</title><form></form></html>",
        "<html><title>ACME</title><h1>Purchase orders</h1></html>",
        "<html><title>ACME</title><h1>Pedidos</h1></html>",
        "<h1>It works!</h1>",
    ],
)
def test_a_page_that_says_nothing_of_itself_is_not_taken_for_something_else(html: str) -> None:
    assert not is_something_else(html, BASE)


def test_a_page_with_a_title_of_its_own_and_no_sign_of_coupa_is_something_else() -> None:
    assert is_something_else("<html><title>It works!</title><body><h1>It works!</h1></body></html>", BASE)
    assert is_something_else("<title>Example Domain</title>", BASE)


def test_a_title_is_one_line() -> None:
    assert page_title("<html><title lang=en>\n It\n works! </title>") == "It works!"
    assert page_title("<p>none") == ""
