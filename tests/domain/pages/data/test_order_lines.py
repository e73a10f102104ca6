"""The lines of an order as its page shows them, and what leads to the others."""

from __future__ import annotations

import time
from timeit import timeit

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.labels import column_name
from coupa_async.domain.data.lines import LINE_FIELDS, OrderLine
from coupa_async.domain.pages.data.line_pages import read_lines_page
from coupa_async.domain.pages.data.line_paging import Paging, read_paging
from coupa_async.domain.pages.data.order_data import read_order_data
from coupa_async.domain.pages.page import parsed
from fixtures.catalogue import Order, load
from fixtures.rendering.render import document

SHOWN = [order for order in load().orders.values() if order.shows_data]


def told(line: OrderLine, formats: Formats, language: str) -> dict[str, str]:
    """A line as the truth has it."""
    currency = line.field("currency")
    known = {
        field.column: str(formats.typed(field.kind, line.field(field.name), language, currency))
        for field in LINE_FIELDS
    }
    parts = {f"ACCOUNT_{n}": part for n, part in enumerate(line.parts, 1)}
    return known | parts | {column_name(label): text for label, text in line.labels}


def row(number: int, inside: str = "") -> str:
    return f'<tr id="order_line_row_{number}"><td class="line_num">{number}</td><td>{inside}</td></tr>'


def page(pager: str, lines: int = 15) -> Paging:
    rows = "".join(row(number) for number in range(1, lines + 1))
    comments = '<div id="s-mountCommentsApp"><p class="pagination"><a class="next" href="#">Next</a></p></div>'
    html = (
        f'<html lang="en"><body><main><div><table id="order_line_table_tag">{rows}</table>{pager}</div>'
        f"{comments}</main></body></html>"
    )
    return read_lines_page(html, Bounds()).paging


def only(inside: str, below: str = "") -> OrderLine:
    html = f'<html><body><table id="order_line_table_tag">{row(1, inside)}{below}</table></body></html>'
    (line,) = read_lines_page(html, Bounds()).lines
    return line


