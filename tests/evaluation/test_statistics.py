"""Intervals and quantiles against what their authors printed."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.evaluation.statistics import difference, quantile, rate, spread


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_rates_interval_is_newcombes_of_1998_table_1_method_3(hits: int, total: int, low: float, high: float) -> None:
    item = rate([(hits, total)])
    assert (item.share, item.low, item.high) == pytest.approx((hits / total, low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_differences_interval_is_newcombes_of_1998_table_2_method_10(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = difference(rate([first]), rate([second]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.is_one == (low > 0)


def test_the_other_way_round_a_difference_is_the_same_one() -> None:
    item, other = rate([(9, 10)]), rate([(3, 10)])
    there, back = difference(item, other), difference(other, item)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert back.is_one


def test_orders_that_fail_together_are_worth_as_many_as_there_are_runs_less_one() -> None:
    gather = rate([(8, 8), (0, 8), (8, 8), (0, 8)])
    assert gather.weight == pytest.approx(3)
    alone = rate([(4, 8)] * 4)
    assert alone.weight == 32
    assert gather.low < alone.low < 0.5 < alone.high < gather.high


def test_runs_without_a_failure_are_worth_all_their_orders() -> None:
    assert rate([(8, 8)] * 4).weight == 32


def test_nothing_is_known_of_nothing() -> None:
    item = rate([])
    assert (item.share, item.low, item.high) == (0, 0, 1)
    assert not difference(item, rate([(10, 10)])).is_one


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_a_quantile_is_hyndman_and_fans_definition_7(values: list[float]) -> None:
    ordered = sorted(values)
    theirs = statistics.quantiles(ordered, n=20, method="inclusive")  # the same definition
    assert [quantile(ordered, n / 20) for n in range(1, 20)] == pytest.approx(theirs, abs=1e-6)
    assert (quantile(ordered, 0), quantile(ordered, 1)) == (ordered[0], ordered[-1])


def test_a_spread_sorts_and_says_nothing_of_nothing() -> None:
    assert spread([3.0, 1.0, 2.0]).values == (1.0, 2.0, 3.0)
    assert spread([3.0, 1.0, 2.0]).median == 2.0
    assert (spread([]).median, spread([]).p95) == (None, None)
