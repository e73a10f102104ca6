"""Reads an order's data from its record of the API: exact values, and codes where a page prints words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from coupa_async.domain.api.answers import Record, inside, text
from coupa_async.domain.data.numbers import currency_digits
from coupa_async.domain.data.record import OrderData

# How the API writes amounts: with a point, whatever the user's language is.
_LANGUAGE = "en-US"
_DAY_CHARS = 10
_USUAL_DIGITS = 2
_LONGEST = 40


def read_order_data(record: Record, lines: Sequence[Record] | None) -> OrderData:
    """Read what the API tells of an order besides attachments. What it does not tell is left out.

    Args:
        record: The order's.
        lines: Those of its lines; ``None`` if it may have others.
    """
    currency = text(inside(record, "currency"), "code")
    fields = {
        "status": text(record, "status"),
        "order date": text(record, "created_at")[:_DAY_CHARS],
        "requisition": text(inside(record, "requisition_header"), "id"),
        "total": _total(lines or (), currency),
        "currency": currency,
        "payment term": text(inside(record, "payment_term"), "code"),
        "department": text(inside(record, "department"), "name"),
        "supplier number": text(inside(record, "supplier"), "number"),
    }
    labels = {"Ship-To User": text(inside(record, "ship_to_user"), "fullname")}
    return OrderData(
        language=_LANGUAGE,
        fields=tuple((name, told) for name, told in fields.items() if told),
        labels=tuple((name, told) for name, told in labels.items() if told),
    )


def _total(lines: Sequence[Record], currency: str) -> str:
    """Add up the lines, exactly; empty if one of them has no amount, or another currency than the order."""
    amounts = []
    for line in lines:
        amount, own = text(line, "total")[:_LONGEST], text(inside(line, "currency"), "code")
        try:
            amounts.append(Decimal(amount))
        except InvalidOperation:
            return ""
        if not amounts[-1].is_finite() or (own and own != currency):
            return ""
    if not amounts:
        return ""
    total = sum(amounts, Decimal(0))
    digits = currency_digits(currency)
    shortest = round(total, _USUAL_DIGITS if digits is None else digits)
    return f"{shortest:f}" if shortest == total else f"{total.normalize():f}"
