"""The parts of a page that may come late, how long each is waited for, and pages that nobody could parse in time."""

from __future__ import annotations

import time

import pytest

from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.order import AttachmentSource
from coupa_async.domain.outcome import FailedAttachment, Outcome, judge
from coupa_async.domain.pages.late_parts import Settling
from coupa_async.domain.pages.page import OrderPage, read_page
from tests.domain.pages.test_page import BASE, NONE, URL, comment_link, file_item, order, order_html

ISLAND = '<div id="s-mountCommentsApp">{}</div>'
COMMENT = '<li class="comment">{}</li>'
TABLE = '<table id="order_line_table_tag"><tr><th>#</th></tr>{}</table>'


@pytest.mark.parametrize(
    ("mounted", "is_complete"),
    [
        ("", False),
        (" <!-- mounts here --> ", False),
        ("<script>mount()</script>", False),
        ('<div class="c-Spinner"></div>', False),
        ('<div aria-busy="true"></div>', False),
        ("<form><textarea></textarea></form>", True),
        (COMMENT.format("x"), True),
    ],
)
def test_comments_that_are_not_counted_are_none_only_once_their_place_is_drawn(mounted: str, is_complete: bool) -> None:
    assert order(order_html(NONE, ISLAND.format(mounted))).is_complete is is_complete


def test_comments_that_are_counted_as_none_are_not_waited_for() -> None:
    assert order(order_html(NONE, '<span class="comments_count">(0)</span>' + ISLAND.format(""))).is_complete


def test_each_comments_own_button_counts() -> None:
    def button(count: int) -> str:
        return f'<button class="s-viewFileAttachment">View Attachments ({count})</button>'

    both = COMMENT.format(button(1) + comment_link(1)) + COMMENT.format(button(2) + comment_link(2))
    page = order(order_html(NONE, ISLAND.format(both)))
    assert page.missing == "the page announces 3 comment attachments and shows 2"


@pytest.mark.parametrize("count", ["9" * 5000, "x", "", "\u0661"])
def test_a_count_that_is_none_is_no_exception(count: str) -> None:
    html = order_html(NONE, f'<button class="s-viewFileAttachment">View ({count})</button>')
    assert isinstance(order(html.replace("7200", "7" * 5000)), OrderPage)


@pytest.mark.parametrize(
    "label",
    ["(2)", "\uff082\uff09", "(\u200e2\u200f)", "[2]", "2 Anhänge anzeigen", "Anexos: 2", "(\u0662)", "\u00a0( 2 )"],
)
def test_a_count_is_read_in_every_script_and_form(label: str) -> None:
    button = f'<button class="s-viewFileAttachment">{label}</button>'
    page = order(order_html(NONE, ISLAND.format(f'<li class="comment">{button}</li>')))
    assert page.missing == "the page announces 2 comment attachments and shows 0"


@pytest.mark.parametrize("label", ["View Offer-2025.pdf", "View 3.pdf", "2 of 7", "no. #12"])
def test_a_number_that_counts_nothing_is_none(label: str) -> None:
    button = f'<button class="s-viewFileAttachment">{label}</button>'
    assert order(order_html(NONE, ISLAND.format(f'<li class="comment">{button}</li>'))).is_complete


def test_a_count_may_have_separators() -> None:
    html = order_html(NONE, '<button class="s-viewFileAttachment">View (1.234)</button>')
    assert order(html).missing == "the page announces 1,234 comment attachments and shows 0"


@pytest.mark.parametrize(
    ("rows", "is_complete"), [("", False), ('<tr id="order_line_row_1"></tr>', True), ("<tr><td>None</td></tr>", True)]
)
def test_a_table_of_lines_that_has_only_its_head_is_yet_to_be_filled(rows: str, is_complete: bool) -> None:
    assert order(order_html(NONE, TABLE.format(rows))).is_complete is is_complete


def test_what_is_shown_is_told_beside_what_is_announced() -> None:
    bare = '<li class="attachment" id="attachment_6" data-url="/attachments/6"></li>'
    page = order(order_html(file_item(5) + bare, controller="requisition_headers"))
    assert page.kind is AttachmentSource.REQUISITION
    assert page.missing == "the page announces 2 attachments and shows 1"
    assert [attachment.id for attachment in page.attachments] == ["5"]


@pytest.mark.parametrize(
    "address", ["https://t.example:x/attachment_file/type/6/a", "http://t.example:99999/attachment_file/type/6/a"]
)
def test_a_file_whose_address_is_none_is_announced_and_not_shown(address: str) -> None:
    item = (
        f'<li class="attachment" id="attachment_6"><span class="attachment-file" data-url="{address}">a.pdf</span></li>'
    )
    other = '<li class="attachment" id="attachment_5"><span class="attachment-text">x</span></li>'
    page = order(order_html(f'<ul class="attachments-list">{item}{other}</ul>'))
    assert page.missing == "the page announces 2 attachments and shows 1"


def test_each_part_has_the_settling_time_to_itself() -> None:
    settling = Settling(10, 0)
    assert not settling.is_over({"lines": 0, "comments": 1}, 9)
    assert not settling.is_over({"lines": 0, "comments": 2}, 9.5)
    assert not settling.is_over({"lines": 0, "comments": 2}, 19)
    assert settling.is_over({"lines": 0}, 19.1), "the progress of the comments is none of the lines"
    assert settling.is_over({"lines": 0, "comments": 2}, 19.6)


