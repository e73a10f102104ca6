"""Finds the groups of orders to which the user lacks access: ``docs/design/coupa-pages.md``, "Access by company"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.counts import counted

_SHARE = 0.15
_AT_LEAST = 5
_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """A group's orders that have an outcome, and those of them that were not found."""

    group: str
    orders: int
    not_found: int

    @property
    def is_unseen(self) -> bool:
        """Whether many orders were tried and none was found, which means missing access."""
        return self.not_found == self.orders >= _AT_LEAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Orders in three parts, so that groups that cannot be seen cost little.

    Attributes:
        first: Some of each group, spread over it, and all that is of no group.
        rest: The others of each group.
    """

    first: tuple[Order, ...]
    rest: Mapping[str, tuple[Order, ...]]


def tally(results: Iterable[tuple[str, Outcome]]) -> list[GroupTally]:
    """Count by group, the group with the most not-founds first; what is of no group is left out."""
    orders: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for group, outcome in results:
        if group:
            orders[group] += 1
            missing[group] += outcome is Outcome.PO_NOT_FOUND
    tallies = [GroupTally(group=group, orders=count, not_found=missing[group]) for group, count in orders.items()]
    return sorted(tallies, key=lambda item: (-item.not_found, item.group))


def sentences(tallies: Sequence[GroupTally]) -> list[str]:
    """Describe which groups cannot be seen, and in which groups the other not-found orders are."""
    unseen = [item for item in tallies if item.is_unseen]
    warnings = [
        f"none of {counted(item.orders, 'order')} of {item.group} can be seen: ask for access to it"
        for item in unseen[:_SHOWN]
    ]
    if len(unseen) > _SHOWN:
        warnings.append(f"nor can any order of {counted(len(unseen) - _SHOWN, 'more group')}")
    others = [item for item in tallies if item.not_found and not item.is_unseen]
    if others:
        shown = ", ".join(f"{other.group} {other.not_found} of {other.orders}" for other in others[:_SHOWN])
        more = f" and {counted(len(others) - _SHOWN, 'more group')}" if len(others) > _SHOWN else ""
        warnings.append(f"not found by group: {shown}{more}")
    return warnings


def phases(orders: Sequence[Order]) -> Phases:
    """Part orders so that some of each group, the first 15 % and five at least, spread over the group, go first."""
    by_group: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        by_group[order.group].append(order)
    first = {order.number.key for order in by_group.pop("", [])}
    for members in by_group.values():
        wanted = min(len(members), max(_AT_LEAST, ceil(_SHARE * len(members))))
        first.update(members[n * len(members) // wanted].number.key for n in range(wanted))
    return Phases(
        first=tuple(order for order in orders if order.number.key in first),
        rest={
            group: tuple(order for order in members if order.number.key not in first)
            for group, members in by_group.items()
        },
    )


def unseen_groups(parts: Phases, outcomes: Mapping[str, Outcome]) -> set[str]:
    """Return the groups of which none of the first orders was found."""
    seen = {
        order.group
        for order in parts.first
        if outcomes.get(order.number.key, Outcome.PENDING) not in (Outcome.PO_NOT_FOUND, Outcome.PENDING)
    }
    tried = {order.group for order in parts.first if order.number.key in outcomes}
    return {group for group in tried - seen if group and parts.rest.get(group)}


def reason_left(group: str, tried: int) -> str:
    """Say why an order was not asked for."""
    return f"not asked for: none of {counted(tried, 'order')} of {group} could be seen (COUPA_SKIP_UNSEEN_GROUPS)"
