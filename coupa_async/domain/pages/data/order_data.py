"""Reads an order's data from its page, by ids and labels: ``docs/design/coupa-pages.md``, "Data"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.labels import folded
from coupa_async.domain.data.record import OrderData, Pairs
from coupa_async.domain.pages.data.shown_text import (
    LABEL,
    around_labels,
    cut,
    following,
    label_text,
    labelled_text,
    shown_text,
)
from coupa_async.domain.pages.page import parsed
from coupa_async.domain.pages.places import ancestors, is_in_line

# Names of fields by the ids of their elements.
_BY_ID = {
    "order_header_readable_status": "status",
    "order_header_local_header_created_at": "order date",
    "order_header_local_version_created_at": "revision date",
    "order_header_requisition_header": "requisition",
    "order_header_department": "department",
    "order_header_payment_term": "payment term",
    "order_header_price_hidden": "hide price",
}
_IDS = ", ".join(f"#{element_id}" for element_id in _BY_ID)
_TOTAL = "#requisition_total_amount"
_SUPPLIER = "#supplier .supplier-name"
_SUPPLIER_NUMBER = re.compile(r"-\s*([0-9]{10})")
_VAT_ID = "#supplier .address .form_element.inline .data"
_COMPANY = '#shipTo label.group_label[for="address_address"]'
_SHIP_TO = "#shipTo .address"
_LEGAL_ENTITIES = "#order_line_table_tag .accounts_show .bold"
_ENTITIES = 100
_CURRENCY = re.compile(r"[A-Z]{3}")
# Where a label counts, the first place first: in the supplier's section stand the supplier's own.
_PLACES = ("topForm", "shipTo", "", "supplier")


def read_order_data(html: str, bounds: Bounds) -> OrderData:
    """Read what an order's page shows about the order.

    Args:
        html: The page, of which :func:`~coupa_async.domain.pages.page.read_page` has said what it is.
        bounds: How many fields it may have, and how long ones.
    """
    tree = parsed(html)
    root = tree.css_first("html")
    fields = {name: cut(text, bounds) for name, text in _fields(tree) if text}
    return OrderData(
        language=((root.attributes.get("lang") or "") if root else "").strip()[:35],
        fields=tuple(fields.items()),
        labels=_labels(tree, bounds),
    )


def _fields(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css(_IDS):
        name = _BY_ID[node.attributes.get("id") or ""]
        text = shown_text(node.css_first(".data") or node)
        yield name, text.removeprefix("#") if name == "requisition" else text
    if (total := tree.css_first(_TOTAL)) is not None:
        titled = total.css_first("span[title]")
        yield "total", shown_text(total, [titled] if titled else ())
        yield "currency", currency_of(titled)
    if (supplier := tree.css_first(_SUPPLIER)) is not None:
        number = _SUPPLIER_NUMBER.search(text) if (text := shown_text(supplier)[-40:]) else None
        yield "supplier number", number[1] if number and number.end() == len(text) else ""
    if (vat_id := tree.css_first(_VAT_ID)) is not None:
        yield "supplier VAT id", shown_text(vat_id)
    if (company := tree.css_first(_COMPANY)) is not None:
        yield "company code", next(filter(None, map(shown_text, following(company))), "")
    if (ship_to := tree.css_first(_SHIP_TO)) is not None:
        yield "ship-to address", shown_text(ship_to)
    yield "legal entity", "; ".join(dict.fromkeys(filter(None, map(shown_text, tree.css(_LEGAL_ENTITIES)[:_ENTITIES]))))


def currency_of(node: LexborNode | None) -> str:
    """Return a currency's code, which stands in an element or in its title; without a code what is shown."""
    if node is None:
        return ""
    shown, title = shown_text(node), (node.attributes.get("title") or "").strip()
    return next((text for text in (shown, title) if _CURRENCY.fullmatch(text)), shown or title)


def _labels(tree: LexborHTMLParser, bounds: Bounds) -> Pairs:
    """Read what has a label: each label once, from the first place that has a value for it."""
    nodes = tree.css(f".{LABEL}")[: bounds.page_fields]
    around = around_labels(nodes)
    found: dict[str, tuple[bool, int, int, str, str]] = {}
    for position, node in enumerate(nodes):
        label = label_text(node)
        if not (key := folded(label)) or is_in_line(node):
            continue
        text = cut(labelled_text(node, around), bounds)
        entry = (not text, _place(node), position, label, text)
        found[key] = min(found.get(key, entry), entry)
    in_order = sorted(found.values(), key=lambda entry: entry[2])
    return tuple((label, text) for _, _, _, label, text in in_order)


def _place(label: LexborNode) -> int:
    ids = (node.attributes.get("id") for node in ancestors(label))
    return next((_PLACES.index(own) for own in ids if own and own in _PLACES), _PLACES.index(""))
