"""Draws two kinds of charts as SVG: shares with their intervals, and numbers as dots with a box plot.

Colours, fonts and dark mode are the page's: the SVG carries classes only. Each arm has a colour and a shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import TypeVar

from coupa_async.evaluation.statistics import Rate, Spread, quantile

T = TypeVar("T")
_WIDTH, _LEFT, _RIGHT, _ROW, _GROUP = 800, 150, 215, 22, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One arm's line of a chart.

    Attributes:
        group: The heading that it stands under.
        label: The arm's name.
        arm: Which arm it is, from 0: its colour and shape.
    """

    group: str
    label: str
    arm: int


def forest(title: str, rows: Sequence[tuple[Row, Rate]]) -> str:
    """Draw shares of success, each with its interval, on a scale that ends at 100 %."""
    low = floor(10 * min((rate.low for _, rate in rows), default=0.0)) / 10

    def place(share: float) -> float:
        return _LEFT + (share - low) / (1 - low) * (_WIDTH - _LEFT - _RIGHT)

    def draw(rate: Rate, row: Row, y: float) -> str:
        line = f'<line class="whisker" x1="{place(rate.low):.1f}" x2="{place(rate.high):.1f}" y1="{y}" y2="{y}"/>'
        text = f"{rate.hits} of {rate.total}, {percent(rate.low)} to {percent(rate.high)}"
        return line + _mark(row.arm, place(rate.share), y, 5) + _note(text, y)

    ticks = [(place(tick), percent(tick)) for tick in _ticks(low, 1.0)]
    return _chart(title, rows, draw, ticks)


def strips(title: str, rows: Sequence[tuple[Row, Spread]]) -> str:
    """Draw seconds as dots, with a box from quartile to quartile, the median in it, and the 95th percentile behind."""
    top = max((spread.values[-1] for _, spread in rows if spread.values), default=1.0) or 1.0

    def place(value: float) -> float:
        return _LEFT + value / top * (_WIDTH - _LEFT - _RIGHT)

    def draw(spread: Spread, row: Row, y: float) -> str:
        if spread.median is None or spread.p95 is None:
            return _note("none", y)
        # Dots that would cover each other are spread over the height of the row, by their number alone.
        dots = "".join(
            _mark(row.arm, place(value), y + (n * 5 % 11 - 5) * 0.9, 2.2) for n, value in enumerate(spread.values)
        )
        lower, upper = (place(quantile(spread.values, share)) for share in (0.25, 0.75))
        middle, late = place(spread.median), place(spread.p95)
        box = (
            f'<rect class="box" x="{lower:.1f}" y="{y - 7}" width="{max(upper - lower, 1):.1f}" height="14"/>'
            f'<line class="median" x1="{middle:.1f}" x2="{middle:.1f}" y1="{y - 7}" y2="{y + 7}"/>'
            f'<line class="late" x1="{late:.1f}" x2="{late:.1f}" y1="{y - 5}" y2="{y + 5}"/>'
        )
        return f'<g class="dots">{dots}</g>{box}' + _note(f"{spread.median:.2f} s, p95 {spread.p95:.2f} s", y)

    ticks = [(place(tick), f"{tick:g} s") for tick in _ticks(0.0, top)]
    return _chart(title, rows, draw, ticks)


def percent(share: float) -> str:
    """Write a share, with a decimal only where it has one."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _chart(
    title: str,
    rows: Sequence[tuple[Row, T]],
    draw: Callable[[T, Row, float], str],
    ticks: Sequence[tuple[float, str]],
) -> str:
    parts: list[str] = []
    y, group = 8.0, None
    for row, item in rows:
        if row.group != group:
            y, group = y + _GROUP, row.group
            parts.append(f'<text class="group" x="0" y="{y - 6}">{escape(row.group)}</text>')
        parts.append(f'<text class="label" x="{_LEFT - 12}" y="{y + 10}">{escape(row.label)}</text>')
        parts.append(f"<g>{draw(item, row, y + 6)}</g>")
        y += _ROW
    bottom = y + 4
    grid = "".join(
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="14" y2="{bottom}"/>'
        f'<text class="tick" x="{x:.1f}" y="{bottom + 16}">{escape(text)}</text>'
        for x, text in ticks
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {bottom + 24:.0f}" role="img" aria-label="{escape(title)}">'
        f"{grid}{''.join(parts)}</svg>"
    )


def _mark(arm: int, x: float, y: float, size: float) -> str:
    kind = f'class="mark arm-{arm % 6}"'
    match arm % 3:
        case 0:
            return f'<circle {kind} cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
        case 1:
            return f'<rect {kind} x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size}" height="{2 * size}"/>'
    points = ((x, y - 1.3 * size), (x + 1.3 * size, y), (x, y + 1.3 * size), (x - 1.3 * size, y))
    return f'<polygon {kind} points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>'


def _note(text: str, y: float) -> str:
    return f'<text class="note" x="{_WIDTH}" y="{y + 4}">{escape(text)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Choose four to nine round numbers."""
    step = 10.0 ** floor(log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 8)
    return [round(n * step, 10) for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
