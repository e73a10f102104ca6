"""Scrubbed pages: nothing of the tenant's survives, the parser sees the same shape, and doubt is voiced."""

from __future__ import annotations

import time
import tomllib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.pages.data.line_pages import read_lines_page
from coupa_async.domain.pages.data.order_data import read_order_data
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, UnknownPage, read_page
from coupa_async.domain.recording.catalogue import Recorded
from coupa_async.domain.recording.leaks import suspicions
from coupa_async.domain.recording.scrub import ORIGIN, Scrubber
from fixtures.catalogue import load
from fixtures.rendering.render import document
from tests.domain.pages.test_page import comment_link, file_item, island, order_html

BASE = "https://northwind.coupahost.com"
URL = f"{BASE}/order_headers/15262984"
CATALOGUE = load()
WORDS = st.text("bcdfghjkqvwxzç", min_size=5, max_size=12)
NUMBERS = st.from_regex(r"[1-79][0-9]{5,11}", fullmatch=True)
FULL = order_html(
    '<li class="attachment" id="attachment_7"><span class="attachment-text" data-url="javascript:void(0)">'
    '<span class="wrap-text-attachment">Gate 3\n====\nCall\tAna</span></span></li>'
    '<li class="attachment" id="attachment_8"><span class="attachment-url" data-url="https://files.example.org/a?b=c">'
    '<span title="Catalogue">Catalogue</span></span></li>'
    + file_item(4711, "offer.pdf")
    + file_item(4711, "offer.pdf"),
    '<a id="order_header_requisition_header" href="/requisition_headers/77001">#77001</a>'
    + island(comment_link(12) + comment_link(13), comments=2, files=2),
).replace("https://tenant.example.com", BASE)


def shape(html: str, url: str) -> tuple[object, ...]:
    """All that the program reads of a page, but for what it says."""
    page = read_page(html, url, f"https://{url.split('/')[2]}")
    if not isinstance(page, OrderPage):
        return (type(page),)
    kinds = [
        (attachment.kind, bool(attachment.url), len(attachment.text.splitlines())) for attachment in page.attachments
    ]
    rest = (bool(page.supplier), bool(page.requisition_url), page.missing, page.session_length_s)
    return (page.kind, kinds, *rest)


def test_the_data_of_recorded_orders_is_scrubbed_and_its_places_stay() -> None:
    for order in CATALOGUE.orders.values():
        if not order.shows_data or order.page != "order":
            continue
        html = document(order, BASE, is_mounted=True)
        before, after = read_order_data(html, Bounds()), read_order_data(scrubbed(html)[0], Bounds())
        assert [name for name, _ in after.fields if name != "supplier number"] == [
            name for name, _ in before.fields if name != "supplier number"
        ]
        assert [bool(text) for _, text in after.labels] == [bool(text) for _, text in before.labels]
        plain = {"Yes", "No", "Sim", "Não", "Status", "Total", "Issued", "Emitido"}  # words of Coupa's own
        own = {text for _, text in (*before.fields, *before.labels)} | {label for label, _ in before.labels}
        kept = own & ({text for _, text in (*after.fields, *after.labels)} | {label for label, _ in after.labels})
        assert kept - plain <= {""}, order.number


def test_the_lines_of_recorded_orders_are_scrubbed_and_their_places_and_paging_stay() -> None:
    for order in CATALOGUE.orders.values():
        if not order.shows_data or order.page != "order":
            continue
        html = document(order, BASE, is_mounted=True)
        before, after = (read_lines_page(text, Bounds()) for text in (html, scrubbed(html)[0]))
        assert len(after.lines) == len(before.lines)
        assert (after.paging.announced, bool(after.paging.larger), bool(after.paging.next)) == (
            *(before.paging.announced, bool(before.paging.larger), bool(before.paging.next)),
        )
        for old, new in zip(before.lines, after.lines, strict=True):
            names = [name for name, _ in old.fields if name not in ("quantity", "commodity")]  # found by their labels
            assert [name for name, _ in new.fields if name in names] == names
            assert len(new.parts) == len(old.parts)
            known = {text for _, text in (*new.fields, *new.labels)} | set(new.parts)
            assert not known & {text for _, text in (*old.fields, *old.labels) if text} | known & set(old.parts)
        assert order.key not in scrubbed(html)[0]
        assert "print_view?id=88" in scrubbed(html)[0]


