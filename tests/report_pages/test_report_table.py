"""The orders of a report: filtered, sorted, followed, ten thousand of them, and saved as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from coupa_async.domain.data.record import OrderData
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.run_report import write_report
from tests.report_pages.sample_report import AT, HOSTILE, order

pytestmark = pytest.mark.browser
# The page's own answer to a click or a key, in milliseconds; it takes a tenth of this.
SMOOTH_MS = 400


def numbers(page: Page) -> list[str]:
    return page.locator("#table tbody th").all_inner_texts()


def test_outcomes_filter_and_combine_with_the_search(small: Page) -> None:
    group = small.get_by_role("group", name="Outcomes to show")
    partial = group.get_by_role("button", name="Partial")
    partial.click()
    expect(partial).to_have_attribute("aria-pressed", "true")
    expect(small.get_by_role("status")).to_have_text("6 of 30")
    assert numbers(small) == ["PO29", "PO24", "PO19", "PO14", "PO9", "PO4"]
    group.get_by_role("button", name="Failed").click()
    expect(small.get_by_role("status")).to_have_text("12 of 30")
    small.get_by_role("searchbox").fill("was REFUSED")
    assert {text.split("\t")[1] for text in small.locator("#table tbody tr").all_inner_texts()} == {"Partial", "Failed"}
    assert all("it was refused" in text for text in small.locator("#table tbody tr").all_inner_texts())
    small.get_by_role("searchbox").fill("offer #8.txt")
    assert numbers(small) == ["PO9"]
    small.get_by_role("searchbox").fill("no such thing")
    expect(small.locator("#table tbody")).to_have_text("No order is like that.")


def test_the_verdict_leads_to_what_needs_a_look(small: Page) -> None:
    expect(small.locator(".verdict").first).to_contain_text("18 of 31 orders need a look")
    expect(small.locator(".verdict").first).to_contain_text("1 is still to do")
    small.get_by_role("button", name="Show them").click()
    expect(small.get_by_role("status")).to_have_text("18 of 30")
    assert small.evaluate("document.activeElement.id") == "orders"


def test_columns_sort_both_ways_by_keyboard_and_say_so(small: Page) -> None:
    head = small.get_by_role("columnheader", name="Order")
    head.get_by_role("button").focus()
    small.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert numbers(small)[:3] == ["PO1", "PO2", "PO3"]  # by value, not by letter
    small.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert numbers(small)[:3] == ["PO30", "PO29", "PO28"]
    small.get_by_role("columnheader", name="Size").get_by_role("button").click()
    assert numbers(small)[0] == "PO29"
    expect(head).to_have_attribute("aria-sort", "none")
    small.get_by_role("columnheader", name="Note").get_by_role("button").click()
    assert small.locator("#table tbody tr").last.locator(".note").inner_text() == ""  # blanks last


def test_links_lead_to_folder_tenant_screenshot_and_file(small: Page) -> None:
    def link(name: str) -> Locator:
        return small.get_by_role("link", name=name, exact=True)

    expect(link("Coupa of PO4")).to_have_attribute("href", "https://tenant.example.com/order_headers/4")
    expect(link("Screenshot of PO3")).to_have_attribute("href", "./snapshots/PO3_FAILED.png")
    expect(link("Screenshot of PO8")).to_have_count(0)
    small.get_by_role("button", name="details of PO4").click()
    link("Offer #3.txt").click()
    expect(small.locator("body")).to_have_text("the offer")
    small.go_back()
    link("Folder of PO4").click()
    expect(small.locator("body")).to_contain_text("Offer #3.txt")


def test_ten_thousand_orders_stay_smooth(page: Page, make_report: Callable[[int], str], complaints: list[str]) -> None:
    page.goto(make_report(10_000))
    expect(page.get_by_role("status")).to_have_text("10,000 in all")
    expect(page.locator("#table tbody tr")).to_have_count(100)

    def took_ms(code: str) -> float:
        return float(
            page.evaluate(f"() => {{ const t = performance.now(); {code}; document.body.offsetHeight; "
                          "return performance.now() - t; }")
        )  # fmt: skip

    search = "const s = document.getElementById('search'); s.value = {!r}; s.dispatchEvent(new Event('input'))"
    times = [took_ms(f"document.querySelectorAll('thead button')[{column}].click()") for column in range(9)]
    times.append(took_ms(search.format("supplier 3 offer")))
    assert page.get_by_role("status").inner_text() != "10,000 in all"
    times.append(took_ms(search.format("")))
    page.get_by_role("button", name="Last page").click()
    expect(page.get_by_role("navigation")).to_contain_text("Page 100 of 100")
    assert max(times) < SMOOTH_MS
    assert page.evaluate("document.querySelectorAll('*').length") < 6000
    assert complaints == []


def test_data_that_was_asked_for_is_in_the_table_added_up_and_saved_as_a_file(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    totals = ["1.000,50", "2,25", "0,75", ""]
    with Journal(tmp_path / FILE_NAME) as journal, History(tmp_path / FILE_NAME, now=lambda: AT) as history:
        history.begin(
            backend="playwright", lane="auto", workers=1, settings={"data": "total, currency, status, PR Type"}
        )
        for index, total in enumerate(totals):
            fields = (("total", total), ("currency", "BRL"), ("status", "Emitido" if index else HOSTILE))
            shown = tuple((name, text) for name, text in fields if text)
            own = OrderData(language="pt-BR", fields=shown, labels=(("PR Type", '=1+1;"x"'),))
            journal.record(replace(order(index * 5), data=own), AT + timedelta(seconds=index))
        page.goto(write_report(tmp_path, journal, history, AT).as_uri())
    heads = page.locator("#table thead th").all_inner_texts()
    assert heads[8:12] == ["Total", "Currency", "Status", "PR Type"]
    page.get_by_role("button", name="Total", exact=True).click()
    cells = page.locator("#table tbody tr td:nth-child(9)")
    assert cells.all_inner_texts() == ["1,000.50", "2.25", "0.75", ""]
    amounts = page.locator("#amounts tbody tr")
    assert amounts.all_inner_texts() == ["Emitido\t3\t3.00 BRL", f"{HOSTILE}\t1\t1,000.50 BRL"]
    page.locator("#group").select_option("supplier")
    expect(page.locator("#group-name")).to_have_text("Supplier")
    page.get_by_label("Search").fill("PO1 ")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    saved.value.save_as(tmp_path / "saved.csv")
    header, *rows = csv.reader((tmp_path / "saved.csv").read_text("utf-8-sig").splitlines())
    row = dict(zip(header, rows[0], strict=True))
    assert (row["Order"], row["total"], row["currency"], row["status"]) == ("PO1", "1000.50", "BRL", HOSTILE)
    assert row["PR Type"] == '\'=1+1;"x"'
    assert complaints == []
