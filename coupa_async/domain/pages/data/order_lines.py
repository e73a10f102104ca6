"""Reads the lines of an order from one page of its table: ``docs/design/coupa-pages.md``, "Lines"."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.labels import folded
from coupa_async.domain.data.lines import OrderLine
from coupa_async.domain.data.record import Pairs
from coupa_async.domain.pages.data.order_data import currency_of
from coupa_async.domain.pages.data.shown_text import LABEL, around_labels, cut, label_text, labelled_text, shown_text
from coupa_async.domain.pages.places import LINE_ROW

_ROWS = f'tr[id^="{LINE_ROW}"]'
_TEXTS = {
    "line": ".line_num",
    "item": ".orderLineItem",
    "quantity": ".orderLineQuantity, .orderLineQty",
    "status": ".status_field .status",
    "received": ".received .hover_target",
    "invoiced": ".total_invoiced",
    "need-by date": ".OrderLineNeedByDate",
}
_PRICE = ".orderLinePrice"
_TOTAL = f'[id^="order_line_"][id$="_total"]:not({_ROWS})'
_TOTAL_CELL, _CURRENCY = ".orderLineTotal", ".orderLineTotal .currency"
_ACCOUNTS, _ENTITY, _TOOLTIP = ".accounts_show", ".bold", ".billing_tooltip"
# Fields that have a label and no id of their own.
_LABELLED = {
    folded(label): name
    for name, labels in {
        "quantity": ("Qty", "Quantity", "Qtde", "Qtd", "Quantidade", "Cantidad", "Quantité", "Qté", "Menge", "Antal"),
        "commodity": ("Commodity", "Mercadoria", "Mercancía", "Warengruppe", "Marchandise", "Categoria merceologica"),
    }.items()
    for label in labels
}
_ROWS_BELOW = 6


def read_lines(tree: LexborHTMLParser, bounds: Bounds) -> tuple[OrderLine, ...]:
    """Read the lines that a page shows, each row once."""
    found: dict[str, OrderLine] = {}
    for row in tree.css(_ROWS)[: bounds.page_lines + 1]:
        line = _line(row, bounds)
        found.setdefault(line.id, line)
    return tuple(found.values())


def _line(row: LexborNode, bounds: Bounds) -> OrderLine:
    rows = [row, *_below(row)]
    fields = {name: text for name, text in _fields(rows) if text}
    labels = dict(_labels(rows, bounds))
    for label in [label for label in labels if folded(label) in _LABELLED]:
        name, text = _LABELLED[folded(label)], labels.pop(label)
        if text:
            fields.setdefault(name, text)
    return OrderLine(
        id=(row.attributes.get("id") or "").removeprefix(LINE_ROW),
        fields=tuple((name, cut(text, bounds)) for name, text in fields.items()),
        parts=tuple(cut(part, bounds) for part in _parts(rows)),
        labels=tuple(labels.items()),
    )


def _below(row: LexborNode) -> Iterator[LexborNode]:
    """Return the rows below a line's own that belong to it, too."""
    below = row.next
    for _ in range(2 * _ROWS_BELOW):  # with blanks between them
        if below is None or (below.attributes.get("id") or "").startswith(LINE_ROW):
            return
        if below.tag == "tr":
            yield below
        below = below.next


def _fields(rows: list[LexborNode]) -> Iterator[tuple[str, str]]:
    for name, selector in _TEXTS.items():
        yield name, shown_text(_first(rows, selector))
    if (price := _first(rows, _PRICE)) is not None:
        titled = price if price.attributes.get("title") else price.css_first("[title]")
        title = " ".join(((titled.attributes.get("title") or "") if titled else "").split())
        yield "price", title if any(map(str.isdecimal, title)) else shown_text(price)
    currency = _first(rows, _CURRENCY)
    total = _first(rows, _TOTAL) or _first(rows, _TOTAL_CELL)
    yield "total", shown_text(total, [currency] if currency else ())
    yield "currency", currency_of(currency)
    accounts = _all(rows, _ACCOUNTS)
    yield "legal entity", _joined(shown_text(account.css_first(_ENTITY)) for account in accounts)
    yield (
        "account",
        _joined(shown_text(account, account.css(f"{_ENTITY}, {_TOOLTIP}")) for account in accounts),
    )


def _parts(rows: list[LexborNode]) -> list[str]:
    """Return the parts of the accounts: where a line has several, each part of all of them."""
    accounts = [[_part(item) for item in tooltip.css("li")] for tooltip in _all(rows, _TOOLTIP)]
    length = max(map(len, accounts), default=0)
    return [_joined(account[n] for account in accounts if n < len(account)) for n in range(length)]


def _part(item: LexborNode) -> str:
    """Return a part without the name that stands before it: `Cost centre: 0042`."""
    text = shown_text(item)
    _, colon, value = text.partition(":")
    return value.strip() if colon else text


def _labels(rows: list[LexborNode], bounds: Bounds) -> Pairs:
    nodes = _all(rows, f".{LABEL}")[: bounds.page_fields]
    around = around_labels(nodes)
    found: dict[str, tuple[str, str]] = {}
    for node in nodes:
        label, text = label_text(node), cut(labelled_text(node, around), bounds)
        if key := folded(label):
            known = found.setdefault(key, (label, text))
            if text and not known[1]:
                found[key] = label, text
    return tuple(found.values())


def _first(rows: list[LexborNode], selector: str) -> LexborNode | None:
    return next((node for row in rows if (node := row.css_first(selector)) is not None), None)


def _all(rows: list[LexborNode], selector: str) -> list[LexborNode]:
    return [node for row in rows for node in row.css(selector)]


def _joined(texts: Iterator[str] | list[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))
