"""Whose access do I lack?"""

from __future__ import annotations

from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.groups import phases, sentences, tally, unseen_groups

MISSING, DONE = Outcome.PO_NOT_FOUND, Outcome.COMPLETED


def orders(**groups: int) -> list[Order]:
    made = [(group, n) for group, count in groups.items() for n in range(count)]
    return [Order(number=OrderNumber.parse(str(1 + at)), group=group.strip("_")) for at, (group, _) in enumerate(made)]


def test_a_group_of_which_nothing_is_seen_is_named_with_what_to_do() -> None:
    results = [("5069", MISSING)] * 214 + [("4711", MISSING)] * 3 + [("4711", DONE)] * 87 + [("", MISSING)] * 9
    assert sentences(tally(results)) == [
        "none of 214 orders of 5069 can be seen: ask for access to it",
        "not found by group: 4711 3 of 90",
    ]


def test_too_few_orders_say_nothing_of_access() -> None:
    assert sentences(tally([("1", MISSING)] * 4)) == ["not found by group: 1 4 of 4"]
    assert sentences(tally([("1", DONE)] * 40)) == []


def test_some_of_each_group_spread_over_it_go_first() -> None:
    parts = phases(orders(a=100, b=8, c=3, _=2))
    first = [order for order in parts.first if order.group == "a"]
    assert len(first) == 15
    assert [int(order.number.key) for order in first][:3] == [1, 7, 14]
    assert {group: len(rest) for group, rest in parts.rest.items()} == {"a": 85, "b": 3, "c": 0}
    assert len(parts.first) == 15 + 5 + 3 + 2


def test_a_group_is_unseen_if_all_of_its_first_orders_were_not_found_and_some_are_left() -> None:
    parts = phases(orders(a=10, b=10, c=3))
    outcomes = {order.number.key: MISSING for order in parts.first}
    assert unseen_groups(parts, outcomes) == {"a", "b"}
    outcomes[next(order.number.key for order in parts.first if order.group == "b")] = DONE
    assert unseen_groups(parts, outcomes) == {"a"}
    assert unseen_groups(parts, {}) == set()
