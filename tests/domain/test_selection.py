"""Which of a spreadsheet's orders a run works on."""

from __future__ import annotations

import pytest

from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import EVERYTHING, UNFINISHED, Selection

ORDERS = [Order(number=OrderNumber.parse(f"PO{n}")) for n in range(1, 6)]
KNOWN = {"1": Outcome.COMPLETED, "2": Outcome.FAILED, "3": Outcome.PARTIAL, "4": Outcome.PO_NOT_FOUND}


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), "5"),
        (Selection(due=UNFINISHED), "235"),
        (Selection(due=EVERYTHING), "12345"),
        (Selection(due=frozenset({Outcome.PO_NOT_FOUND})), "4"),
        (Selection(due=EVERYTHING, limit=2), "12"),
        (Selection(due=UNFINISHED, limit=2), "23"),
        (Selection(due=EVERYTHING, only=frozenset("35")), "35"),
        (Selection(only=frozenset("35")), "5"),
        (Selection(due=EVERYTHING, only=frozenset("135"), limit=1), "1"),
    ],
)
def test_orders_are_chosen_by_outcome_by_name_and_up_to_a_limit(selection: Selection, chosen: str) -> None:
    assert "".join(order.number.key for order in selection.of(ORDERS, KNOWN)) == chosen
