"""The comparison's page in a browser: light, dark and on paper, with nothing from elsewhere and nothing unescaped."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coupa_async.domain.outcome import Outcome
from coupa_async.evaluation.comparison import Comparison
from coupa_async.evaluation.order_audit import OrderAudit
from coupa_async.evaluation.report.html import write_comparison
from coupa_async.evaluation.trials import Arm, Trial

pytestmark = pytest.mark.browser
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
ARMS = (Arm("playwright"), Arm("selenium"), Arm("double"))


def comparison(*, is_broken: bool) -> Comparison:
    def audit(arm: Arm, fault: str, repeat: int, number: int) -> OrderAudit:
        seconds = 0.3 + (number * 7 % 5) * 0.1 + repeat * 0.02
        if is_broken and arm.backend == "selenium" and fault and number % 2:
            told = {"outcome": Outcome.FAILED, "wrong": "FAILED, not COMPLETED", "error": HOSTILE}
            return OrderAudit(number=f"PO{number}", seconds=seconds, is_known=True, **told)  # type: ignore[arg-type]
        files = (("a.pdf", "aa"),)
        return OrderAudit(number=f"PO{number}", outcome=Outcome.COMPLETED, files=files, seconds=seconds, is_known=True)

    trials = [
        Trial(
            arm=arm,
            fault=fault,
            repeat=repeat,
            audits=tuple(audit(arm, fault, repeat, number) for number in range(1, 21)),
            restarts=int(bool(fault)),
            recoveries_s=(1.0 + repeat / 10,) if fault else (),
            seconds=9.0,
            cpu_s=4.0,
            peak_bytes=300_000_000,
            leftovers=(HOSTILE,) if is_broken and arm.backend == "selenium" else (),
            error=HOSTILE if is_broken and arm.backend == "selenium" and repeat == 1 else "",
        )
        for fault in ("", "browser-killed", "network-cut")
        for repeat in (1, 2, 3)
        for arm in ARMS
    ]
    return Comparison(
        trials=trials,
        repeats=3,
        workers=1,
        seconds=81,
        made_at=datetime(2025, 7, 1, 12, tzinfo=UTC),
        machine=("a machine", HOSTILE),
        is_recorded=True,
    )


@pytest.fixture
def bad(tmp_path: Path) -> str:
    return write_comparison(comparison(is_broken=True), tmp_path).as_uri()


@pytest.fixture
def good(tmp_path: Path) -> str:
    return write_comparison(comparison(is_broken=False), tmp_path).as_uri()


def test_the_page_says_who_holds_and_complains_of_nothing(page: Page, good: str, complaints: list[str]) -> None:
    page.goto(good)
    expect(page.locator(".verdict.good")).to_have_text("Every arm told the truth and lost nothing.")
    expect(page.get_by_text("None: between no two arms")).to_be_visible()
    expect(page.get_by_text("every order came to the same in every arm")).to_be_visible()
    assert complaints == []


def test_the_page_says_who_does_not_hold_and_tells_both_sides(page: Page, bad: str) -> None:
    page.goto(bad)
    expect(page.locator(".verdict.bad")).to_contain_text("selenium told something wrong")
    expect(
        page.get_by_text("browser killed: playwright does 50.0 points (36.3 to 62.3) better than selenium")
    ).to_be_visible()
    first = page.locator("section.order").first
    expect(first).to_contain_text("PO1, browser killed")
    expect(first.locator("dt")).to_have_text(["playwright", "selenium", "double"])
    expect(first.locator("dd").first).to_have_text("3 times COMPLETED, 1 file")


def test_whatever_a_text_holds_stays_text_and_nothing_is_fetched(page: Page, bad: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(bad)
    assert page.title() == "coupa-async: arms compared"
    assert page.locator("main img, main script").count() == 0
    expect(page.locator(".facts")).to_contain_text("<script>")
    assert asked == [bad]


def test_each_chart_has_a_row_for_each_arm_and_stays_within_its_frame(page: Page, good: str) -> None:
    page.goto(good)
    charts = page.locator("svg")
    assert [charts.nth(n).locator(".label").count() for n in range(3)] == [12, 9, 6]
    sticking_out = page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text, circle, rect, line, polygon')].filter(one => {
                const box = one.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
            }).map(one => one.outerHTML);
        })"""
    )
    assert sticking_out == []


def test_charts_keep_their_texts_apart(page: Page, good: str) -> None:
    page.goto(good)
    overlapping = page.evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const boxes = [...svg.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
            return boxes.flatMap(([text, a], n) => boxes.slice(n + 1)
                .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2)
                .map(([other]) => text + ' / ' + other));
        })"""
    )
    assert overlapping == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_stands_out_from_paper_in_light_and_dark(page: Page, bad: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(bad)
    ratios = page.evaluate(
        """() => {
            const light = colour => {
                const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(n => n / 255)
                    .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
            };
            const paper = light(getComputedStyle(document.body).backgroundColor);
            const ratio = ink => (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
            const of = (selector, what) => ratio(light(getComputedStyle(document.querySelector(selector))[what]));
            return {body: of('body', 'color'), hint: of('.hint', 'color'), verdict: of('.verdict', 'color'),
                    tick: of('svg .tick', 'fill'), first: of('svg .arm-0', 'fill'), second: of('svg .arm-1', 'fill'),
                    third: of('svg .arm-2', 'fill')};
        }"""
    )
    assert all(ratio >= 4.5 for ratio in ratios.values()), ratios


def test_on_paper_the_page_is_dark_on_white_and_no_wider_than_the_sheet(page: Page, bad: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 with margins of 1 cm
    page.goto(bad)
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_on_a_narrow_screen_only_the_table_scrolls(page: Page, bad: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(bad)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
