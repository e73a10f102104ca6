"""Where the orders of a spreadsheet stand. The one count that ``run``, ``status``, ``retry`` and the report show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from coupa_async.domain.outcome import Outcome

# The STATUS of a row that names no order. It is no outcome: nothing was tried, and only the user can correct it.
NOT_AN_ORDER = "NOT_AN_ORDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A spreadsheet's orders in numbers.

    Attributes:
        outcomes: Its orders by outcome; PENDING for those without one, whatever the latest run was asked to do.
        bad_rows: Its rows that name no order. They are counted nowhere else.
        others: Orders with an outcome that are not in it: of another spreadsheet in the same folder.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    bad_rows: int = 0
    others: int = 0


def take_stock(asked: Mapping[str, bool], known: Mapping[str, Outcome], *, bad_rows: int) -> Standing:
    """Count where a spreadsheet's orders stand.

    Args:
        asked: Its orders by key, and whether the spreadsheet itself has each as COMPLETED already.
        known: The outcomes that were recorded, by key.
        bad_rows: How many of its rows name no order.
    """
    outcomes = Counter(
        Outcome.COMPLETED if is_done else known.get(key, Outcome.PENDING) for key, is_done in asked.items()
    )
    return Standing(outcomes=outcomes, bad_rows=bad_rows, others=len(known.keys() - asked.keys()))


def is_all_good(outcomes: Mapping[Outcome, int]) -> bool:
    """Return whether every order is well: what exit code 0 means. Rows that name no order do not count."""
    return all(outcome.is_good for outcome, count in outcomes.items() if count)
