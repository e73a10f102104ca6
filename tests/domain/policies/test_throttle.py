"""What a refusal does to the pace."""

from __future__ import annotations

import pytest

from coupa_async.domain.policies.throttle import LimiterState, ThrottleLimits


@pytest.mark.parametrize(("limits", "per_s"), [(ThrottleLimits(), 5.0), (ThrottleLimits(requests_per_s=2.0), 2.0)])
def test_one_refusal_of_a_slow_tenant_does_not_bring_the_run_to_a_stand(limits: ThrottleLimits, per_s: float) -> None:
    tempo = LimiterState.begin(limits).answered(1.0, is_full=False).refused(3.0, 2.9, 1.0)
    assert tempo.per_s == per_s
    assert tempo.in_flight < LimiterState.begin(limits).in_flight
