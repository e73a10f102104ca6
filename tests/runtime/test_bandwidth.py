"""A bound is divided among those who download, and each is told of its share when that changes."""

from __future__ import annotations

import pytest

from coupa_async.runtime.bandwidth import Bandwidth

pytestmark = pytest.mark.anyio


async def test_shares_add_up_to_the_bound_whoever_comes_and_goes() -> None:
    bandwidth = Bandwidth(1_000_000)
    seen: dict[str, float] = {}

    def told(name: str) -> None:
        seen[name] = bandwidth.share

    first = bandwidth.join(lambda: told("first"))
    assert bandwidth.share == 1_000_000
    second = bandwidth.join(lambda: told("second"))
    assert (bandwidth.share, seen) == (500_000, {"first": 500_000})
    bandwidth.reserve(1)  # connections of our own are one more
    assert seen == {"first": pytest.approx(333_333, 1e-3), "second": pytest.approx(333_333, 1e-3)}
    first()
    first()
    assert seen["second"] == 500_000
    second()
    assert bandwidth.share == 1_000_000


async def test_many_at_once_wait_for_one_another() -> None:
    bandwidth = Bandwidth(1_000_000)
    waits = [bandwidth.reserve(100_000) for _ in range(20)]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(1.9, abs=0.15)
