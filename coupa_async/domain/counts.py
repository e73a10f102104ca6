"""Counts as people write them: ``1 order``, ``2 orders``."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun.

    Args:
        number: How many.
        noun: Of one.
        plural: Of several; by default with an ``s``.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
