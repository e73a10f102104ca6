"""What a refusal does to the pace."""

from __future__ import annotations

import pytest

from coupa_async.domain.policies.throttle import LimiterState, ThrottleLimits

LIMITS = ThrottleLimits(start=4)


@pytest.mark.parametrize(("limits", "per_s"), [(ThrottleLimits(), 5.0), (ThrottleLimits(requests_per_s=2.0), 2.0)])
def test_one_refusal_of_a_slow_tenant_does_not_bring_the_run_to_a_stand(limits: ThrottleLimits, per_s: float) -> None:
    tempo = LimiterState.begin(limits).answered(1.0, is_full=False).refused(3.0, 2.9, 1.0)
    assert tempo.per_s == per_s
    assert tempo.in_flight < LimiterState.begin(limits).in_flight


def test_it_grows_by_one_a_full_answer_until_the_first_cut_and_by_one_a_round_after_that() -> None:
    tempo = LimiterState.begin(LIMITS)
    assert tempo.answered(1.0, is_full=False).in_flight == 4.0
    assert tempo.answered(1.0, is_full=True).in_flight == 5.0
    cut = tempo.timed_out(1.0, 0.5)
    assert cut.in_flight == 2.0
    assert cut.answered(2.0, is_full=True).in_flight == 2.5


def test_what_was_asked_for_before_a_cut_does_not_cut_again() -> None:
    cut = LimiterState.begin(LIMITS).timed_out(2.0, 1.0)
    assert cut.timed_out(3.0, 1.9) == cut
    assert cut.timed_out(3.0, 2.1).in_flight == 1.0


def test_answers_are_counted_by_the_second_and_a_pause_is_no_time_without_them() -> None:
    tempo = LimiterState.begin(LIMITS)
    for n in range(200):
        tempo = tempo.answered(n / 20, is_full=False)
    assert 19 < tempo.answers < 22
    assert tempo.answered(14.95, is_full=False).answers < 1.2  # five seconds later they are forgotten
    refused = tempo.refused(10.0, 9.9, 4.0)
    assert refused.answered(14.5, is_full=False).answers > 10  # but for four of them nothing was asked


def answers_taking(*seconds: float) -> LimiterState:
    tempo = LimiterState.begin(LIMITS)
    for n, latency_s in enumerate(seconds):
        tempo = tempo.took(latency_s, float(n), n - 0.5)
    return tempo


@pytest.mark.parametrize(
    ("usual_s", "late_s", "is_eased"),
    [
        (0.5, 5.0, True),
        (0.5, 0.7, False),  # not twice as long
        (0.01, 0.05, False),  # five times as long, and still nothing
        (0.1, 1.0, True),
    ],
)
def test_answers_that_take_far_longer_than_usual_ease_the_pace(usual_s: float, late_s: float, is_eased: bool) -> None:
    calm = [usual_s] * 100
    assert answers_taking(*calm).in_flight == 4.0
    assert (answers_taking(*calm, *[late_s] * 25).in_flight < 4.0) == is_eased


def test_slow_answers_ease_it_once_for_they_are_the_usual_from_then_on() -> None:
    once = answers_taking(*[0.1] * 100, *[1.0] * 8)
    assert once.in_flight == pytest.approx(2.8)
    assert answers_taking(*[0.1] * 100, *[1.0] * 12).in_flight == pytest.approx(2.8)


def test_the_first_few_answers_tell_no_usual() -> None:
    assert answers_taking(0.01, *[9.0] * 18).in_flight == 4.0
