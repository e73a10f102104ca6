"""The view of an order that Coupa has for printing: where it is, and whether a page is it."""

from __future__ import annotations

import re

from coupa_async.domain.order import OrderNumber, normal_number
from coupa_async.domain.pages.links import absolute, split
from coupa_async.domain.pages.page import parsed
from coupa_async.domain.pages.sign_in import origin_of

_LINKS = 'a.s-printButton[href*="print_view"], a[href*="/order_headers/print_view"]'
_WORD = re.compile(r"[^\s,;:()]+")
_TEXT_CHARS = 200_000


def print_address(html: str, url: str, base_url: str) -> str:
    """Return the address of an order's print view, as its page links it; empty if it links none at the tenant.

    Args:
        html: The order's page.
        url: Where that is.
        base_url: The tenant's address.
    """
    for link in parsed(html).css(_LINKS):
        address = absolute(url, link.attributes.get("href") or "")
        if address and origin_of(address) == origin_of(base_url) and split(address).path.endswith("/print_view"):
            return address
    return ""


def names_order(html: str, number: OrderNumber) -> bool:
    """Return whether a page names an order somewhere in its text."""
    body = parsed(html).body
    text = body.text(separator=" ")[:_TEXT_CHARS] if body is not None else ""
    return any(
        normal_number(word.strip("#.")) == number.key for word in _WORD.findall(text) if number.key in word.upper()
    )
