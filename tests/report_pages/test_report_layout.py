"""The report at each width, on paper, in the dark and by keyboard."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [800, 1041, 1100, 1241, 1280])
def test_note_and_links_are_seen_without_scrolling_sideways(
    page: Page, make_report: Callable[[int], str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(make_report(30))
    hidden = page.evaluate("(s => s.scrollWidth - s.clientWidth)(document.querySelector('.scroll'))")
    assert hidden <= 1
    expect(page.get_by_role("columnheader", name="Note")).to_be_visible()
    expect(page.get_by_role("link", name="Folder of PO1", exact=True)).to_be_visible()


@pytest.mark.parametrize("count", [3, 30, 250])
def test_no_printed_page_has_only_a_line_or_two(page: Page, make_report: Callable[[int], str], count: int) -> None:
    page.goto(make_report(count))
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    lines = [len(sheet.extract_text().splitlines()) for sheet in pages]
    assert min(lines) > 4, lines


def test_everything_is_reached_by_keyboard_and_seen_when_it_is(small: Page) -> None:
    small.keyboard.press("Tab")
    expect(small.get_by_role("link", name="To the orders")).to_be_focused()
    small.keyboard.press("Enter")
    small.keyboard.press("Tab")
    expect(small.get_by_role("searchbox")).to_be_focused()
    width = small.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "2px"


def test_dark_and_print_change_the_colours_and_print_shows_all_rows(
    page: Page, make_report: Callable[[int], str]
) -> None:
    page.goto(make_report(250))

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = paper()
    page.emulate_media(color_scheme="dark")
    assert paper() != light
    page.emulate_media(media="print", color_scheme="dark")
    assert paper() == "rgb(255, 255, 255)"
    expect(page.locator("#table tbody tr")).to_have_count(100)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#table tbody tr")).to_have_count(250)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#table tbody tr")).to_have_count(100)
