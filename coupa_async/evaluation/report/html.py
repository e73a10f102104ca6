"""Writes a comparison as one HTML page with charts, tables and an explanation. It loads nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from string import Template

from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.charts import Row, forest, percent, strips
from coupa_async.evaluation.statistics import Spread
from coupa_async.evaluation.trials import Contrast, Measure
from coupa_async.services.files.own_file import write_own_text
from coupa_async.services.reports.style import base_style

_TEMPLATE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
_TITLE = "<title>coupa-async: arms compared</title>"


def fault_name(fault: str | None) -> str:
    """Name a fault as people read it."""
    return "all together" if fault is None else fault.replace("-", " ") or "no fault"


def verdict(comparison: Comparison) -> str:
    """Return the verdict in one line."""
    names = [arm.name for arm in comparison.broken]
    if not comparison.trials:
        return "No run came to its end."
    if not names:
        what = "told the truth and lost nothing" if comparison.is_recorded else "finished and lost nothing"
        return f"Every arm {what}."
    return f"{' and '.join(names)} told something wrong, lost a file, or left an order undone."


def in_points(contrast: Contrast) -> str:
    """Describe a difference in percentage points, the better arm first."""
    better, worse = (
        (contrast.first, contrast.second) if contrast.success.value > 0 else (contrast.second, contrast.first)
    )
    least, most = sorted((abs(contrast.success.low), abs(contrast.success.high)))
    points = f"{abs(100 * contrast.success.value):.1f} points ({100 * least:.1f} to {100 * most:.1f})"
    return f"{fault_name(contrast.fault)}: {better.name} does {points} better than {worse.name}"


def render(comparison: Comparison) -> str:
    """Make the HTML page."""
    measured = comparison.measures()
    by_fault = [item for item in measured if item.fault is not None]
    called = [contrast for contrast in comparison.contrasts() if contrast.success.is_one]
    number = {arm: n for n, arm in enumerate(comparison.arms)}

    def row(measure: Measure) -> Row:
        return Row(group=fault_name(measure.fault), label=measure.arm.name, arm=number[measure.arm])

    recovered = [(row(item), item.recovery_s) for item in by_fault if item.recovery_s.values]
    return _TEMPLATE.substitute(
        style=base_style(),
        verdict=escape(verdict(comparison)),
        is_bad="bad" if comparison.broken or not comparison.trials else "good",
        facts=_facts(comparison),
        forest=forest("Orders done right, by fault and arm", [(row(item), item.success) for item in measured]),
        differences=_listed(
            map(in_points, called),
            "None: between no two arms does the interval of the difference exclude 0.",
        ),
        orders=strips("Seconds an order, by fault and arm", [(row(item), item.order_s) for item in by_fault]),
        recovery=strips("Seconds to recover, by fault and arm", recovered)
        if recovered
        else "<p>Nothing was struck.</p>",
        numbers="".join(map(_numbers, measured)),
        failures=_listed(_failures(comparison, by_fault), "None."),
        leftovers=_listed(
            (f"{fault_name(item.fault)}, {item.arm.name}: {text}" for item in by_fault for text in item.leftovers),
            "None.",
        ),
        disagreements=_disagreements(comparison),
    )


def _failures(comparison: Comparison, by_fault: Sequence[Measure]) -> Iterator[str]:
    for item in by_fault:
        for kind, count in item.failures:
            yield f"{fault_name(item.fault)}, {item.arm.name}: {count} times {kind}"
    for trial in comparison.trials:
        where = f"{fault_name(trial.fault)}, {trial.arm.name}, run {trial.repeat}"
        if trial.error:
            yield f"{where}: {trial.error}"
        if trial.missed:
            yield f"{where}: over before the fault struck"


def _facts(comparison: Comparison) -> str:
    facts = (
        f"{comparison.made_at:%Y-%m-%d %H:%M}",
        "the recorded site" if comparison.is_recorded else "the tenant",
        f"{len(comparison.trials)} runs in {comparison.seconds / 60:.1f} minutes",
        f"{comparison.repeats} of each",
        f"{comparison.workers} worker{'s' * (comparison.workers != 1)}",
        *comparison.machine,
    )
    return " · ".join(map(escape, facts))


def _numbers(measure: Measure) -> str:
    success = f"{measure.success.hits}/{measure.success.total}"
    interval = f"{percent(measure.success.low)} to {percent(measure.success.high)}"
    peak_mb = "" if not measure.peak_bytes.median else f"{measure.peak_bytes.values[-1] / 1e6:.0f}"
    cells = (
        f"{measure.trials}",
        success,
        interval,
        f"{measure.wrong or ''}",
        f"{measure.damaged or ''}",
        f"{measure.restarts or ''}",
        _pair(measure.recovery_s) + (f" ({measure.stranded} never)" if measure.stranded else ""),
        _pair(measure.order_s),
        _pair(measure.cpu_per_order_s),
        peak_mb,
        f"{len(measure.leftovers) or ''}",
    )
    tags = ["td class=bad" if n in (3, 4, 10) and text else "td" for n, text in enumerate(cells)]
    heads = f"<th>{escape(fault_name(measure.fault))}</th><th>{escape(measure.arm.name)}</th>"
    return f"<tr>{heads}{''.join(f'<{tag}>{escape(text)}</td>' for tag, text in zip(tags, cells, strict=True))}</tr>\n"


def _pair(spread: Spread) -> str:
    return "" if spread.median is None or spread.p95 is None else f"{spread.median:.2f} / {spread.p95:.2f}"


def _disagreements(comparison: Comparison) -> str:
    found = comparison.disagreements()
    if not found:
        return "<p>None: every order came to the same in every arm.</p>"
    parts = []
    for item in found:
        sides = "".join(
            f"<dt>{escape(arm.name)}</dt>" + "".join(f"<dd>{count} times {escape(text)}</dd>" for text, count in counts)
            for arm, counts in item.sides
        )
        head = escape(f"{item.number}, {fault_name(item.fault)}")
        parts.append(f"<section class=order><h3>{head}</h3><dl>{sides}</dl></section>")
    return "".join(parts)


def _listed(lines: Iterable[str], otherwise: str) -> str:
    items: Sequence[str] = [f"<li>{escape(line)}</li>" for line in lines]
    return f"<ul>{''.join(items)}</ul>" if items else f"<p>{escape(otherwise)}</p>"


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write ``compare.json`` for scripts and ``compare.html`` for people, beside files that are not ours.

    Returns:
        The page.

    Raises:
        StorageError: If there is no name left.
    """
    write_own_text(folder / "compare.json", comparison.to_json() + "\n", '{"version": 1, "made_at": ')
    return write_own_text(folder / "compare.html", render(comparison), _TITLE)