def test_a_page_that_always_shows_one_more_is_left_in_the_end() -> None:
    settling = Settling(10, 0)
    assert not any(settling.is_over({"comments": second}, second) for second in range(1, 40))
    assert settling.is_over({"comments": 41}, 41)


@pytest.mark.parametrize(
    ("found", "saved", "outcome"), [(0, 0, Outcome.FAILED), (1, 1, Outcome.PARTIAL), (2, 1, Outcome.PARTIAL)]
)
def test_a_page_that_did_not_show_all_is_never_complete_and_never_empty(
    found: int, saved: int, outcome: Outcome
) -> None:
    failed = [FailedAttachment(id="1", name="x", reason="x")] * (found - saved)
    assert judge(found, saved, failed, is_whole=False) is outcome


@pytest.mark.parametrize(
    "excess",
    [
        "<div>" * 200_000,
        "<div>" * 200_000 + "</div>" * 200_000,
        "<span><div></span>" * 100_000,
        "<b><div></b>" * 100_000,
        "<ul><li>" * 100_000,
        "<select>" + "<OPTION>x" * 100_000,
        "".join(f"<b id={n}>" for n in range(400)) + "<p>x</p>" * 100_000,
        '<a href="/attachment/attachment_file/type/{{id2}}">x</a>' * 100_000,
        "".join(f'<a href="/attachment/attachment_file/type/{n}/x">x</a>' for n in range(6_000)),
        "x" * (64 * 2**20 + 1),
    ],
    ids=["deep", "closed", "span", "b", "list", "options", "reopened", "templates", "attachments", "large"],
)
def test_a_page_that_nobody_could_parse_in_time_is_refused_at_once(excess: str) -> None:
    html = order_html(NONE, excess)
    began_s = time.process_time()
    with pytest.raises(ExcessivePageError):
        read_page(html, URL, BASE)
    assert time.process_time() - began_s < 5


def test_a_page_as_deep_as_chromium_writes_them_down_is_read() -> None:
    deep = "<div>" * 511 + "<div></div>" * 12_000 + "</div>" * 511  # 513 with the root and the innermost
    assert [attachment.id for attachment in order(order_html(file_item(5), deep)).attachments] == ["5"]


def test_a_large_page_whose_elements_are_closed_or_need_not_be_is_read() -> None:
    rows = "<tr><td><p>text<br><b>bold</b><a name=x>anchor</a><input><span></span></tr>" * 5_000
    script = "<script>document.write('<div>'.repeat(9) + \"<div><div>\")</script>" * 1_000
    html = order_html(
        file_item(5), f"<table>{rows}</table><ul>{'<li>x' * 5_000}</ul>{script}<!-- {'<div>' * 1_000} -->"
    )
    assert [attachment.id for attachment in order(html).attachments] == ["5"]


@pytest.mark.parametrize("body", ["", "<p>Loading</p>", '<iframe src="/order_headers/1/attachments"></iframe>'])
def test_a_page_that_was_cut_off_before_any_list_or_shows_it_in_a_frame_is_not_yet_whole(body: str) -> None:
    html = f"<html data-controller=order_headers data-action=show><h1 id=pageHeader>Purchase Order #PO1</h1>{body}"
    assert order(html).missing == "the page never showed its attachment list"


def test_files_outside_of_any_list_are_a_sign_that_the_page_is_there() -> None:
    link = '<a href="/attachment/attachment_file/file/5/a.pdf">a</a>'
    assert order(f'<html data-controller="order_headers" data-action="show">{link}').is_complete


@pytest.mark.parametrize(
    "said",
    [
        "<h2>Attachments (3)</h2>",
        "<h3>Anexos: <b>3</b></h3>",
        "<legend>Pièces jointes (3)</legend>",
        '<a href="#attachments">Attachments <i>3</i></a>',
        '<span class="attachments_count"> (3)</span>',
        '<span id="header-attachment-count">3</span>',
    ],
)
def test_files_that_a_heading_counts_and_that_are_not_shown_are_missing(said: str) -> None:
    page = order(order_html(file_item(1) + file_item(2), said))
    assert page.missing == "the page announces 3 attachments and shows 2"
    assert order(order_html(file_item(1) + file_item(2) + file_item(3), said)).is_complete


def test_a_heading_may_count_the_files_of_comments_too() -> None:
    comments = ISLAND.format(COMMENT.format(comment_link(7)))
    assert order(order_html(file_item(1) + file_item(2), "<h2>Attachments (3)</h2>" + comments)).is_complete


def test_a_heading_that_says_none_is_no_sign_of_an_empty_list() -> None:
    assert not order(order_html("", "<h2>Attachments (0)</h2>")).is_complete


@pytest.mark.parametrize(
    "other",
    [
        '<li class="comment"><h4>Attachments (9)</h4></li>',
        '<table><tr id="order_line_row_5"><td><h4>Attachments (9)</h4></td></tr></table>',
        "<h2>Order 9</h2>",
        '<span class="attachment account">9</span>',
        "<h2>Attachments</h2><p>9 people see these attachments</p>",
    ],
)
def test_what_counts_something_else_is_no_count_of_the_documents_files(other: str) -> None:
    assert order(order_html(file_item(1), other)).is_complete
