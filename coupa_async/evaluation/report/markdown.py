"""Writes a comparison as Markdown, for the repository."""

from __future__ import annotations

from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.charts import percent
from coupa_async.evaluation.report.html import fault_name, in_points, verdict
from coupa_async.evaluation.statistics import Spread
from coupa_async.evaluation.trials import Measure

TITLE = "# Reliability, arm by arm"
_HEAD = (
    "| fault | arm | runs | right | 95 % interval | wrong | lost | restarts | recovery s | order s | CPU s "
    "| peak MB |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def report(comparison: Comparison) -> str:
    """Write the numbers, and the machine that they were measured on."""
    called = [f"- {in_points(contrast)}" for contrast in comparison.contrasts() if contrast.success.is_one]
    measured = comparison.measures()
    failures = [
        f"- {fault_name(item.fault)}, {item.arm.name}: {count} times {kind}"
        for item in measured
        for kind, count in item.failures
        if item.fault is not None
    ]
    parts = [
        TITLE,
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


def _row(measure: Measure) -> str:
    cells = (
        fault_name(measure.fault),
        measure.arm.name,
        measure.trials,
        f"{measure.success.hits}/{measure.success.total}",
        f"{percent(measure.success.low)} to {percent(measure.success.high)}",
        measure.wrong or "",
        measure.damaged or "",
        measure.restarts or "",
        _pair(measure.recovery_s) + (f", {measure.stranded} never" if measure.stranded else ""),
        _pair(measure.order_s),
        _pair(measure.cpu_per_order_s),
        f"{measure.peak_bytes.values[-1] / 1e6:.0f}" if measure.peak_bytes.median else "",
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _pair(spread: Spread) -> str:
    return "" if spread.median is None or spread.p95 is None else f"{spread.median:.2f} / {spread.p95:.2f}"
