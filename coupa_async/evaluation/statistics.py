"""Statistics: intervals of shares and of their differences, medians and percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

_Z = 1.959963984540054  # the 97.5 % point of the normal distribution: two-sided 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share with its Wilson 95 % interval.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927) 209: it stays within [0, 1] and says something of 0 and of all, where the textbook one is a point.

    Attributes:
        hits: How many did.
        total: Of how many.
        low: Lower end of the interval; 0 of none.
        high: Upper end; 1 of none.
        weight: What ``total`` is worth in independent observations; see :func:`rate`.
    """

    hits: int
    total: int
    low: float
    high: float
    weight: float

    @property
    def share(self) -> float:
        """The share itself; 0 of none."""
        return self.hits / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first share minus the second, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_one(self) -> bool:
        """Whether it may be called a difference: its interval excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Numbers, sorted, with their median and 95th percentile; both ``None`` of none."""

    values: tuple[float, ...]
    median: float | None
    p95: float | None


def rate(runs: Sequence[tuple[int, int]]) -> Rate:
    """Pool hits and totals, run by run, into one rate.

    One lost browser takes several orders of its run along, so orders that fail together are worth fewer independent
    ones. As in J. N. K. Rao and A. J. Scott, "A simple method for the analysis of clustered binary data", Biometrics
    48 (1992) 577, the count is divided by the design effect: the variance between runs over the variance that
    independent orders would have. It is never taken below 1, so runs that happen to be alike make nothing surer.

    Args:
        runs: Hits and total of each.
    """
    hits, total = sum(item for item, _ in runs), sum(of for _, of in runs)
    if total == 0:
        return Rate(hits=0, total=0, low=0.0, high=1.0, weight=0.0)
    weight = total / _design_effect(runs, hits / total, total)
    low, high = wilson(hits / total, weight)
    return Rate(hits=hits, total=total, low=low, high=high, weight=weight)


def _design_effect(runs: Sequence[tuple[int, int]], share: float, total: int) -> float:
    count, independent = len(runs), share * (1 - share) / total
    if count < 2 or independent == 0:
        return 1.0
    between = count / (count - 1) * sum((item - share * of) ** 2 for item, of in runs) / total**2
    return max(between / independent, 1.0)


def wilson(share: float, weight: float) -> tuple[float, float]:
    """Return the Wilson interval of a share of ``weight`` observations.

    Centre and half width as in R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics
    in Medicine 17 (1998) 857, method 3: the score method without continuity correction.
    """
    middle = share + _Z**2 / (2 * weight)
    half = _Z * sqrt(share * (1 - share) / weight + _Z**2 / (4 * weight**2))
    scale = 1 + _Z**2 / weight
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def difference(first: Rate, second: Rate) -> Difference:
    """Subtract two rates.

    Newcombe's hybrid-score interval: R. G. Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998) 873, method 10. The distances from each share to its own Wilson
    limits are added in squares.
    """
    value = first.share - second.share
    down = sqrt((first.share - first.low) ** 2 + (second.high - second.share) ** 2)
    up = sqrt((first.high - first.share) ** 2 + (second.share - second.low) ** 2)
    return Difference(value=value, low=value - down, high=value + up)


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, of which there is at least one.

    Definition 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50
    (1996) 361, the usual default: linear between the neighbours of position ``(n - 1) * share``.
    """
    position = (len(values) - 1) * share
    below = floor(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (position - below)


def spread(values: Sequence[float]) -> Spread:
    """Sort numbers and find their middle."""
    ordered = tuple(sorted(values))
    if not ordered:
        return Spread(values=(), median=None, p95=None)
    return Spread(values=ordered, median=quantile(ordered, 0.5), p95=quantile(ordered, 0.95))
