"""Which data can be asked for, and how its texts are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from coupa_async.domain.data.fields import KNOWN, DataField, chosen_fields, unseen_labels
from coupa_async.domain.data.formats import Formats, Value
from coupa_async.domain.data.record import OrderData


def data(language: str, **fields: str) -> OrderData:
    return OrderData(language=language, fields=tuple((name.replace("_", " "), text) for name, text in fields.items()))


def values(formats: Formats, order: OrderData, *names: str) -> list[Value]:
    return [formats.value(field, order) for field in chosen_fields(names)]


def columns(*names: str) -> list[str]:
    return [field.column for field in chosen_fields(names)]


def test_basic_is_what_most_ask_for_and_all_begins_with_it() -> None:
    basic = columns("basic")
    assert basic == [
        *("COUPA_STATUS", "COUPA_ORDER_DATE", "COUPA_REQUISITION", "COUPA_REQUESTER", "COUPA_DEPARTMENT"),
        *("COUPA_TOTAL", "COUPA_CURRENCY", "COUPA_PAYMENT_TERM", "COUPA_COMPANY_CODE", "COUPA_SUPPLIER_NUMBER"),
    ]
    assert columns("ALL")[: len(basic)] == basic
    assert columns("all", "basic", "Status") == columns("all")


def test_fields_are_matched_without_case_and_accents_by_name_or_column() -> None:
    assert columns("Órder  Date", "coupa_total", "STATUS", "status") == [
        *("COUPA_ORDER_DATE", "COUPA_TOTAL", "COUPA_STATUS"),
    ]


def test_any_other_name_is_a_label_of_the_tenants_own() -> None:
    order = OrderData(labels=(("Condição de Pagamento:", "30 dias"), ("PR Type", "")))
    (field, empty) = chosen_fields(["condicao de pagamento", "PR type"])
    assert (field.column, field.text(order)) == ("COUPA_CONDICAO_DE_PAGAMENTO", "30 dias")
    assert (empty.column, empty.text(order)) == ("COUPA_PR_TYPE", "")
    assert unseen_labels([field, empty, *KNOWN], ["PR Type"]) == ("condicao de pagamento",)


def test_no_two_known_fields_have_one_column_or_name() -> None:
    assert len({field.column for field in KNOWN}) == len(KNOWN)


@pytest.mark.parametrize("language", ["pt-BR", "pt_BR", "pt"])
def test_numbers_and_dates_are_read_as_the_page_writes_them(language: str) -> None:
    order = data(language, order_date="03/04/2025", total="1.234,50", currency="BRL", status="Emitido")
    assert values(Formats(), order, "order date", "total", "status") == [
        date(2025, 4, 3),
        Decimal("1234.50"),
        "Emitido",
    ]


def test_codes_stay_texts_with_their_zeros_and_what_is_absent_is_blank() -> None:
    order = data("en-US", company_code="0042", supplier_number="0000104711", requisition="007")
    assert values(Formats(), order, "company code", "supplier number", "requisition", "total", "order date") == [
        *("0042", "0000104711", "007", "", ""),
    ]


def test_dates_of_a_page_without_a_country_stay_texts_until_another_page_proves_their_order() -> None:
    doubtful = data("en", order_date="03/04/2025")
    assert values(Formats.of([doubtful]), doubtful, "order date") == ["03/04/2025"]
    proof = data("en", revision_date="06/30/2025")
    assert values(Formats.of([doubtful, proof]), doubtful, "order date") == [date(2025, 3, 4)]


def test_pages_prove_more_than_their_language_and_contradictions_leave_texts() -> None:
    """A user's own format need not be that of the page's language."""
    doubtful = data("pt-BR", order_date="03/04/2025", total="1.234", currency="XXQ")
    american = data("pt-BR", order_date="06/30/2025", total="0.5")
    assert values(Formats.of([doubtful, american]), doubtful, "order date") == [date(2025, 3, 4)]
    other = data("pt-BR", order_date="30/06/2025", total="0,5")
    mixed = Formats.of([doubtful, american, other])
    assert values(mixed, doubtful, "order date") == ["03/04/2025"]
    assert mixed.decimal_sign("pt-BR") == ""
    assert values(mixed, american, "order date") == [date(2025, 6, 30)]


def test_a_field_found_under_a_label_is_found_in_each_language() -> None:
    (requester,) = chosen_fields(["requester"])
    for label in ("Requester", "Solicitante", "Demandeur:", "BESTÄLLARE"):
        assert requester.text(OrderData(labels=(("Other", "x"), (label, "Ana")))) == "Ana"


def test_a_column_is_made_of_plain_capitals() -> None:
    assert DataField(name="Nº do código (ERP)").column == "COUPA_NO_DO_CODIGO_ERP"
