"""Reads the lines of an order from their records of the API: exact values, where a page prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from coupa_async.domain.api.answers import Record, inside, records, text
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.lines import OrderLine, OrderLines
from coupa_async.domain.data.record import Pairs
from coupa_async.domain.pages.data.shown_text import cut

_SEGMENTS = 20
_LONGEST = 40
_DAY_CHARS = 10


def merged(nested: Iterable[Record], listed: Iterable[Record]) -> list[Record]:
    """Join the lines in an order's record with those that were listed by themselves; each line with all attachments."""
    found = {text(line, "id") or f"#{place}": line for place, line in enumerate(nested)}
    for place, line in enumerate(listed):
        key = text(line, "id") or f"#{place}"
        lists = [records(known.get("attachments")) for known in (found.get(key, {}), line)]
        told = [item for items in lists for item in items or ()]
        one = {text(item, "id") or f"#{number}": item for number, item in enumerate(told)}
        is_told = any(items is not None for items in lists)
        found[key] = {**found.get(key, {}), **line, "attachments": list(one.values()) if is_told else None}
    return list(found.values())


def longest_list(parents: Iterable[Record]) -> int:
    """Return how many attachments a line or a comment has at most."""
    return max((len(records(parent.get("attachments")) or ()) for parent in parents), default=0)


def belongs_to(line: Record, order_id: str) -> bool:
    """Return whether a line says that it is this order's."""
    return text(line, "order_header_id") == order_id


def read_lines(told: Sequence[Record], bounds: Bounds, *, is_sure: bool) -> OrderLines:
    """Read lines.

    Args:
        told: Their records.
        bounds: How many lines are read.
        is_sure: Whether these are all.
    """
    lines = tuple(_line(record, bounds) for record in told[: bounds.page_lines])
    announced = len(told) if is_sure else None
    return OrderLines(lines=lines, announced=announced, has_more=not is_sure or len(lines) < len(told))


def _line(record: Record, bounds: Bounds) -> OrderLine:
    accounts = _accounts(record)
    fields = {
        "line": text(record, "line_num"),
        "item": text(record, "description") or text(inside(record, "item"), "name"),
        "quantity": _plain(text(record, "quantity")),
        "price": _plain(text(record, "price")),
        "total": _plain(text(record, "total")),
        "currency": text(inside(record, "currency"), "code"),
        "status": text(record, "status"),
        "received": _plain(text(record, "received")),
        "invoiced": _plain(text(record, "invoiced")),
        "need-by date": text(record, "need_by_date")[:_DAY_CHARS],
        "legal entity": _joined(text(inside(account, "account_type"), "name") for account in accounts),
        "commodity": text(inside(record, "commodity"), "name"),
        "account": _joined(text(account, "code") for account in accounts),
    }
    parts = [_joined(text(account, f"segment_{n}") for account in accounts) for n in range(1, _SEGMENTS + 1)]
    while parts and not parts[-1]:
        parts.pop()
    return OrderLine(
        id=text(record, "id"),
        fields=tuple((name, cut(told, bounds)) for name, told in fields.items() if told),
        parts=tuple(cut(part, bounds) for part in parts),
        labels=_custom(inside(record, "custom_fields"), bounds),
    )


def _accounts(record: Record) -> list[Record]:
    """Return the accounts that a line's amount goes to: of its allocations, or its one."""
    allocations = records(record.get("account_allocations")) or ()
    split = [account for allocation in allocations if (account := inside(allocation, "account"))]
    return split or [inside(record, "account")]


def _custom(fields: Record, bounds: Bounds) -> Pairs:
    """Return the tenant's own fields of a line by their names, as words; of one that refers to a record, its name."""
    told = ((name, value if isinstance(value, str) else _named(value)) for name, value in fields.items())
    return tuple((" ".join(name.split("_")), cut(value, bounds)) for name, value in told if value is not None)


def _named(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value, "name", "code", "fullname", "external_ref_code", "id") if isinstance(value, dict) else ""


def _plain(amount: str) -> str:
    """Leave zeros away at a number's end: ``12.500000`` is ``12.5``."""
    try:
        number = Decimal(amount[:_LONGEST])
    except InvalidOperation:
        return amount
    if len(amount) > _LONGEST or not number.is_finite() or "." not in amount:
        return amount
    return f"{number:f}".rstrip("0").removesuffix(".")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))