def scrubbed(html: str, url: str = URL) -> tuple[str, str]:
    scrubber = Scrubber(BASE)
    out, where = scrubber.page(html, url), scrubber.url(url, url)
    assert suspicions(out, BASE, scrubber.suppliers) == []
    return out, where


@pytest.mark.parametrize(
    "html",
    [
        FULL,
        order_html(),
        order_html('<li class="attachment" id="attachment_1"></li>'),
        order_html(file_item(5), island("", comments=3, files=2)),
        order_html(rest=island(comment_link(1), comments=1, files=3)),
        '<html><h1 id="pageHeader">Purchase Order #PO15262984</h1></html>',
        "<html><title>Coupa: Page not found</title></html>",
        "<html><title>Northwind intranet</title>busy</html>",
    ],
)
def test_the_parser_sees_the_same_shape(html: str) -> None:
    assert shape(*scrubbed(html)) == shape(html, URL)


@pytest.mark.parametrize("key", list(load().orders))
def test_every_page_of_the_recorded_site_keeps_its_shape(key: str) -> None:
    html = document(load().orders[key], BASE)
    assert shape(*scrubbed(html)) == shape(html, URL)


@settings(deadline=None)  # a busy machine is no fault
@given(WORDS, WORDS, NUMBERS, st.from_regex(r"[0-9a-f]{40}", fullmatch=True))
def test_no_word_number_or_key_survives(text: str, two: str, number: str, key: str) -> None:
    address = f"{BASE}/attachment/attachment_file/type/{number}/{text}.pdf?supplier_view_key={key}&by={two}#{text}"
    mine = f"""<!-- {text} --><meta name="csrf-token" content="{key}"><style>.{text} {{}}</style>
        <script>var {text} = "{key}"; num_secs = 60</script><input type="hidden" value="{key}">
        <p title="{text} {two}" data-user="{text}" onclick="{text}()"
        style="background: url({text})">{text}, {two}</p>
        <p>{number}</p><p>USD {number[:3]},{number[3:]}.00</p><p>+55 {number}</p><p>Dear {text}, order #PO{number}</p>
        <a href="mailto:{text}@{two}.com?subject={text}">{text}@{two}.com</a>
        <a href="/{text}/{number}?q={two}">{two}</a>
        <a href="https://{text}.com/{two}">x</a><li class="attachment" id="attachment_{number}">
        <span class="attachment-file" data-url="{address}" aria-label="{text} file"><b title="{text}.pdf">{text}.pdf</b>
        </span></li><img alt="{text}" src="/public_attachments/{key}"><div id="row_{number}" class="c{number} {key}">
        <{two}-{text} role="{text}" class="theme-{text} {two}Row {text.upper()}_{two}"><label for="{text}_{number}"
        lang="{text}" dir="{two}" hidden="{text}" data-controller="{text}" type="{two}" aria-{text}="{two}"
        {text}="{two}">x</label></{two}-{text}>
        <textarea>{text}\t{two}\n====\n{number}</textarea><svg><text>{text}</text></svg>"""
    html, where = scrubbed(order_html(mine, mine), f"{BASE}/order_headers/{number}")
    for token in (text, two, number, key, "northwind", "coupahost"):
        assert token not in html.casefold()
        assert token not in where


def test_the_same_becomes_the_same_on_every_page() -> None:
    scrubber = Scrubber(BASE)
    item = file_item(4711, "My offer.pdf").replace("/My offer.pdf?", "/My_offer.pdf?")
    first, second = (scrubber.page(order_html(item, f"<p>{text}</p>"), URL) for text in ("ACME Ltd", "PO4711"))
    entry, two = (read_page(html, f"{ORIGIN}/order_headers/1", ORIGIN) for html in (first, second))
    assert isinstance(entry, OrderPage)
    assert isinstance(two, OrderPage)
    assert (entry.supplier, entry.attachments) == (two.supplier, two.attachments)
    (file,) = entry.attachments
    assert file.name in file.url
    assert f"<p>{entry.supplier}</p>" in first
    assert f"<p>PO{file.id}</p>" in second
    assert scrubber.counts["file"] == 2 * 3


