"""Counts and lists as people write them: ``1 order``, ``2 orders``."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun.

    Args:
        number: How many.
        noun: Of one.
        plural: Of several; by default with an ``s``.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[object]) -> str:
    """List things as people do: ``6, 7 and 45``."""
    *first, last = map(str, items)
    return f"{', '.join(first)} and {last}" if first else last
