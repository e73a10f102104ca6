"""What is done about memory: one step at a time, each given time to show, never below one worker."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.errors import SettingsError
from coupa_async.domain.policies.memory import Grow, MemoryLimits, Relief, RestartHeaviest, Shrink, Steady, decide

LIMITS = MemoryLimits()


def relieved(usage: float, *, allowed: int = 3, since_change_s: float = math.inf) -> Relief:
    return decide(usage, LIMITS, configured=4, allowed=allowed, since_change_s=since_change_s)


@pytest.mark.parametrize(
    ("usage", "relief"),
    [
        (0.0, Grow()),
        (0.74, Grow()),
        (0.76, Steady()),
        (0.85, Steady()),
        (0.86, Shrink()),
        (0.95, Shrink()),
        (0.96, RestartHeaviest()),
        (1.0, RestartHeaviest()),
    ],
)
def test_0_85_means_85_percent(usage: float, relief: Relief) -> None:  # M2
    assert relieved(usage) == relief


@pytest.mark.parametrize("threshold", [85.0, 1.01, 0.0, 0.1, -0.85, 0.96])
def test_a_threshold_that_is_no_share_is_refused(threshold: float) -> None:  # M2
    with pytest.raises(SettingsError, match=r"0\.85 is 85 %"):
        MemoryLimits(threshold=threshold)


def test_the_last_worker_stays() -> None:  # M4
    assert relieved(0.94, allowed=1) == Steady()
    assert relieved(0.99, allowed=1) == RestartHeaviest()


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(1, 8))
def test_whatever_memory_does_between_one_and_all_workers_run(readings: list[float], configured: int) -> None:  # M4
    allowed = configured
    for usage in readings:
        match decide(usage, LIMITS, configured=configured, allowed=allowed, since_change_s=math.inf):
            case Shrink():
                allowed -= 1
            case Grow():
                allowed += 1
        assert 1 <= allowed <= configured


def test_a_last_worker_gets_orders_done_between_restarts() -> None:  # M4
    assert relieved(0.99, allowed=1, since_change_s=29.9) == Steady()
    assert relieved(0.99, allowed=1, since_change_s=30.0) == RestartHeaviest()


def test_it_grows_back_to_what_was_asked_for_and_no_further() -> None:
    assert relieved(0.5, allowed=3) == Grow()
    assert relieved(0.5, allowed=4) == Steady()


@pytest.mark.parametrize(("usage", "relief"), [(0.9, Shrink()), (0.5, Grow())])
def test_a_change_is_given_time_to_show(usage: float, relief: Relief) -> None:
    assert relieved(usage, since_change_s=29.9) == Steady()
    assert relieved(usage, since_change_s=30.0) == relief


def test_critical_memory_waits_only_for_a_browser_to_end() -> None:
    assert relieved(0.99, since_change_s=4.9) == Steady()
    assert relieved(0.99, since_change_s=5.0) == RestartHeaviest()


def test_a_steady_load_does_not_swing() -> None:
    allowed, seen = 4, []
    for _ in range(20):  # four workers need 0.88, each 0.06 of it
        match decide(0.64 + 0.06 * allowed, LIMITS, configured=4, allowed=allowed, since_change_s=math.inf):
            case Shrink():
                allowed -= 1
            case Grow():
                allowed += 1
        seen.append(allowed)
    assert seen == [3] * 20


def test_the_last_but_one_worker_is_taken_away_and_restarted_like_others() -> None:
    assert relieved(0.9, allowed=2, since_change_s=30.0) == Shrink()
    assert relieved(0.99, allowed=2, since_change_s=5.0) == RestartHeaviest()


def test_limits_may_meet_and_reach_all_of_the_memory_but_no_more() -> None:
    assert MemoryLimits(threshold=0.95, critical=0.95).threshold == 0.95
    assert MemoryLimits(critical=1.0).critical == 1.0
    with pytest.raises(SettingsError, match=r"0\.85 is 85 %$"):
        MemoryLimits(critical=1.01)
