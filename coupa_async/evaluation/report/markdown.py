"""A comparison as Markdown: what a repository keeps of it."""

from __future__ import annotations

from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.charts import percent
from coupa_async.evaluation.report.html import fault_name, in_points, verdict
from coupa_async.evaluation.statistics import Spread
from coupa_async.evaluation.trials import Measure

_HEAD = (
    "| fault | arm | runs | right | 95 % interval | wrong | lost | restarts | recovery s | order s | CPU s "
    "| peak MB |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def report(comparison: Comparison) -> str:
    """Write the numbers down with what they were made with."""
    called = [f"- {in_points(one)}" for one in comparison.contrasts() if one.success.is_one]
    measured = comparison.measures()
    failures = [
        f"- {fault_name(one.fault)}, {one.arm.name}: {count} times {kind}"
        for one in measured
        for kind, count in one.failures
        if one.fault is not None
    ]
    parts = [
        "# Reliability, arm by arm",
        f"**{verdict(comparison)}**",
        f"Made on {comparison.made_at:%Y-%m-%d} by `coupa-async compare`: {len(comparison.trials)} runs in "
        f"{comparison.seconds / 60:.0f} minutes, {comparison.repeats} of each, workers: {comparison.workers}.",
        "\n".join(f"- {text}" for text in comparison.machine),
        "\n".join([_HEAD, *map(_row, measured)]),
        "Recovery, order and CPU (an order): median / 95th percentile. What each column means, and how it was "
        "computed, is told on the page that the command writes.",
        "## Differences",
        "\n".join(called) or "None: between no two arms does the interval of the difference exclude 0.",
        "## What went wrong",
        "\n".join(failures) or "Nothing.",
    ]
    return "\n\n".join(parts) + "\n"


def _row(one: Measure) -> str:
    cells = (
        fault_name(one.fault),
        one.arm.name,
        one.trials,
        f"{one.success.hits}/{one.success.total}",
        f"{percent(one.success.low)} to {percent(one.success.high)}",
        one.wrong or "",
        one.damaged or "",
        one.restarts or "",
        _pair(one.recovery_s) + (f", {one.stranded} never" if one.stranded else ""),
        _pair(one.order_s),
        _pair(one.cpu_per_order_s),
        f"{one.peak_bytes.values[-1] / 1e6:.0f}" if one.peak_bytes.median else "",
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _pair(spread: Spread) -> str:
    return "" if spread.median is None or spread.p95 is None else f"{spread.median:.2f} / {spread.p95:.2f}"
