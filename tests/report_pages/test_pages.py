"""The recorded site as a browser sees it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fixtures.catalogue import FILES

pytestmark = pytest.mark.browser
Where = dict[str, str]


def test_an_order_shows_its_attachments_without_complaint(page: Page, open_site: Where, complaints: list[str]) -> None:
    page.goto(f"{open_site['base_url']}/order_headers/15262984")
    expect(page.locator("html")).to_have_attribute("data-controller", "order_headers")
    expect(page.locator("ul.attachments-list li.attachment")).to_have_count(3)
    assert complaints == []


def test_comments_are_mounted_by_script_after_the_page_is_there(page: Page, open_site: Where) -> None:
    raw = page.request.get(f"{open_site['base_url']}/order_headers/15262985").text()
    assert '<li class="comment' not in raw
    page.goto(f"{open_site['base_url']}/order_headers/15262985", wait_until="commit")
    expect(page.locator("button.s-viewFileAttachment")).to_have_text("View Attachments (2)")
    expect(page.locator("#s-mountCommentsApp li.attachmentFile a")).to_have_count(2)


def test_two_languages_have_the_same_ids_and_classes(page: Page, open_site: Where) -> None:
    def skeleton(order: str) -> set[str]:
        page.goto(f"{open_site['base_url']}/order_headers/{order}")
        page.locator("#s-mountCommentsApp li").first.wait_for()
        # But for the pager of lines, which only an order of many lines has.
        ours = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.line_pager'))"
        found = page.evaluate(f"{ours}.map(e => e.id + '.' + e.className)")
        return {name for name in found if not any(ch.isdigit() for ch in name)}

    assert skeleton("15262985") == skeleton("15262986")
    expect(page.locator("html")).to_have_attribute("lang", "pt-BR")
    expect(page.locator("span.attachment-file .underline")).to_have_attribute(
        "aria-label", "Cotação nº 7.pdf anexo de arquivo"
    )


def test_the_oops_page_has_the_curly_apostrophe(page: Page, open_site: Where) -> None:
    answer = page.goto(f"{open_site['base_url']}/order_headers/15263000")
    assert answer is not None
    assert answer.status == 404
    expect(page).to_have_title("Coupa: Page not found")
    expect(page.locator("h1#error-message")).to_have_text("Oops! We couldn\u2019t find what you wanted.")


def test_a_click_downloads_the_file_under_its_name(page: Page, open_site: Where, tmp_path: Path) -> None:
    page.goto(f"{open_site['base_url']}/order_headers/15262984")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Offer 2025-118.pdf").click()
    assert waiting.value.suggested_filename == "Offer 2025-118.pdf"
    waiting.value.save_as(tmp_path / "offer.pdf")
    assert hashlib.sha256((tmp_path / "offer.pdf").read_bytes()).digest() == (
        hashlib.sha256((FILES / "offer.pdf").read_bytes()).digest()
    )


def test_an_attachments_own_address_leads_back_to_its_document(page: Page, open_site: Where) -> None:
    page.goto(f"{open_site['base_url']}/attachments/5001")
    assert page.url.endswith("/order_headers/15262984")


def test_signing_in_leads_to_the_page_first_asked_for(page: Page, walled_site: Where) -> None:
    page.goto(f"{walled_site['base_url']}/order_headers/15262984")
    page.locator("input[type=text]").fill(walled_site["username"])
    page.locator("input[type=password]").fill("wrong")
    page.locator("[type=submit]").click()
    expect(page.locator("#flash_error")).to_contain_text("Invalid")
    page.locator("input[type=text]").fill(walled_site["username"])
    page.locator("input[type=password]").fill(walled_site["password"])
    page.locator("[type=submit]").click()
    page.wait_for_url("**/order_headers/15262984")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["_coupa_session"]["httpOnly"]
    assert "supplier-name" in page.content()
