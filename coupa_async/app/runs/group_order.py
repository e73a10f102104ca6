"""Works orders off group by group, so that groups that the user cannot see cost little time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.groups import phases, reason_left, unseen_groups
from coupa_async.services.records.journal import Journal

Work = Callable[[Sequence[Order]], Awaitable[bool]]
"""Works off orders; whether the run may go on."""


async def work_by_group(todo: Sequence[Order], journal: Journal, work: Work) -> dict[str, str]:
    """Work off some orders of each group, then the rest of the visible groups, then try the other groups once more.

    Args:
        todo: The orders.
        journal: Knows their outcomes.
        work: Works off the orders that it is given.

    Returns:
        The reason for each order that was left undone, by key.
    """
    parts = phases(todo)
    if not await work(parts.first):
        return {}
    unseen = unseen_groups(parts, journal.outcomes())
    if not await work([order for group, orders in parts.rest.items() if group not in unseen for order in orders]):
        return {}
    probes = {group: parts.rest[group][0] for group in sorted(unseen)}
    if not await work(list(probes.values())):
        return {}
    known = journal.outcomes()
    seen = {group for group, order in probes.items() if known.get(order.number.key) is not Outcome.PO_NOT_FOUND}
    if not await work([order for group in sorted(seen) for order in parts.rest[group][1:]]):
        return {}
    tried = {group: sum(order.group == group for order in parts.first) + 1 for group in unseen}
    return {
        order.number.key: reason_left(group, tried[group]) for group in unseen - seen for order in parts.rest[group][1:]
    }
