"""A comparison as one page that needs nothing else: charts, tables, and how to read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.report.charts import Row, forest, percent, strips
from coupa_async.evaluation.statistics import Spread
from coupa_async.evaluation.trials import Contrast, Measure

_TEMPLATE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def fault_name(fault: str | None) -> str:
    """Name a fault as people read it."""
    return "all together" if fault is None else fault.replace("-", " ") or "no fault"


def verdict(comparison: Comparison) -> str:
    """Say in a line what came of it."""
    names = [arm.name for arm in comparison.broken]
    if not comparison.trials:
        return "No run came to its end."
    if not names:
        what = "told the truth and lost nothing" if comparison.is_recorded else "finished and lost nothing"
        return f"Every arm {what}."
    return f"{' and '.join(names)} told something wrong, lost a file, or left an order undone."


def in_points(one: Contrast) -> str:
    """Say a difference, the better arm first, in points of percent."""
    better, worse = (one.first, one.second) if one.success.value > 0 else (one.second, one.first)
    least, most = sorted((abs(one.success.low), abs(one.success.high)))
    points = f"{abs(100 * one.success.value):.1f} points ({100 * least:.1f} to {100 * most:.1f})"
    return f"{fault_name(one.fault)}: {better.name} does {points} better than {worse.name}"


def render(comparison: Comparison) -> str:
    """Make the page."""
    measured = comparison.measures()
    by_fault = [one for one in measured if one.fault is not None]
    called = [one for one in comparison.contrasts() if one.success.is_one]
    number = {arm: n for n, arm in enumerate(comparison.arms)}

    def row(one: Measure) -> Row:
        return Row(group=fault_name(one.fault), label=one.arm.name, arm=number[one.arm])

    recovered = [(row(one), one.recovery_s) for one in by_fault if one.recovery_s.values]
    return _TEMPLATE.substitute(
        verdict=escape(verdict(comparison)),
        is_bad="bad" if comparison.broken or not comparison.trials else "good",
        facts=_facts(comparison),
        forest=forest("Orders done right, by fault and arm", [(row(one), one.success) for one in measured]),
        differences=_listed(
            map(in_points, called),
            "None: between no two arms does the interval of the difference exclude 0.",
        ),
        orders=strips("Seconds an order, by fault and arm", [(row(one), one.order_s) for one in by_fault]),
        recovery=strips("Seconds to recover, by fault and arm", recovered)
        if recovered
        else "<p>Nothing was struck.</p>",
        numbers="".join(map(_numbers, measured)),
        failures=_listed(
            [
                *(
                    f"{fault_name(one.fault)}, {one.arm.name}: {count} times {kind}"
                    for one in by_fault
                    for kind, count in one.failures
                ),
                *(
                    f"{fault_name(one.fault)}, {one.arm.name}, run {one.repeat}: {one.error}"
                    for one in comparison.trials
                    if one.error
                ),
                *(
                    f"{fault_name(one.fault)}, {one.arm.name}, run {one.repeat}: over before the fault struck"
                    for one in comparison.trials
                    if one.missed
                ),
            ],
            "None.",
        ),
        leftovers=_listed(
            (f"{fault_name(one.fault)}, {one.arm.name}: {text}" for one in by_fault for text in one.leftovers), "None."
        ),
        disagreements=_disagreements(comparison),
    )


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


def _numbers(one: Measure) -> str:
    success = f"{one.success.hits}/{one.success.total}"
    interval = f"{percent(one.success.low)} to {percent(one.success.high)}"
    peak_mb = "" if not one.peak_bytes.median else f"{one.peak_bytes.values[-1] / 1e6:.0f}"
    cells = (
        f"{one.trials}",
        success,
        interval,
        f"{one.wrong or ''}",
        f"{one.damaged or ''}",
        f"{one.restarts or ''}",
        _pair(one.recovery_s) + (f" ({one.stranded} never)" if one.stranded else ""),
        _pair(one.order_s),
        _pair(one.cpu_per_order_s),
        peak_mb,
        f"{len(one.leftovers) or ''}",
    )
    tags = ["td class=bad" if n in (3, 4, 10) and text else "td" for n, text in enumerate(cells)]
    heads = f"<th>{escape(fault_name(one.fault))}</th><th>{escape(one.arm.name)}</th>"
    return f"<tr>{heads}{''.join(f'<{tag}>{escape(text)}</td>' for tag, text in zip(tags, cells, strict=True))}</tr>\n"


def _pair(spread: Spread) -> str:
    return "" if spread.median is None or spread.p95 is None else f"{spread.median:.2f} / {spread.p95:.2f}"


def _disagreements(comparison: Comparison) -> str:
    found = comparison.disagreements()
    if not found:
        return "<p>None: every order came to the same in every arm.</p>"
    parts = []
    for one in found:
        sides = "".join(
            f"<dt>{escape(arm.name)}</dt>" + "".join(f"<dd>{count} times {escape(text)}</dd>" for text, count in told)
            for arm, told in one.sides
        )
        head = escape(f"{one.number}, {fault_name(one.fault)}")
        parts.append(f"<section class=order><h3>{head}</h3><dl>{sides}</dl></section>")
    return "".join(parts)


def _listed(lines: Iterable[str], otherwise: str) -> str:
    items: Sequence[str] = [f"<li>{escape(line)}</li>" for line in lines]
    return f"<ul>{''.join(items)}</ul>" if items else f"<p>{escape(otherwise)}</p>"


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write ``compare.json`` for scripts and ``compare.html`` for people.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compare.json").write_text(comparison.to_json() + "\n", encoding="utf-8")
    page = folder / "compare.html"
    page.write_text(render(comparison), encoding="utf-8")
    return page
