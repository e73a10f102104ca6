"""Where on a page an attachment stands, and who is meant to see it: ``docs/design/coupa-pages.md``, "Attachments"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from selectolax.lexbor import LexborNode

from coupa_async.domain.data.labels import folded
from coupa_async.domain.order import AttachmentIntent, AttachmentPlace

LINE_ROW = "order_line_row_"
LINE_FILES = "lineAttachments"
_ISLAND = "s-mountCommentsApp"
_SUPPLIER = frozenset(
    ("supplier", "fornecedor", "proveedor", "fournisseur", "lieferant", "fornitore", "leverantor", "leverancier")
)
_LONGEST_NUMBER = 20
# So far out, and so many rows back, is looked: a page may be nested and long beyond all measure.
_LEVELS = 40
_ROWS_BEFORE = 6


def place_of(node: LexborNode) -> tuple[AttachmentPlace, str]:
    """Return where a node stands, and for one of a line the line's number as the page shows it."""
    for around in islice(ancestors(node), _LEVELS):
        attributes = around.attributes
        own, classes = attributes.get("id") or "", (attributes.get("class") or "").split()
        if own == _ISLAND or "comment" in classes:
            return AttachmentPlace.COMMENT, ""
        if LINE_FILES in classes or own.startswith(LINE_ROW):
            return AttachmentPlace.LINE, _line_number(around)
        if "attachments" in classes and not is_in_line(around):
            return AttachmentPlace.HEADER, ""
    return AttachmentPlace.ELSEWHERE, ""


def intent_of(node: LexborNode) -> AttachmentIntent:
    """Return for whom an attachment is: what stands beside it is told by the word, in the page's language."""
    item = next((around for around in islice(ancestors(node), _LEVELS) if around.tag == "li"), node)
    mark = item.css_first(".intent-show")
    if mark is None:
        return AttachmentIntent.UNKNOWN
    word = folded(mark.text(strip=True)[:100])
    return AttachmentIntent.SUPPLIER if any(name in word for name in _SUPPLIER) else AttachmentIntent.INTERNAL


def is_in_line(node: LexborNode) -> bool:
    """Return whether a node belongs to a line of the order."""
    return any(
        (around.attributes.get("id") or "").startswith(LINE_ROW)
        or LINE_FILES in (around.attributes.get("class") or "").split()
        for around in islice(chain((node,), ancestors(node)), _LEVELS)
    )


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """Return what a node is in, from the inside out."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _line_number(node: LexborNode) -> str:
    """Read the number of the line that a node belongs to: of its own row, or of the row before it."""
    around = islice(chain((node,), ancestors(node)), _LEVELS)
    row: LexborNode | None = next((part for part in around if part.tag == "tr"), None)
    for _ in range(_ROWS_BEFORE):
        if row is None:
            return ""
        if row.tag == "tr" and (number := row.css_first(".line_num")) is not None:
            return " ".join(number.text(separator=" ").split())[:_LONGEST_NUMBER]
        row = row.prev
    return ""
