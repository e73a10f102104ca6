"""An order as it was found, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.data.lines import OrderLines
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.pages.addresses import Way
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.domain.policies.sameness import Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """What was found at an order's addresses.

    Attributes:
        page: The order's page, or the not-found page.
        url: Its address; for an order that is not found, the first address tried.
        way: How the address was found.
        is_named: Whether the page itself says that it is this order's.
        fallback_reason: Why it was left to a browser in the direct lane; empty if it was not.
        html: The page's text, of an order whose page was read.
        data: What the page shows of the order besides attachments, where that was asked for.
        lines: The order's lines, where they were asked for.
        note: What is to be said of its lines; empty for nothing.
    """

    page: OrderPage | NotFoundPage
    url: str
    way: Way
    is_named: bool = False
    fallback_reason: str = ""
    html: str = ""
    data: OrderData = NO_DATA
    lines: OrderLines | None = None
    note: str = ""


def traits_of(found: FoundOrder) -> set[Trait]:
    """Return what an order's page lacks that is suspicious if many orders in a row lack it."""
    page = found.page
    if isinstance(page, NotFoundPage):
        return {Trait.NOT_FOUND}
    lacking = {
        Trait.NO_ATTACHMENTS: not page.attachments and not page.requisition_url,
        Trait.NO_SUPPLIER: not page.supplier,
        Trait.NO_NUMBER: not found.is_named,
    }
    return {trait for trait, is_lacking in lacking.items() if is_lacking}
