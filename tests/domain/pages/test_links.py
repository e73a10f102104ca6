"""Every address of an attachment, wherever in a page it stands: known structures, and some that nobody foresaw."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupa_async.domain.order import AttachmentKind
from coupa_async.domain.pages.links import absolute, file_id
from tests.domain.pages.test_page import BASE, NONE, URL, comment_link, file_item, ids, order, order_html

Place = Callable[[str], str]

KNOWN: tuple[Place, ...] = (
    lambda path: f'<a href="{path}">a file</a>',
    lambda path: f'<div data-url="{BASE}{path}" title="x">x</div>',
    lambda path: f"<noscript><a href={path}>x</a></noscript>",
    lambda path: f'<ul><li><a href="{path}" download>x</a></li></ul>',
    lambda path: (
        f'<li class="attachment"><span class="attachment-file" data-url="{path}?supplier_view_key=0f"></span></li>'
    ),
)
UNKNOWN: tuple[Place, ...] = (
    lambda path: f"<script>var files = {json.dumps([path])};</script>",
    lambda path: f"<script>var files = {json.dumps([path])};</script>".replace("/attach", "\\/attach"),
    lambda path: f'<script>x = "{path.replace("/", chr(92) + "u002F")}"</script>',
    lambda path: f'<script>x = "{path.replace("/", chr(92) + "u002f")}", y = "a"</script>',
    lambda path: f"<script>x = {json.dumps(json.dumps({'u': path}))};</script>".replace("/", "\\/", 4),
    lambda path: f'<div data-props="{escape(json.dumps({"u": BASE + path, "v": 1}))}"></div>',
    lambda path: f"<div data-props='{json.dumps({'u': path})}'></div>",
    lambda path: f'<i data-file="{path.replace("/", "&#x2F;")}"></i>',
    lambda path: f'<i data-file="{path.replace("/", "&sol;")}?a=1&amp;b=2"></i>',
    lambda path: f"<b onclick=\"open('{path}')\">x</b>",
    lambda path: f"<!-- see {path} -->",
    lambda path: f"<!--{BASE}{path}-->",
    lambda path: f"<p>Find it at {BASE}{path}, or ask.</p>",
    lambda path: f'<a href="/viewer?file={quote(path, safe="")}&amp;page=2">x</a>',
    lambda path: f'<a href="/viewer?file={quote(quote(BASE + path, safe=""), safe="")}">x</a>',
    lambda path: f'<img srcset="/x.png 1x, {path} 2x">',
    lambda path: f'<img srcset="{path} 1x, /y.png 2x">',
    lambda path: f"<style>i {{ background: url({path}) }}</style>",
    lambda path: f'<object data="//tenant.example.com{path}"></object>',
    lambda path: f'<template><a href="..{path}">x</a></template>',
)
NO_ADDRESSES = (
    '<script type="text/template"><a href="/attachment/attachment_file/type/{{id}}/{{name}}">x</a></script>',
    "<script>p = `/attachment/attachment_file/type/${id}/${name}`</script>",
    "<script>q = '/attachment/attachment_file/file/:id/:name'</script>",
    '<script>p = "/attachment/attachment_file/type/" + id</script>',
    '<input name="attachment[attachment_file]" id="attachment_attachment_file_7">',
    '<a href="/attachments/7">up</a><img src="/public_attachments/8">',
    '<a href="/sessions/attachment_file/file/9/x">out</a>',
    '<a href="/attachment/attachment_file/new">Add</a><span aria-label="Add File Attachment">+</span>',
)
NAMES = st.from_regex(r"[A-Za-z0-9_()+-]{1,12}(%C3%A7|\.v2)?\.(pdf|docx|7z)", fullmatch=True)
PATHS = st.builds(
    lambda kind, number, name: (str(number), f"/attachment/attachment_file/{kind}/{number}/{name}"),
    st.sampled_from(["type", "file"]),
    st.integers(1, 10**9),
    NAMES,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PATHS, st.sampled_from(KNOWN + UNKNOWN)), max_size=8), st.sampled_from(NO_ADDRESSES))
def test_the_attachments_of_a_page_are_the_addresses_in_its_text(
    placed: list[tuple[tuple[str, str], Place]], beside: str
) -> None:
    page = order(order_html(NONE, beside + "\n".join(place(path) for (_, path), place in placed)))
    assert set(ids(page)) == {number for (number, _), _ in placed}
    by_id = {attachment.id: attachment for attachment in page.attachments}
    for (number, _), _ in placed:
        assert file_id(by_id[number].url) == number
        assert by_id[number].url.startswith(f"{BASE}/attachment/attachment_file/")


@pytest.mark.parametrize("place", UNKNOWN)
def test_what_stands_in_no_known_structure_is_an_attachment_with_a_note(place: Place) -> None:
    page = order(order_html(file_item(5), place("/attachment/attachment_file/file/77/Offer_no.%207.pdf")))
    assert ids(page) == ["5", "77"]
    assert page.attachments[-1].url.startswith(f"{BASE}/attachment/attachment_file/file/77/Offer_no.%207.pdf")
    assert page.attachments[-1].name == "Offer_no. 7.pdf"
    assert page.note == "found outside the known lists: Offer_no. 7.pdf"


def test_one_id_is_one_attachment_however_often_its_address_is_written() -> None:
    again = '<script>x = "/attachment/attachment_file/type/5/other.pdf?supplier_view_key=9"</script>'
    page = order(order_html(file_item(5), again + comment_link(5)))
    assert ids(page) == ["5"]
    assert page.note == ""


@pytest.mark.parametrize("html", NO_ADDRESSES)
def test_what_a_template_has_yet_to_fill_in_is_none(html: str) -> None:
    assert order(order_html(NONE, html)).attachments == ()


@pytest.mark.parametrize("controller", ["order_headers", "requisition_headers"])
@pytest.mark.parametrize("items", ["<div>{}</div>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</table>"])
def test_plain_links_in_the_list_are_a_list_that_is_there(items: str, controller: str) -> None:
    link = '<a href="/attachment/attachment_file/type/5/a.pdf">a.pdf</a>'
    html = order_html(rest=f'<div class="attachments">{items.format(link)}</div>', controller=controller)
    page = order(html.replace(f'<ul class="attachments-list">{NONE}</ul>', ""))
    assert (ids(page), page.missing, page.note) == (["5"], "", "")


@pytest.mark.parametrize(
    "address", ["http://[x", "http://[x]/a", "http://h:99999999/a", "http://h:x/a", "http://\u2100/", "\0"]
)
def test_an_address_that_is_none_is_no_attachment_and_no_exception(address: str) -> None:
    span = f'<span class="attachment-file" data-url="{address}/attachment_file/file/5/a"></span>'
    file = f'<li class="attachment">{span}</li>'
    link = f'<a id="order_header_requisition_header" href="{address}">x</a><a download href="{address}">x</a>'
    page = order(order_html(file, link))
    assert [
        attachment
        for attachment in page.attachments
        if attachment.kind is AttachmentKind.FILE and not absolute(URL, attachment.url)
    ] == []
    assert page.requisition_url == "" or absolute(URL, page.requisition_url)


def test_a_url_that_opens_nothing_is_kept_as_it_was_typed() -> None:
    item = '<li class="attachment" id="attachment_8"><span class="attachment-url" data-url="http://[SharePoint]/PO">{}</span></li>'
    (entry,) = order(order_html(item.format('<span title="Share">Share</span>'))).attachments
    assert (entry.id, entry.kind, entry.name, entry.text) == (
        "8",
        AttachmentKind.TEXT,
        "Share",
        "Share\nhttp://[SharePoint]/PO",
    )


def test_half_a_character_in_a_page_is_no_exception() -> None:
    assert ids(
        order(order_html(file_item(5), "\ud83d <script>'/attachment/attachment_file/file/6/\ud83d.pdf'</script>"))
    ) == ["5", "6"]
