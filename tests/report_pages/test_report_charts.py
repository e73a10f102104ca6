"""The charts of a report, also for those who do not see them, and what stands beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import write_report
from tests.report_pages.sample_report import AT, HOSTILE, order

pytestmark = pytest.mark.browser


def test_charts_have_names_and_numbers_for_those_who_do_not_see_them(small: Page) -> None:
    names = [item.get_attribute("aria-label") or "" for item in small.get_by_role("img").all()]
    assert [name.split(":")[0] for name in names] == [
        "Of 31 orders",
        "Orders over time",
        "How long orders took",
        "Restarts and memory over time",
    ]
    assert "Completed 6, No attachments 6, Partial 6, Failed 6, Not found 6, Pending 1" in names[0]
    assert "1 restart" in names[3]
    small.locator("summary").first.click()
    table = small.get_by_role("region", name="Orders over time").get_by_role("table")
    assert sum(int(cell) for cell in table.locator("td:not(:first-child)").all_inner_texts()) == 30


def test_three_orders_are_three_in_the_charts_and_not_a_hundred_a_minute(
    page: Page, make_report: Callable[[int], str]
) -> None:
    page.goto(make_report(3))
    for name in ("Orders over time", "How long orders took"):
        chart = page.get_by_role("img", name=name)
        ticks = [text for text in chart.locator("text[text-anchor=end]").all_inner_texts() if text]
        assert all(tick.isdecimal() and int(tick) <= 4 for tick in ticks), (name, ticks)
        widths = [float(box.get_attribute("width") or 0) for box in chart.locator("rect.box").all()]
        assert min(widths) > 40
    expect(page.locator("#charts")).to_contain_text("3 orders in")


def test_rows_that_name_no_order_are_listed_apart(page: Page, tmp_path: Path) -> None:
    asked = AskedOrders(
        orders={"1": False, "2": False}, bad_rows={7: f"{HOSTILE} is no order number", 9: "it is empty"}
    )
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={}, asked=asked)
        journal.record(order(0), AT)
        journal.record(order(98), AT)
        page.goto(write_report(tmp_path, journal, history, AT).as_uri())
    rows = page.locator(".bad-rows")
    expect(rows.locator("summary")).to_have_text("2 rows of the spreadsheet name no order")
    rows.locator("summary").click()
    expect(rows).to_contain_text(f"Row 7: {HOSTILE}")
    verdict = page.locator(".verdict").first
    expect(verdict).to_contain_text("1 is still to do: coupa-async retry")
    expect(verdict).to_contain_text("1 order of other spreadsheets is in the table as well")
