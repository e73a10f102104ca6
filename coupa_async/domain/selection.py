"""Which of a spreadsheet's orders a run works on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
    """Split order numbers at commas, semicolons and, but for what is one number with a space in it, at those."""
    parts = (part.split() for part in re.split(r"[,;\n]", text))
    return tuple(number for words in parts if words for number in _numbers(words))


def _numbers(words: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in words:
        is_number = any(map(str.isdigit, word))
        if before and not (is_number and _is_order(f"{before} {word}")):
            yield before
            before = ""
        if is_number:
            yield f"{before} {word}".strip()
        before = "" if is_number else word
    if before:
        yield before


def _is_order(text: str) -> bool:
    try:
        OrderNumber.parse(text)
    except BadOrderNumberError:
        return False
    return True
