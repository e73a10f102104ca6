"""What orders come to: counted by value, and summed for each currency by itself."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.record import OrderData
from coupa_async.domain.totals.amounts import Amounts


def data(total: str, currency: str = "USD", status: str = "Issued", company: str = "0042") -> OrderData:
    fields = {"total": total, "currency": currency, "status": status, "company code": company}
    return OrderData(language="en-US", fields=tuple((name, text) for name, text in fields.items() if text))


def amounts(*orders: tuple[OrderData, str]) -> Amounts:
    found, formats = Amounts(), Formats.of(order for order, _ in orders)
    for order, supplier in orders:
        found.add(order, supplier, formats)
    return found


def test_amounts_of_two_currencies_are_never_added() -> None:
    found = amounts(
        (data("1,000.50"), "ACME"),
        (data("2.25", "EUR"), "ACME"),
        (data("0.75", status="Closed"), "Contoso"),
        (data("", company=""), ""),
    )
    assert found.to_json() == {
        "status": {
            "Issued": {"orders": 3, "sums": {"EUR": "2.25", "USD": "1000.50"}},
            "Closed": {"orders": 1, "sums": {"USD": "0.75"}},
        },
        "currency": {
            "USD": {"orders": 3, "sums": {"USD": "1001.25"}},
            "EUR": {"orders": 1, "sums": {"EUR": "2.25"}},
        },
        "supplier": {
            "ACME": {"orders": 2, "sums": {"EUR": "2.25", "USD": "1000.50"}},
            "": {"orders": 1, "sums": {}},
            "Contoso": {"orders": 1, "sums": {"USD": "0.75"}},
        },
        "company code": {
            "0042": {"orders": 3, "sums": {"EUR": "2.25", "USD": "1001.25"}},
            "": {"orders": 1, "sums": {}},
        },
    }
    assert (found.all.orders, found.all.unsummed) == (4, 1)
    assert found.all.texts() == ["2.25 EUR", "1,001.25 USD"]


def test_a_total_that_may_mean_two_numbers_is_counted_and_not_added() -> None:
    doubtful = OrderData(fields=(("total", "1.234"), ("currency", "R$")))
    found = amounts((doubtful, "ACME"))
    assert (found.all.orders, found.all.unsummed, found.all.texts()) == (1, 1, [])


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from(["USD", "EUR"])), max_size=20))
def test_sums_are_exact(totals: list[tuple[int, str]]) -> None:
    found = amounts(*((data(f"{Decimal(cents).scaleb(-2):,f}", currency), "ACME") for cents, currency in totals))
    for currency in ("USD", "EUR"):
        wanted = sum((Decimal(cents).scaleb(-2) for cents, known in totals if known == currency), Decimal())
        assert found.all.sums.get(currency, Decimal()) == wanted
