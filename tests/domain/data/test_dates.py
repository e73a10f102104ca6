"""Dates as pages print them: read back, or left as text; never another day."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.data.dates import _NAMES, DateOrder, order_of, proven_order, read_date
from tests.domain.data.printed import COUNTRIES, Country

COUNTRY = st.sampled_from(list(COUNTRIES.values()))
DAYS = st.dates(date(2000, 1, 1), date(2068, 12, 31))


@given(COUNTRY, DAYS)
def test_a_date_of_the_pages_own_format_is_read_back(country: Country, day: date) -> None:
    for text in country.days(day):
        assert read_date(text, order_of(country.language)) == day, text


@given(COUNTRY, DAYS)
def test_a_date_of_a_page_that_says_no_language_is_read_back_or_left(country: Country, day: date) -> None:
    for text in country.days(day):
        assert read_date(text) in (day, None), text


@given(COUNTRY, DAYS)
def test_what_a_date_proves_is_its_countrys_order(country: Country, day: date) -> None:
    wanted = DateOrder.MONTH if country.language == "en-US" else DateOrder.DAY
    for text in country.days(day):
        assert proven_order(text) in (wanted, None), text


@given(DAYS)
def test_a_date_of_which_another_order_is_expected_is_never_turned_around_if_its_day_is_past_twelve(day: date) -> None:
    if day.day > 12:
        assert read_date(f"{day:%m/%d/%Y}", DateOrder.DAY) is None
        assert read_date(f"{day:%d/%m/%Y}", DateOrder.MONTH) is None


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("03/04/2025", None, None),
        ("04/04/2025", None, date(2025, 4, 4)),
        ("04/04/25", None, None),  # may begin with the year
        ("30/06/25", None, None),
        ("3.4.2025", None, date(2025, 4, 3)),
        ("2025/6/3", None, date(2025, 6, 3)),
        ("30 de jun. de 2025", None, date(2025, 6, 30)),
        ("June 3, 2025", None, date(2025, 6, 3)),
        ("3 juin 2025", None, date(2025, 6, 3)),
        ("1er août 2025", None, date(2025, 8, 1)),
        ("30-Jun-2025", None, date(2025, 6, 30)),
        ("3. März 2025", None, date(2025, 3, 3)),
        ("06/30/2025 10:15 PM", None, datetime(2025, 6, 30, 22, 15)),
        ("2025-06-30 23:59:01", None, datetime(2025, 6, 30, 23, 59, 1)),
        ("06/30/2025 25:15", None, None),
        ("31/02/2025", DateOrder.DAY, None),
        ("30/06/2568", None, None),  # of the Thai calendar
        ("20250630", None, None),
        ("June 2025", None, None),
        ("1/2", DateOrder.DAY, None),
        ("", DateOrder.DAY, None),
    ],
)
def test_a_text_that_may_mean_two_days_or_none_stays_a_text(
    text: str, order: DateOrder | None, found: date | None
) -> None:
    assert read_date(text, order) == found


def test_no_name_stands_for_two_months() -> None:
    names = [name for line in _NAMES for name in set(line.split())]
    assert len(names) == len(set(names))


def test_a_language_that_several_countries_write_differently_is_not_taken_for_certain() -> None:
    tags = ("en", "en-US", "en-GB", "pt-BR", "fr", "fr-CA", "de", "sv", "")
    day, month = DateOrder.DAY, DateOrder.MONTH
    assert [order_of(tag) for tag in tags] == [None, month, day, day, day, None, day, None, None]
