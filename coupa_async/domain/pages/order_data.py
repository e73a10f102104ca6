"""Reads an order's data from its page, by ids and labels: ``docs/coupa-pages.md``, "Data"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.labels import folded
from coupa_async.domain.data.record import OrderData, Pairs
from coupa_async.domain.pages.page import parsed
from coupa_async.domain.pages.places import ancestors

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
_LABEL = "group_label"
_LONGEST_LABEL = 200
# What is no part of a value: a label, the word that stands for nothing, what is never shown, and what is to be clicked.
_NO_TAGS = frozenset(("label", "script", "style", "template", "noscript", "button", "svg"))
_NO_CLASSES = frozenset((_LABEL, "none"))
# So many parts of an element are looked at for its text.
_PARTS = 2_000
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
    fields = {name: _cut(text, bounds) for name, text in _fields(tree) if text}
    return OrderData(
        language=((root.attributes.get("lang") or "") if root else "").strip()[:35],
        fields=tuple(fields.items()),
        labels=_labels(tree, bounds),
    )


def _fields(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css(_IDS):
        name = _BY_ID[node.attributes.get("id") or ""]
        text = _text(node.css_first(".data") or node)
        yield name, text.removeprefix("#") if name == "requisition" else text
    if (total := tree.css_first(_TOTAL)) is not None:
        titled = total.css_first("span[title]")
        yield "total", _text(total, besides=titled)
        yield "currency", _currency(titled)
    if (supplier := tree.css_first(_SUPPLIER)) is not None:
        number = _SUPPLIER_NUMBER.search(text) if (text := _text(supplier)[-40:]) else None
        yield "supplier number", number[1] if number and number.end() == len(text) else ""
    if (vat_id := tree.css_first(_VAT_ID)) is not None:
        yield "supplier VAT id", _text(vat_id)
    if (company := tree.css_first(_COMPANY)) is not None:
        yield "company code", next(filter(None, map(_text, _after(company, set()))), "")
    if (ship_to := tree.css_first(_SHIP_TO)) is not None:
        yield "ship-to address", _text(ship_to)
    yield "legal entity", "; ".join(dict.fromkeys(filter(None, map(_text, tree.css(_LEGAL_ENTITIES)[:_ENTITIES]))))


def _currency(node: LexborNode | None) -> str:
    """Return a currency's code, which stands in an element or in its title; without a code what is shown."""
    if node is None:
        return ""
    shown, title = _text(node), (node.attributes.get("title") or "").strip()
    return next((text for text in (shown, title) if _CURRENCY.fullmatch(text)), shown or title)


def _labels(tree: LexborHTMLParser, bounds: Bounds) -> Pairs:
    """Read what has a label: each label once, from the first place that has a value for it."""
    nodes = tree.css(f".{_LABEL}")[: bounds.page_fields]
    around = {node.mem_id for label in nodes for node in (label, *ancestors(label))}
    found: dict[str, tuple[bool, int, int, str, str]] = {}
    for position, node in enumerate(nodes):
        label = " ".join(" ".join(_texts(node)).split()).rstrip(" :*")[:_LONGEST_LABEL]
        if not (key := folded(label)):
            continue
        text = _cut(_labelled(node, around), bounds)
        entry = (not text, _place(node), position, label, text)
        found[key] = min(found.get(key, entry), entry)
    in_order = sorted(found.values(), key=lambda entry: entry[2])
    return tuple((label, text) for _, _, _, label, text in in_order)


def _place(label: LexborNode) -> int:
    ids = (node.attributes.get("id") for node in ancestors(label))
    return next((_PLACES.index(own) for own in ids if own and own in _PLACES), _PLACES.index(""))


def _labelled(label: LexborNode, around: set[int]) -> str:
    """Return the text after a label: beside it, or beside what it is wrapped in, within its own element.

    Args:
        label: The label.
        around: All labels of the page, and what they are in.
    """
    node: LexborNode | None = label
    while node is not None and "form_element" not in _classes(node):
        if beside := list(_after(node, around)):
            return " ".join(filter(None, map(_text, beside)))
        node = node.parent
    return ""


def _after(node: LexborNode, around: set[int]) -> Iterator[LexborNode]:
    """Return what follows a node in its parent, up to the next label; blank texts and comments left out."""
    following = node.next
    while following is not None and following.mem_id not in around:
        if following.is_element_node or (following.is_text_node and (following.text_content or "").strip()):
            yield following
        following = following.next


def _classes(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()


def _text(node: LexborNode, besides: LexborNode | None = None) -> str:
    """Return a text, or an element's text, on one line, without what is no value and without one element in it."""
    if node.is_text_node:
        return " ".join((node.text_content or "").split())
    return "" if _is_no_value(node) else " ".join(" ".join(_texts(node, besides)).split())


def _texts(node: LexborNode, besides: LexborNode | None = None) -> Iterator[str]:
    """Return the texts in an element, without those of parts that are no value; of a huge element the first ones."""
    waiting = [node.child]
    for _ in range(_PARTS):
        if not waiting:
            return
        if (part := waiting.pop()) is None:
            continue
        waiting.append(part.next)
        if part.is_text_node:
            yield part.text_content or ""
        elif part.is_element_node and not _is_no_value(part) and not (besides and part.mem_id == besides.mem_id):
            waiting.append(part.child)
    yield "…"


def _is_no_value(node: LexborNode) -> bool:
    return node.tag in _NO_TAGS or not _NO_CLASSES.isdisjoint(_classes(node))


def _cut(text: str, bounds: Bounds) -> str:
    return text if len(text) <= bounds.field_chars else text[: bounds.field_chars - 1] + "…"
