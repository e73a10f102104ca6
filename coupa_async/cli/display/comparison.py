"""Shows a comparison on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coupa_async.domain.totals.counts import counted
from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.charts import percent
from coupa_async.evaluation.report.html import fault_name, in_points, verdict
from coupa_async.evaluation.statistics import Spread

_HEADERS = ("right", "interval", "wrong", "lost", "restarts", "recovery s", "order s", "CPU s", "peak MB", "left")


def show(comparison: Comparison, console: Console) -> None:
    """Print the numbers, the significant differences, and the verdict."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("fault")
    table.add_column("arm")
    for name in _HEADERS:
        table.add_column(name, justify="right")
    previous: str | None = ""
    for measure in comparison.measures():
        fault = fault_name(measure.fault)
        table.add_row(
            "" if fault == previous else fault,
            escape(measure.arm.name),
            f"{measure.success.hits}/{measure.success.total}",
            f"{percent(measure.success.low)} to {percent(measure.success.high)}",
            _bad(measure.wrong),
            _bad(measure.damaged),
            str(measure.restarts or ""),
            _pair(measure.recovery_s),
            _pair(measure.order_s),
            _pair(measure.cpu_per_order_s, 2),
            f"{measure.peak_bytes.values[-1] / 1e6:.0f}" if measure.peak_bytes.median else "",
            _bad(len(measure.leftovers)),
        )
        previous = fault
    console.print()
    console.print(table)
    console.print("[dim]recovery, order and CPU: median / 95th percentile[/]")
    for contrast in comparison.contrasts():
        if contrast.success.is_one:
            console.print(in_points(contrast), highlight=False, markup=False)
    if count := len(comparison.disagreements()):
        console.print(f"the arms disagree on {counted(count, 'order')}: see the page", highlight=False)
    console.print(f"[{'red' if comparison.broken else 'green'}]{escape(verdict(comparison))}[/]", highlight=False)


def _bad(count: int) -> str:
    return f"[red]{count}[/]" if count else ""


def _pair(spread: Spread, digits: int = 1) -> str:
    return "" if spread.median is None or spread.p95 is None else f"{spread.median:.{digits}f}/{spread.p95:.{digits}f}"
