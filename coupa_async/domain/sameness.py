"""Orders in a row that look alike in a way that loses something. One may be so; twenty are a reason to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from enum import StrEnum

MANY = 20
_FEW = 5


class Trait(StrEnum):
    """What is missing of an order, as a sentence about many."""

    NOT_FOUND = "were not found"
    NO_ATTACHMENTS = "have no attachments"
    NO_SUPPLIER = "name no supplier"
    NO_NUMBER = "do not name their own number, so that nothing proves that they are the right ones"

    @property
    def many(self) -> int:
        """So many in a row are a reason to look."""
        return _FEW if self is Trait.NO_NUMBER else MANY

    @property
    def cure(self) -> str:
        """What to look at."""
        if self is Trait.NOT_FOUND:
            return "check the numbers, COUPA_BASE_URL, COUPA_ORDER_PATH, and whether you have access to their company"
        return "if that surprises you, the pages of your tenant may be of another make"


class Streaks:
    """Counts how many orders in a row have a trait. Each trait is told once."""

    def __init__(self) -> None:
        self._in_a_row: Counter[Trait] = Counter()
        self._told: set[Trait] = set()

    def note(self, traits: Collection[Trait]) -> list[Trait]:
        """Take note of an order.

        Args:
            traits: What is missing of it. An order that was not found says nothing of the other traits.

        Returns:
            The traits that so many orders in a row have by now that somebody should look.
        """
        for trait in (Trait.NOT_FOUND,) if Trait.NOT_FOUND in traits else Trait:
            self._in_a_row[trait] = self._in_a_row[trait] + 1 if trait in traits else 0
        due = [trait for trait in Trait if self._in_a_row[trait] >= trait.many and trait not in self._told]
        self._told.update(due)
        return due


def warning(trait: Trait, order: str, snapshot: str) -> str:
    """Say what was seen, what to check, and what to do next.

    Args:
        trait: What the orders have in common.
        order: The last of them, as the sheet shows it.
        snapshot: Where its page is kept; empty if it could not be.
    """
    kept = f"; the page of {order} is kept in {snapshot}" if snapshot else ""
    return (
        f"{trait.many} orders in a row {trait.value}: {trait.cure}{kept}. "
        f"To have the pages looked at: coupa-async record {order}"
    )
