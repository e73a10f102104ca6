"""Order data of the API: sums are exact, and what is not certain is left out."""

from __future__ import annotations

import pytest

from coupa_async.domain.api.answers import Record, records
from coupa_async.domain.api.data import read_order_data
from coupa_async.domain.data.fields import KNOWN
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.record import OrderData


def record(*totals: str | None, currency: str = "EUR", other: str = "EUR") -> Record:
    lines = [{"total": total, "currency": {"code": other}} for total in totals]
    return {"currency": {"code": currency}, "order_lines": lines, "created_at": "2025-07-01T23:30:00-08:00"}


def data_of(told: Record) -> OrderData:
    return read_order_data(told, records(told["order_lines"]))


@pytest.mark.parametrize(
    ("totals", "currency", "shown"),
    [
        (("0.1", "0.2"), "EUR", "0.30"),
        (("1234.500000000000000000", "-0.5"), "EUR", "1234.00"),
        (("12.345",), "EUR", "12.345"),
        (("1000",), "JPY", "1000"),
        (("1.5",), "KWD", "1.500"),
        ((), "EUR", ""),
        (("1", None), "EUR", ""),
        (("1", "NaN"), "EUR", ""),
        (("1", "x"), "EUR", ""),
    ],
)
def test_a_total_is_the_exact_sum_of_the_lines(totals: tuple[str | None, ...], currency: str, shown: str) -> None:
    assert data_of(record(*totals, currency=currency, other=currency)).field("total") == shown


def test_lines_of_another_currency_have_no_sum() -> None:
    assert data_of(record("1", other="USD")).field("total") == ""


def test_lines_that_may_not_be_all_have_no_sum() -> None:
    assert read_order_data(record("1"), None).field("total") == ""


def test_a_date_is_the_day_that_the_tenant_writes() -> None:
    data = data_of(record("1.25"))
    values = {field.name: Formats().value(field, data) for field in KNOWN}
    assert str(values["order date"]) == "2025-07-01"
    assert str(values["total"]) == "1.25"
