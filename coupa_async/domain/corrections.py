"""Numbers that a person gives orders in place of those that the spreadsheet has. The spreadsheet keeps its own."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from coupa_async.domain.errors import InputError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome

_CORRECTED = frozenset({Outcome.FAILED, Outcome.PO_NOT_FOUND, Outcome.TIMEOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A number in place of another.

    Attributes:
        given: As the spreadsheet has it.
        number: What is meant.
    """

    given: OrderNumber
    number: OrderNumber


def can_be_corrected(result: OrderResult) -> bool:
    """Return whether an order's number may be wrong: nothing came of it, and no file was kept."""
    return result.outcome in _CORRECTED and not result.saved


def correct(result: OrderResult | None, number: OrderNumber, taken: Container[str]) -> Correction:
    """Put a number in place of that of an order of which nothing came.

    Args:
        result: The order's; ``None`` if it has none.
        number: What is meant.
        taken: The keys of the orders that the spreadsheet or the output folder has already: one order has one folder.

    Raises:
        InputError: If that cannot be; the message says why.
    """
    if result is None or not can_be_corrected(result):
        raise InputError("this order's number cannot be corrected any more: load the page again")
    if number.key == result.number.key:
        raise InputError(f"{number.shown}: is the number that this order has: give another")
    if number.key in taken:
        raise InputError(f"{number.shown}: is in this spreadsheet or its output folder already: give another number")
    return Correction(given=result.number, number=number)


def with_correction(kept: Mapping[str, OrderNumber], correction: Correction) -> Mapping[str, OrderNumber]:
    """Return the numbers that are meant, by the keys of those that the spreadsheet has, with one more.

    Args:
        kept: Without it. What the order has now may itself be one of them.
        correction: The new one.
    """
    given, number = correction.given, correction.number
    changed = {key: number if meant.key == given.key else meant for key, meant in kept.items()}
    return changed | {given.key: number}
