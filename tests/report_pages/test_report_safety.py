"""The report believes no name and asks no host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.report_pages.sample_report import HOSTILE

pytestmark = pytest.mark.browser


def test_it_asks_no_host_and_the_console_is_silent(small: Page, requests: list[str], complaints: list[str]) -> None:
    expect(small.locator("#table tbody tr")).to_have_count(30)
    expect(small.locator("#pager")).to_be_hidden()  # one page is no pages
    small.get_by_role("button", name="details of PO4").click()
    for name in ("Partial", "Partial"):
        small.get_by_role("group", name="Outcomes to show").get_by_role("button", name=name).click()
    small.get_by_role("searchbox").fill("nothing like it")
    assert [url for url in requests if not url.startswith("file:///")] == []
    assert len(requests) == 1
    assert complaints == []


def test_hostile_names_are_text(small: Page) -> None:
    small.get_by_role("button", name="details of PO4").click()
    expect(small.get_by_role("row").filter(has=small.get_by_role("rowheader", name="PO4", exact=True))).to_contain_text(
        HOSTILE
    )
    expect(small.locator("tr.detail li").last).to_have_text(f"{HOSTILE}: 404")
    expect(small.locator("#settings")).to_contain_text(HOSTILE)
    expect(small.locator("#moments")).to_contain_text(HOSTILE)
    assert small.locator("img").count() == 0
    assert small.title() != "owned"
