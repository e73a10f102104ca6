"""The time left: it grows while nothing moves, and neither sleep nor a person's absence counts."""

from __future__ import annotations

import pytest

from coupa_async.domain.totals.time_left import ORDERS, TimeLeft, seconds_left


def worked(*steps_s: float) -> tuple[TimeLeft, float]:
    """A run that finished an order after each of these steps."""
    left, now_s = TimeLeft(), 1000.0
    left.look(now_s)
    left.began()
    for step_s in steps_s:
        now_s = passed(left, now_s, step_s)
        left.finished()
    return left, now_s


def passed(left: TimeLeft, now_s: float, seconds: float, *, is_waiting: bool = False) -> float:
    for _ in range(round(seconds * 4)):
        now_s += 0.25
        left.look(now_s, is_waiting=is_waiting)
    return now_s


def test_it_is_told_from_the_pace_of_the_last_orders() -> None:
    assert TimeLeft().seconds(10) is None
    left, _ = worked()
    assert left.seconds(10) is None
    left, _ = worked(2.0, 2.0, 2.0)
    assert left.seconds(10) == pytest.approx(20.0)
    slow_then_fast, _ = worked(*[10.0] * 5, *[1.0] * ORDERS)
    assert slow_then_fast.seconds(10) == pytest.approx(10.0)


def test_it_grows_while_nothing_moves() -> None:
    left, now_s = worked(2.0, 2.0)
    seen = []
    for _ in range(5):
        now_s = passed(left, now_s, 8.0)
        seen.append(left.seconds(10))
    assert seen == sorted(seen, key=lambda seconds: seconds or 0)
    assert len(set(seen)) == 5
    assert seen[-1] == pytest.approx(10 * 44 / 2)


def test_a_machine_that_sleeps_does_not_make_it_jump() -> None:
    left, now_s = worked(2.0, 2.0)
    before = left.seconds(10)
    left.look(now_s + 8 * 3600)
    assert left.seconds(10) == before
    left.look(now_s)  # a clock that was set back
    assert left.seconds(10) == before


def test_waiting_for_a_person_or_for_the_tenant_is_no_work() -> None:
    left, now_s = worked(2.0, 2.0)
    before = left.seconds(10)
    now_s = passed(left, now_s, 300.0, is_waiting=True)
    assert left.seconds(10) == before
    passed(left, now_s, 2.0)
    assert left.seconds(10) == pytest.approx(30.0)


def test_what_comes_before_the_first_order_does_not_count() -> None:
    left = TimeLeft()
    now_s = passed(left, 0.0, 60.0)
    left.began()
    passed(left, now_s, 3.0)
    left.began()
    left.finished()
    assert left.seconds(10) == pytest.approx(30.0)


def test_of_finished_orders_alone_it_is_told_by_the_same_rule() -> None:
    assert seconds_left([0.0], 9.0, 3) is None
    assert seconds_left([0.0, 1.0, 2.0], 4.0, 3) == pytest.approx(6.0)
