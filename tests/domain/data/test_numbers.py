"""Numbers as pages print them: read back, or left as text; never another number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.data.numbers import currency_digits, decimal_sign_of, proven_sign, read_number
from tests.domain.data.printed import COUNTRIES, Country

COUNTRY = st.sampled_from(list(COUNTRIES.values()))
NUMBERS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**14), 10**14), st.integers(0, 4)
)
AMOUNTS = st.integers(-(10**13), 10**13).map(lambda cents: Decimal(cents).scaleb(-2))


@given(COUNTRY, NUMBERS)
def test_a_number_of_the_pages_own_format_is_read_back(country: Country, number: Decimal) -> None:
    assert read_number(country.number(number), decimal_sign_of(country.language)) == number


@given(COUNTRY, NUMBERS)
def test_a_number_of_a_page_that_says_no_language_is_read_back_or_left(country: Country, number: Decimal) -> None:
    assert read_number(country.number(number)) in (number, None)


@given(COUNTRY, AMOUNTS, st.sampled_from([".", ",", ""]))
def test_an_amount_in_hundredths_is_read_whatever_the_page_says(country: Country, amount: Decimal, sign: str) -> None:
    assert read_number(country.number(amount), sign, 2) == amount


@given(COUNTRY, st.integers(0, 10**12), st.sampled_from([".", ",", ""]))
def test_an_amount_without_decimals_is_read_back_or_left(country: Country, amount: int, sign: str) -> None:
    found = read_number(country.number(Decimal(amount)), sign, 0)
    assert found in (Decimal(amount), None)
    assert found is not None or sign != country.decimal


@given(COUNTRY, NUMBERS)
def test_what_a_number_proves_is_its_countrys_decimal_sign(country: Country, number: Decimal) -> None:
    assert proven_sign(country.number(number)) in (country.decimal, "")


@given(st.text("0123456789.,' -()$€\u00a0\u202f", max_size=15), st.sampled_from([".", ",", ""]))
def test_any_other_text_is_read_as_its_own_digits_or_not_at_all(text: str, sign: str) -> None:
    found = read_number(text, sign)
    if found is not None:
        digits = "".join(filter(str.isdecimal, text))
        assert "".join(filter(str.isdecimal, f"{found:f}")).lstrip("0") == digits.lstrip("0")


@pytest.mark.parametrize(
    ("text", "sign", "digits", "number"),
    [
        ("1.234", "", None, None),
        ("1.234", ",", None, "1234"),
        ("1.234", ".", None, "1.234"),
        ("1.234", ".", 2, None),  # neither the page's thousands nor the currency's decimals
        ("1.234", "", 2, "1234"),
        ("1.234", "", 3, None),
        ("1.234", ".", 3, "1.234"),
        ("1.234", ",", 3, None),
        ("R$ 1.234,56", "", 2, "1234.56"),
        ("1.234,56 BRL", "", 2, "1234.56"),
        ("USD 12.50", "", 2, "12.5"),
        ("(1,234.50)", "", 2, "-1234.5"),
        ("12,50-", "", 2, "-12.5"),
        ("-$5", "", 2, "-5"),
        ("--5", "", 2, None),
        ("1'234.50", "", 2, "1234.5"),
        ("1,23,456.70", "", 2, "123456.7"),
        ("0.500", ",", None, "0.5"),
        ("10²", "", 2, None),
        ("1½", "", 2, None),
        ("1.234.56", "", 2, None),
        ("12 EA", ".", None, None),
        ("1e5", ".", None, None),
        ("٣", ".", None, None),
        ("", ".", None, None),
        ("1" * 60, ".", None, None),
    ],
)
def test_a_text_that_may_mean_two_numbers_stays_a_text(
    text: str, sign: str, digits: int | None, number: str | None
) -> None:
    assert read_number(text, sign, digits) == (None if number is None else Decimal(number))


def test_a_language_without_one_decimal_sign_is_not_taken_for_certain() -> None:
    assert [decimal_sign_of(tag) for tag in ("pt-BR", "de", "de-CH", "en", "en-ZA", "es", "es-MX", "", "xx")] == [
        *(",", ",", ".", ".", ",", "", ".", "", ""),
    ]


def test_the_digits_of_currencies_are_those_of_the_standard() -> None:
    assert [currency_digits(code) for code in ("USD", "JPY", "KWD", "US Dollar", "")] == [2, 0, 3, None, None]