def test_a_supplier_with_the_name_of_a_phrase_is_replaced() -> None:
    html, _ = scrubbed(order_html().replace("ACME  Ltd", "Total"))
    assert "Total" not in html


def test_what_was_replaced_is_counted_by_kind() -> None:
    scrubber = Scrubber(BASE)
    scrubber.page("<p>Ana Silva</p><p>ana@silva.com</p><p>12.50</p><p>Ana Silva</p>", URL)
    assert scrubber.counts == Counter({"text": 2, "e-mail": 1, "number": 1})


@pytest.mark.parametrize(
    ("leak", "kind"),
    [
        ("<p class='x-northwind'>", "the host or name of your Coupa"),
        ("<p class='ana@silva.com'>", "an e-mail address"),
        (f"<p id='{'ab12' * 10}'>", "a key or token"),
        ("<p class='x15262984'>", "a long number"),
        ("<p>Ana</p>", "a text that is no stand-in"),
        ("<p>Text 1 Ana</p>", "a text that is no stand-in"),
        ("<p title='Ana'>", "a text that is no stand-in"),
        ("<!-- Ana -->", "a text that is no stand-in"),
        ("<a href='https://silva.com/'>", "an address that leads somewhere"),
        ("<a href='/order_headers/ana'>", "an address that leads somewhere"),
        ("<script>var a</script>", "a script"),
        ("<acme-list></acme-list>", "an element or a role that somebody named"),
        ("<p role='acme'>", "an element or a role that somebody named"),
        ("<p class='theme-acme_paper'>", "a supplier's name, in an id or a class"),
    ],
)
def test_what_looks_unscrubbed_is_told_by_kind_and_never_shown(leak: str, kind: str) -> None:
    assert suspicions(f"<html><body>{leak}</body></html>", BASE, ["ACME Paper"]) == [f"{kind} (1 of them)"]


def test_a_scrubbed_page_is_an_entry_of_the_catalogue() -> None:
    html, where = scrubbed(FULL)
    recorded = Recorded(path=where.removeprefix(ORIGIN), html=html)
    (order,) = tomllib.loads(recorded.entry())["order"]
    assert (order["page"], order["uses_requisition"]) == (recorded.name, False)
    assert order["number"].removeprefix("PO") in recorded.name
    assert [sorted(item) for item in order["attachments"]] == [
        ["id", "name", "saved_as", "text"],
        ["id", "link", "name", "saved_as"],
        *([["file", "id", "name", "saved_as"]] * 3),
    ]
    assert "$origin/attachment/attachment_file" in recorded.template()


@pytest.mark.parametrize(
    ("html", "kind", "outcome"),
    [("<title>Coupa: Page not found</title>", NotFoundPage, "PO_NOT_FOUND"), ("<p>Busy", UnknownPage, "FAILED")],
)
def test_a_page_that_is_no_order_is_recorded_as_what_it_is(html: str, kind: type, outcome: str) -> None:
    out, where = scrubbed(html)
    assert isinstance(read_page(out, where, ORIGIN), kind)
    (order,) = tomllib.loads(Recorded(path=where.removeprefix(ORIGIN), html=out).entry())["order"]
    assert order["outcome"] == outcome


def test_words_of_structure_stay_in_ids_and_classes_and_names_do_not() -> None:
    html, _ = scrubbed(
        '<div id="order_line_row_1" class="lineItem acmeRow acme-list"><my-acme><b>x</b></my-acme></div>'
    )
    assert 'class="lineItem w1Row w1-list"' in html
    assert 'id="order_line_row_88' in html
    assert "<b>Text 1</b></div>" in html


@pytest.mark.parametrize(
    "text", ["#1" * 20_000, "a@" + "." * 50_000, "#" * 50_000, "a1" * 25_000, "aB" * 25_000, "_1" * 25_000]
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    started_s = time.perf_counter()
    scrubbed(f'<p>{text}</p><p class="{text}" id="{text}" title="{text}"><a href="{text}">x</a>')
    assert time.perf_counter() - started_s < 5
