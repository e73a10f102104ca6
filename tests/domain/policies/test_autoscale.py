"""The search for the best number of workers, on machines and tenants made of one formula each."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from coupa_async.domain.policies.autoscale import AutoscaleLimits, Window, WorkerSearch

LIMITS = AutoscaleLimits()
Curve = Callable[[int], float]


def core_bound(workers: int) -> float:
    return 7.0 / (1 + 0.05 * (workers - 1))


def network_bound(workers: int) -> float:
    return workers / 2.0


def throttled(workers: int) -> float:
    return min(workers, 3) / 2.0


def peaked(workers: int) -> float:
    return workers / (1 + (workers / 6.0) ** 2)


@dataclass
class Site:
    """Orders that come as fast as a formula says, each interval a little different."""

    per_s: Curve
    busy: Callable[[int], float] = lambda workers: 0.3
    pace: int = 1 << 16
    left: int = 100_000
    spread: float = 0.5
    seed: int = 1

    def __post_init__(self) -> None:
        self.search = WorkerSearch(limits=LIMITS)
        self.now_s = 0.0
        self.tried: list[int] = [1]
        self.done = 0
        self._random = random.Random(self.seed)

    def run(self, until_s: float) -> WorkerSearch:
        while self.now_s < until_s and self.left > 0:
            workers, orders, seconds = self.search.workers, 0, 0.0
            seen = Window(orders=0, seconds=0.0)
            while not self.search.is_enough(seen) and self.left > 0:
                mean_s = 1 / self.per_s(workers)
                shape = 1 / self.spread**2 if self.spread else 0.0
                seconds += self._random.gammavariate(shape, mean_s / shape) if shape else mean_s
                orders, self.left, self.done = orders + 1, self.left - 1, self.done + 1
                seen = Window(orders=orders, seconds=seconds)
            self.now_s += seconds
            window = Window(orders=orders, seconds=seconds, busy=self.busy(workers), pace=self.pace, left=self.left)
            self.search = self.search.measured(window, self.now_s)
            if self.search.workers != workers:
                self.tried.append(self.search.workers)
        return self.search


@pytest.mark.parametrize("curve", [core_bound, network_bound, throttled, peaked])
def test_orders_come_as_fast_as_with_the_best_fixed_number_within_five_percent(curve: Curve) -> None:
    best = max(map(curve, range(1, LIMITS.most + 1)))
    shares = []
    for seed in range(20):
        site = Site(curve, seed=seed)
        site.run(3600)
        shares.append(site.done / site.now_s / best)
    assert sorted(shares)[len(shares) // 2] >= 0.95
    assert min(shares) >= 0.85  # by chance a number may look better than it is, for a while


def test_where_the_tenant_takes_no_more_few_workers_are_left() -> None:
    numbers = sorted(Site(throttled, seed=seed).run(7200).best for seed in range(20))
    assert numbers[0] >= 3
    assert numbers[10] <= 4


def test_with_the_processors_busy_no_second_browser_is_started() -> None:
    site = Site(core_bound, busy=lambda workers: 0.91)
    site.run(7200)
    assert site.tried == [1]


def test_a_second_browser_that_gains_nothing_does_not_stay() -> None:
    site = Site(core_bound, spread=0.0)
    site.run(50)
    assert site.tried == [1, 2, 1]


def test_memory_without_room_keeps_the_number() -> None:
    search = WorkerSearch(limits=LIMITS)
    assert search.measured(Window(orders=20, seconds=20, has_room=False), 20.0).workers == 1


def test_the_last_orders_are_not_worth_a_browser() -> None:
    search = WorkerSearch(limits=LIMITS)
    assert search.measured(Window(orders=20, seconds=20, left=25), 20.0).workers == 1
    assert search.measured(Window(orders=20, seconds=20, left=35), 20.0).workers == 2


def test_requests_that_the_tenant_does_not_take_are_not_waited_for_by_browsers() -> None:
    site = Site(network_bound, pace=5)
    site.run(1000)
    assert max(site.tried) == 5
    site.pace = 2
    assert site.run(1200).workers == 2


def test_browsers_that_do_not_come_are_given_up() -> None:
    search = WorkerSearch(limits=LIMITS).measured(Window(orders=20, seconds=20), 20.0)
    assert (search.workers, search.failed(140.0).workers) == (2, 1)


def test_a_number_that_brings_hardly_any_order_is_left_though_its_window_never_fills() -> None:
    search = WorkerSearch(limits=LIMITS).measured(Window(orders=20, seconds=20), 20.0)
    assert search.workers == 2
    poor = Window(orders=1, seconds=40.0)
    assert search.is_enough(poor)
    assert search.measured(poor, 60.0).workers == 1


def test_a_tenant_that_becomes_faster_is_found_out() -> None:
    site = Site(throttled)
    assert site.run(1000).best <= 6
    site.per_s = network_bound
    assert site.run(14_400).best >= 12


def test_a_tenant_that_becomes_slower_is_found_out() -> None:
    fewest = []
    for seed in range(10):
        site = Site(network_bound, seed=seed)
        assert site.run(1000).best >= 12
        site.per_s = throttled
        fewest.append(site.run(7200).best)
    assert sorted(fewest)[5] <= 8
