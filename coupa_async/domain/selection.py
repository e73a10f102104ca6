"""Which of a spreadsheet's orders a run works on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coupa_async.domain.errors import BadOrderNumberError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome

EVERYTHING = frozenset(Outcome)
UNFINISHED = frozenset({Outcome.PENDING, Outcome.PARTIAL, Outcome.FAILED, Outcome.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which orders are due.

    Attributes:
        due: Orders with one of these outcomes; PENDING means without one. By default those that earlier runs left open.
        only: Keys of the orders meant; empty for all.
        limit: How many orders at most, from the first; ``None`` for all.
    """

    due: frozenset[Outcome] = frozenset({Outcome.PENDING})
    only: frozenset[str] = frozenset()
    limit: int | None = None

    def of(self, orders: Sequence[Order], known: Mapping[str, Outcome]) -> list[Order]:
        """Choose from the orders of a spreadsheet.

        Args:
            orders: All of them.
            known: The outcomes so far, by key.
        """
        meant = [order for order in orders if not self.only or order.number.key in self.only]
        return [item for item in meant if known.get(item.number.key, Outcome.PENDING) in self.due][: self.limit]


def split_orders(text: str) -> tuple[str, ...]:
    """Split order numbers at commas, semicolons and, but for what is one number with spaces, at those."""
    parts = (part.strip() for part in re.split(r"[,;\n]", text))
    return tuple(number for part in parts if part for number in ([part] if _is_order(part) else part.split()))


def _is_order(text: str) -> bool:
    try:
        OrderNumber.parse(text)
    except BadOrderNumberError:
        return False
    # "15262984 15262985" would be read as one number with a space in it.
    return len([word for word in text.split() if any(map(str.isdigit, word))]) == 1
