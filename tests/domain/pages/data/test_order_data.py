"""An order's data as its page shows it."""

from __future__ import annotations

import time

import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.fields import KNOWN
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.record import OrderData
from coupa_async.domain.pages.data.order_data import read_order_data
from fixtures.catalogue import Catalogue, load, load_order
from fixtures.rendering.render import document

CATALOGUE = load()
LOAD = [load_order(9_000_000 + number) for number in range(40)]
SHOWN = [order for order in (*CATALOGUE.orders.values(), *LOAD) if order.shows_data]


def read(body: str, lang: str = "en", **bounds: int) -> OrderData:
    html = f'<!DOCTYPE html><html lang="{lang}" data-controller="order_headers"><body>{body}</body></html>'
    return read_order_data(html, Bounds(**bounds))


def labels(body: str, **bounds: int) -> dict[str, str]:
    return dict(read(body, "en", **bounds).labels)


def label(name: str, value: str) -> str:
    return f'<div class="form_element"><label class="group_label">{name}</label>{value}</div>'


@pytest.mark.parametrize("is_mounted", [False, True])
def test_the_data_of_every_recorded_order_is_its_truth(is_mounted: bool) -> None:
    assert {order.language for order in SHOWN} == {"en", "pt"}
    for order in SHOWN:
        data = read_order_data(document(order, "http://h", is_mounted=is_mounted), Bounds())
        formats = Formats.of([data])
        found = {field.column: str(formats.value(field, data)) for field in KNOWN}
        (truth,) = Catalogue(orders={order.key: order}, requisitions=CATALOGUE.requisitions).truth()
        assert {column: found[column] for column in truth["data"]} == truth["data"], order.number
        custom = {name: text for name, text in data.labels if name in order.data.custom}
        assert custom == order.data.custom


def test_an_old_page_has_no_data_and_nothing_is_made_up() -> None:
    old = next(order for order in CATALOGUE.orders.values() if order.page == "old_style")
    assert not read_order_data(document(old, "http://h"), Bounds())
    assert not read("<p>Status: Issued</p>")


@pytest.mark.parametrize(
    ("element", "total", "currency"),
    [
        ('1,234.50 <span title="US Dollar">USD</span>', "1,234.50", "USD"),
        ('<b>1.234,50</b><span title="BRL">R$</span>', "1.234,50", "BRL"),
        ('<span title="EUR"></span> 7', "7", "EUR"),
        ('5 <span title="Real">R$</span>', "5", "R$"),
        ("12.50", "12.50", ""),
        ("", "", ""),
    ],
)
def test_a_total_is_told_from_its_currency(element: str, total: str, currency: str) -> None:
    data = read(f'<div id="requisition_total_amount">{element}</div>')
    assert (data.field("total"), data.field("currency")) == (total, currency)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Acme-0000104711", "0000104711"),
        ("Acme - 0000104711", "0000104711"),
        ("Acme 24-7", ""),
        ("Acme-00001047112", ""),
        ("Acme-0000104711 Ltd", ""),
        ("Acme", ""),
    ],
)
def test_a_suppliers_number_is_ten_digits_at_the_end_of_its_name(name: str, number: str) -> None:
    html = f'<section id="supplier"><span class="supplier-name" title="other-9999999999">{name}</span></section>'
    assert read(html).field("supplier number") == number


def test_the_company_code_is_that_of_the_ship_to_address_and_not_the_suppliers() -> None:
    company = '<label class="group_label" for="address_address">Company</label>'
    supplier = f'<section id="supplier"><div class="form_element">{company} 9999</div></section>'
    ship_to = f'<div id="shipTo"><div class="address">{company} 0042<br>Street 7<br>Town</div></div>'
    data = read(supplier + ship_to)
    assert (data.field("company code"), dict(data.labels)["Company"]) == ("0042", "0042 Street 7 Town")
    assert read(supplier).field("company code") == ""
    assert data.field("ship-to address") == "0042 Street 7 Town"


def test_a_value_is_what_follows_its_label_in_whatever_it_is_wrapped() -> None:
    body = (
        label("A", " plain <b>bold</b> text")
        + label("B:", '<span class="show none">None</span>')
        + '<div class="form_element"><div><label class="group_label">C *</label></div><div>beside</div></div>'
        + '<div class="form_element"><label class="group_label">D</label>1<label class="group_label">E</label>2</div>'
        + label("F", "<script>x()</script><button>Edit</button>v<style>a{}</style><!-- no -->")
        + label("G", "")
        + '<div class="form_element"><label class="group_label"><span>H</span></label></div>after'
    )
    assert labels(body) == {
        **dict.fromkeys("BGH", ""),
        **dict(zip("ACDEF", ("plain bold text", "beside", "1", "2", "v"), strict=True)),
    }


def test_of_a_label_in_several_places_the_header_goes_first_and_an_empty_one_last() -> None:
    body = (
        f'<section id="supplier">{label("Terms", "theirs")}</section>'
        f'<div id="other">{label("TERMS", "elsewhere")}</div>'
        f'<div id="topForm">{label("Plant", "")}{label("Terms", "ours")}</div>'
        f"{label('Plant', '0042')}"
    )
    assert labels(body) == {"Terms": "ours", "Plant": "0042"}


def test_an_empty_field_is_no_field() -> None:
    data = read('<span id="order_header_department"><span class="show none">None</span></span>')
    assert data.fields == ()


def test_a_hostile_page_has_no_more_fields_and_no_longer_ones_than_bounds_say() -> None:
    body = "".join(label(f"L{number}", "x" * 100) for number in range(50))
    found = labels(body, page_fields=10, field_chars=20)
    assert len(found) == 10
    assert set(found.values()) == {"x" * 19 + "…"}


@pytest.mark.parametrize(
    "body",
    [
        '<div class="group_label">' * 400 + "x" * 100_000,
        '<div class="form_element">' * 400 + label("A", "b") + "<i>c</i>" * 100_000,
        (label("A", "") + "<i>c</i>" * 40) * 3_000,
        '<table id="order_line_table_tag"><tr class="accounts_show">' + '<td><b class="bold">' * 200 + "x" * 100_000,
        '<div id="requisition_total_amount">' + "<b>1</b>" * 200_000,
    ],
)
def test_a_hostile_page_takes_no_more_time_than_its_size(body: str) -> None:
    began = time.process_time()
    read(body)
    assert time.process_time() - began < 3
