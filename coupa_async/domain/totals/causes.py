"""Why orders did not come out well, sorted into causes that have one cure each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coupa_async.domain.outcome import OrderResult, Outcome


class Cause(StrEnum):
    """A cause. What a person reads of it, and its cure, is the catalogue's."""

    NOT_FOUND = "not-found"
    NO_ACCESS = "no-access"
    GONE = "gone"
    BUSY = "busy"
    LATE = "late"
    NOT_A_FILE = "not-a-file"
    ELSEWHERE = "elsewhere"
    TOO_LARGE = "too-large"
    IN_USE = "in-use"
    BROKEN = "broken"
    WRONG_ORDER = "wrong-order"
    NETWORK = "network"
    PROGRAM = "program"
    INCOMPLETE = "incomplete"
    OTHER = "other"


# By what the messages of domain/errors.py say. The first that fits counts.
_SIGNS: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    (Cause.PROGRAM, re.compile(r"unexpected: ")),
    (Cause.NO_ACCESS, re.compile(r"\banswered (?:401|403)\b")),
    (Cause.GONE, re.compile(r"\banswered (?:404|410)\b")),
    (Cause.BUSY, re.compile(r"\banswered (?:429|5[0-9][0-9])\b")),
    (Cause.NOT_A_FILE, re.compile(r"a page came instead of a file")),
    (Cause.ELSEWHERE, re.compile(r"its address is not asked")),
    (Cause.WRONG_ORDER, re.compile(r"this address shows ")),
    (Cause.IN_USE, re.compile(r"open in another program")),
    (Cause.TOO_LARGE, re.compile(r"over the limit|larger than|free space|disk")),
    (Cause.LATE, re.compile(r"in time|timed out|took over| s to read")),
    (Cause.NETWORK, re.compile(r"network|refused|reset|connect|resolve")),
    (Cause.BROKEN, re.compile(r"bytes|truncated|cut short|empty|is no |not what")),
    (Cause.INCOMPLETE, re.compile(r"announces|shows only| of [0-9]+ ")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGroup:
    """Orders that have one cause."""

    cause: Cause
    results: Sequence[OrderResult]

    @property
    def keys(self) -> frozenset[str]:
        """The orders' keys."""
        return frozenset(result.number.key for result in self.results)


def cause_of(result: OrderResult) -> Cause:
    """Tell why an order did not come out well."""
    if result.outcome is Outcome.PO_NOT_FOUND:
        return Cause.NOT_FOUND
    text = "; ".join(item.reason for item in result.failed) or result.error
    found = next((cause for cause, sign in _SIGNS if sign.search(text)), None)
    if found is None or (found is Cause.NETWORK and result.outcome is Outcome.TIMEOUT):
        return Cause.LATE if result.outcome is Outcome.TIMEOUT else found or Cause.OTHER
    return found


def by_cause(results: Iterable[OrderResult]) -> list[CauseGroup]:
    """Sort the orders that did not come out well by cause, the cause of most of them first."""
    groups: dict[Cause, list[OrderResult]] = {}
    for result in results:
        if not result.outcome.is_good and result.outcome is not Outcome.PENDING:
            groups.setdefault(cause_of(result), []).append(result)
    return [
        CauseGroup(cause=cause, results=tuple(found))
        for cause, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def outcomes_in_order(counts: Mapping[Outcome, int]) -> list[tuple[Outcome, int]]:
    """Return the outcomes that any order has, with their counts, in the order of their declaration."""
    return [(outcome, counts[outcome]) for outcome in Outcome if counts.get(outcome)]
