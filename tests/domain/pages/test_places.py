"""Where attachments stand, and for whom: header, lines, comments, on orders and requisitions."""

from __future__ import annotations

import pytest

from coupa_async.domain.order import AttachmentIntent, AttachmentPlace
from coupa_async.domain.pages.late_parts import State
from coupa_async.domain.pages.page import OrderPage, read_page
from fixtures.catalogue import load
from fixtures.rendering.render import document
from tests.domain.pages.test_page import BASE, NONE, comment_link, counted, file_item, order, order_html

CATALOGUE = load()
UNREAD = '<li class="attachment" id="attachment_9"><span class="attachment-file">x</span></li>'


def row(number: str, inside: str, *, after: str = "") -> str:
    cells = f'<td class="line_num"> {number} </td><td>{inside}</td>'
    return f'<table id="order_line_table_tag"><tr id="order_line_row_7">{cells}</tr>{after}</table>'


def line_list(items: str, wrapper: str = "lineAttachments") -> str:
    return f'<div class="{wrapper}"><ul class="attachments-list">{items}</ul></div>'


def places(page: OrderPage) -> list[str]:
    return [attachment.where for attachment in page.attachments]


def test_every_attachment_of_the_recorded_site_stands_where_its_truth_says() -> None:
    kinds = {"order_headers": CATALOGUE.orders, "requisition_headers": CATALOGUE.requisitions}
    seen = set()
    for controller, orders in kinds.items():
        for known in orders.values():
            if known.page != "order":
                continue
            html = document(known, BASE, controller=controller, is_mounted=True)
            page = read_page(html, f"{BASE}/{controller}/{known.key}", BASE)
            assert isinstance(page, OrderPage)
            wanted = [(str(item.id), *known.stands(item)) for item in known.own() if not item.unread]
            assert [(item.id, item.where, item.intent) for item in page.attachments] == wanted, known.number
            seen |= {(controller, item.place) for item in page.attachments}
    assert ("requisition_headers", AttachmentPlace.LINE) in seen
    assert {place for _, place in seen} == {AttachmentPlace.HEADER, AttachmentPlace.LINE, AttachmentPlace.COMMENT}


@pytest.mark.parametrize("wrapper", ["lineAttachments", "attachments"])
def test_a_files_line_is_told_in_whatever_list_it_stands(wrapper: str) -> None:
    page = order(order_html(file_item(5), row("3", line_list(file_item(6), wrapper))))
    assert places(page) == ["header", "line 3"]


def test_files_in_a_row_below_their_line_belong_to_it() -> None:
    below = f'<tr class="lineAttachments"><td colspan="9">{file_item(6)}</td></tr>'
    assert places(order(order_html(rest=row("12", "", after=below)))) == ["line 12"]


def test_a_file_named_in_several_places_stands_in_the_first() -> None:
    html = order_html(file_item(5), row("1", line_list(file_item(5))) + counted(1, comment_link(5)))
    assert places(order(html)) == ["header"]


def test_a_file_in_no_known_place_is_elsewhere() -> None:
    html = order_html(rest='<p><a href="/attachment/attachment_file/type/8/x.pdf">x</a></p>')
    assert [(item.place, item.intent) for item in order(html).attachments] == [
        (AttachmentPlace.ELSEWHERE, AttachmentIntent.UNKNOWN)
    ]


@pytest.mark.parametrize(
    ("mark", "intent"),
    [
        ('<span class="intent-show">(→ Supplier)</span>', AttachmentIntent.SUPPLIER),
        ('<span class="intent-show">(→ Leverantör)</span>', AttachmentIntent.SUPPLIER),
        ('<span class="intent-show">(Internal)</span>', AttachmentIntent.INTERNAL),
        ("", AttachmentIntent.UNKNOWN),
    ],
)
def test_intent_is_told_by_the_mark_beside_the_file(mark: str, intent: AttachmentIntent) -> None:
    page = order(order_html(file_item(5).removesuffix("</li>") + mark + "</li>" + file_item(6)))
    assert [item.intent for item in page.attachments] == [intent, AttachmentIntent.UNKNOWN]


def test_a_line_that_has_no_files_does_not_make_a_header_that_is_not_loaded_empty() -> None:
    page = order(order_html("", row("1", line_list(NONE, "attachments"))))
    assert page.missing == "the page never showed its attachment list"
    header = next(part for part in page.parts if part.name == "attachment list")
    assert header.state is State.NOT_YET


def test_a_lines_file_does_not_make_a_header_that_is_not_loaded_present() -> None:
    page = order(order_html("", row("1", line_list(file_item(6), "attachments"))))
    assert page.missing == "the page never showed its attachment list"


def test_a_file_that_a_lines_list_announces_and_does_not_show_is_missing() -> None:
    page = order(order_html(rest=row("1", line_list(file_item(6) + UNREAD))))
    assert page.missing == "the page announces 2 attachments of lines and shows 1"
