"""Counts orders in a row that lack the same thing. One such order is normal; twenty are a reason to warn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from enum import StrEnum

MANY = 20
_FEW = 5


class Trait(StrEnum):
    """What an order lacks, with a sentence for the warning."""

    NOT_FOUND = "were not found"
    NO_ATTACHMENTS = "have no attachments"
    NO_SUPPLIER = "name no supplier"
    NO_NUMBER = "do not name their own number, so that nothing proves that they are the right ones"

    @property
    def many(self) -> int:
        """How many in a row are a reason to warn."""
        return _FEW if self is Trait.NO_NUMBER else MANY

    @property
    def cure(self) -> str:
        """What the user should check."""
        if self is Trait.NOT_FOUND:
            return "check the numbers, COUPA_BASE_URL, COUPA_ORDER_PATH, and whether you have access to their company"
        return "if that surprises you, the pages of your Coupa may be of another make"


class Streaks:
    """Counts how many orders in a row have a trait. Each trait is reported once."""

    def __init__(self) -> None:
        self._in_a_row: Counter[Trait] = Counter()
        self._warned: set[Trait] = set()

    def note(self, traits: Collection[Trait]) -> list[Trait]:
        """Count an order.

        Args:
            traits: What it lacks. An order that was not found does not count for the other traits.

        Returns:
            The traits that have just reached their limit.
        """
        for trait in (Trait.NOT_FOUND,) if Trait.NOT_FOUND in traits else Trait:
            self._in_a_row[trait] = self._in_a_row[trait] + 1 if trait in traits else 0
        due = [trait for trait in Trait if self._in_a_row[trait] >= trait.many and trait not in self._warned]
        self._warned.update(due)
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