@pytest.mark.parametrize("order", SHOWN, ids=[order.key for order in SHOWN])
def test_the_lines_of_every_recorded_order_are_its_truth_on_all_pages(order: Order) -> None:
    truth = [line.truth() for line in order.lines()]
    pages = [
        document(order, "http://h", lines_page=number, per_page=15) for number in range(1, order.line_count // 15 + 2)
    ]
    read = [read_lines_page(html, Bounds()) for html in pages]
    language = read_order_data(pages[0], Bounds()).language
    formats = Formats()
    for shown in read:
        formats.learn_lines(shown.lines, language)
    found = [told(line, formats, language) for shown in read for line in shown.lines]
    assert found == truth
    if order.line_count > 15:
        first, last = read[0].paging, read[-1].paging
        assert first.announced == order.line_count
        assert not first.is_all
        assert (bool(first.next), bool(first.larger), last.next) == (True, True, "")


PAGED = '<div class="pagination"><em class="current">1</em> <a href="#">2</a> <a rel="next" href="#">»</a></div>'


@pytest.mark.parametrize(
    ("pager", "announced", "has_larger", "has_next"),
    [
        (PAGED, None, False, True),
        ('<ul class="pagination"><li><a class="active">1</a></li><li><a>2</a></li></ul>', None, False, True),
        ('<p class="pager"><button aria-label="Próxima página">&#8250;</button></p>', None, False, True),
        ('<p class="pager"><button disabled aria-label="Next">&#8250;</button></p>', None, False, False),
        ('<p class="pager"><span class="next_page disabled">Next</span></p>', None, False, False),
        ('<p class="pager"><a data-method="delete" class="next">Next</a></p>', None, False, False),
        ('<p class="per_page"><b>15</b> | <a>45</a> | <a>90</a></p>', None, True, False),
        ('<p class="per_page"><a>15</a> | <a>45</a> | <b>90</b></p>', None, False, False),
        ('<p class="perPage"><select><option>15<option>45<option>90</select></p>', None, True, False),
        ('<p class="pagination"><b>89</b> <a>1</a> <a>2</a> <a>90</a></p>', None, False, False),
        ('<p class="page_entries_info">1 - 15 of 1,204</p>', 1204, False, False),
        ('<p class="page_entries_info">Exibindo 1 a 15 de 1.204 itens</p>', 1204, False, False),
        ('<p class="page_entries_info">共 40 条 1-15</p>', 40, False, False),
        ('<p class="page_entries_info">1 - 15 of 15</p>', 15, False, False),
        ('<p class="page_entries_info">16 - 30 of 40</p>', None, False, False),
        ('<p class="page_entries_info">15 of 40</p>', 40, False, False),
        ('<p class="page_entries_info">15 von 40 Positionen</p>', 40, False, False),
        ('<p class="page_entries_info">15 45 90</p>', None, False, False),
        ('<p class="hint">1 - 15 of 40</p>', 40, False, False),
        ("<p>Exibindo <b>15</b> de <b>40</b></p>", 40, False, False),
        ('<p><a href="#">15</a> <a href="#">45</a> <a href="#">90</a></p>', None, True, False),
        ('<nav><a href="#" aria-label="Next page">&gt;</a></nav>', None, False, True),
        ('<nav><b class="current">1</b> <a href="#">2</a></nav>', None, False, True),
        ('<div class="comment"><a rel="next" href="#">Next</a> 1 - 15 of 40</div>', None, False, False),
        ("<p>15 items, 40 received</p>", None, False, False),
        ("<h3>Order Lines (40)</h3>", 40, False, False),
        ("<h3>Linhas (15)</h3>", None, False, False),
        ("", None, False, False),
    ],
)
def test_what_leads_to_other_lines_is_found_by_its_shape(
    pager: str, announced: int | None, has_larger: bool, has_next: bool
) -> None:
    found = page(pager)
    assert (found.announced, bool(found.larger), bool(found.next)) == (announced, has_larger, has_next)
    is_all = announced == 15 if announced is not None else not (has_larger or has_next)
    assert found.is_all == is_all


@pytest.mark.parametrize("pager", ["<p>1 - 14 of 40</p>", '<nav><a rel="next" href="#">Next</a></nav>'])
def test_a_table_that_is_not_as_long_as_a_page_of_one_has_no_paging_but_what_is_called_so(pager: str) -> None:
    assert page(pager, lines=14).is_all


def test_the_first_of_several_pages_is_not_all() -> None:
    assert not page('<p class="page_entries_info">Page 1 of 3</p>').is_all
    assert page('<p class="page_entries_info">Page 1 of 1</p>').is_all


def test_paging_inside_the_table_is_found() -> None:
    rows = "".join(map(row, range(1, 16)))
    foot = '<tfoot><tr><td>1-15 / 40 <a href="#" title="Next">&gt;</a></td></tr></tfoot>'
    html = f'<table id="order_line_table_tag"><tbody>{rows}</tbody>{foot}</table>'
    found = read_lines_page(html, Bounds()).paging
    assert (found.announced, bool(found.next)) == (40, True)


def test_a_line_whose_row_is_followed_by_rows_of_its_own_has_what_they_show() -> None:
    below = '<tr><td><label class="group_label">PR Type</label> Blanket</td></tr>' + row(2).replace(
        "<td></td>", '<td><label class="group_label">Other</label> x</td>'
    )
    html = f'<html><body><table id="order_line_table_tag">{row(1)}{below}</table></body></html>'
    one, two = read_lines_page(html, Bounds()).lines
    assert (one.labels, two.labels) == ((("PR Type", "Blanket"),), (("Other", "x"),))


def test_a_price_is_what_its_title_says_and_a_line_with_several_accounts_has_all_of_them() -> None:
    price = '<span class="orderLinePrice"><span title="1,234.5678">1,234.57</span></span>'
    account = (
        '<div class="accounts_show"><b class="bold">{0}</b> {0}-{1}<div class="billing_tooltip"><ul><li>Company: {0}'
        "</li><li>{1}</li></ul></div></div>"
    )
    line = only(price + account.format("0042", "CC 1") + account.format("0042", "CC 2"))
    assert (line.field("price"), line.field("account")) == ("1,234.5678", "0042-CC 1; 0042-CC 2")
    assert (line.field("legal entity"), line.parts) == ("0042", ("0042", "CC 1; CC 2"))
    assert only('<span class="orderLinePrice"><i title="Price">7.50</i></span>').field("price") == "7.50"


def test_what_a_line_does_not_have_is_absent_and_what_stands_for_nothing_is_blank() -> None:
    assert [name for name, _ in only("").fields] == ["line"]
    label = '<label class="group_label">Note</label><span class="show none">None</span>'
    assert only(f'<div class="form_element">{label}</div>').labels == (("Note", ""),)


def test_a_label_of_a_line_is_not_the_orders() -> None:
    inside = '<label class="group_label">Qty</label> 12'
    html = f'<html lang="en"><body><table id="order_line_table_tag">{row(1, inside)}</table></body></html>'
    assert read_order_data(html, Bounds()).labels == ()
    assert read_lines_page(html, Bounds()).lines[0].field("quantity") == "12"


def test_no_more_lines_are_read_than_an_order_may_have() -> None:
    html = f'<table id="order_line_table_tag">{"".join(map(row, range(50)))}</table>'
    assert len(read_lines_page(html, Bounds(page_lines=20)).lines) == 21  # one more tells that there are more


@pytest.mark.parametrize(
    "pager",
    [
        '<p class="pager">' + "<a>50</a>" * 400 + "<i>1</i>" * 19_000 + "</p>",
        '<div class="pager">' * 400 + "<i>1 </i>" * 9_000,
        "<div>" * 400 + "<i>1 of </i><a>50</a>" * 9_000,
    ],
    ids=["one list of controls", "pagers in each other", "what is not called paging"],
)
def test_paging_without_end_is_read_in_little_time(pager: str) -> None:
    began_s = time.process_time()
    page(pager)
    assert time.process_time() - began_s < 4


def test_looking_for_paging_takes_less_than_parsing_the_page_twice() -> None:
    others = "".join('<tr class="x"><td class="y">1</td></tr>' for _ in range(2_000))
    html = f'<p class="pager"></p><div><table id="order_line_table_tag">{row(1)}</table></div><table>{others}</table>'
    tree = parsed(html)
    parsing, looking = timeit(lambda: parsed(html), number=5), timeit(lambda: read_paging(tree), number=5)
    assert looking < 2 * parsing
