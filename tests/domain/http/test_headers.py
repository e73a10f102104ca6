"""Headers that anybody may have written: read where they make sense, and never an error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.http.headers import http_date, page_text, size_of
from coupa_async.domain.policies.retry import retry_after_s

NOW = datetime(2025, 6, 1, 12, 0, 0, tzinfo=UTC)
# Dates as servers write them, with numbers that no calendar has among them.
DATES = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    *(st.sampled_from(["Sun", ""]), st.integers(-9, 99), st.sampled_from(["Jun", "Foo"]), st.integers(-1, 10**12)),
    *(st.integers(-1, 99), st.integers(-1, 99), st.integers(-1, 99)),
    st.sampled_from(["GMT", "", "+9999", "-0000", "+99999999999999999999", "EST"]),
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "0", "Sun, 01 Jun 99999 12:00:00 GMT", "Sun, 01 Jun -001 12:00:00 GMT", "9" * 400, "Sun, " * 50),
        *("Sun, 31 Feb 2025 12:00:00 GMT", "Sun, 01 Jun 2025 99:00:00 GMT", "Fri, 31 Dec 9999 23:00:00 -2359"),
    ],
)
def test_what_is_no_date_says_nothing(text: str) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize(
    "text", ["Sun, 01 Jun 2025 12:00:00 GMT", "Sun, 01-Jun-2025 12:00:00 GMT", "Sun, 01 Jun 2025 14:00:00 +0200"]
)
def test_dates_are_read_in_the_forms_that_servers_write(text: str) -> None:
    assert http_date(text) == NOW


@given(st.text() | DATES)
def test_any_text_is_a_date_or_none(text: str) -> None:
    at = http_date(text)
    assert at is None or at.timestamp() < 1e12


@given(st.text() | DATES | st.from_regex(r"[+-]?[0-9]{1,6000}", fullmatch=True))
def test_any_retry_after_is_within_its_bounds(text: str) -> None:
    wait_s = retry_after_s(text, NOW)
    assert wait_s is None or 0 <= wait_s <= 300


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [("9" * 400, 300), ("-" + "9" * 400, 0), ("+-5", None), ("٣", None), ("1.5", None), ("nan", None)],
)
def test_only_plain_numbers_are_seconds(text: str, wait_s: float | None) -> None:
    assert retry_after_s(text, NOW) == wait_s


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), (" 12 ", 12), ("-1", None), ("9" * 400, None), ("1, 1", None), ("²", None), ("٣", None), ("", None)],
)
def test_a_size_is_a_plain_number(text: str, size: int | None) -> None:
    assert size_of(text) == size


@given(st.binary(), st.text() | st.text(max_size=30).map(lambda name: f"text/html; charset={name}"))
def test_any_page_has_a_text(data: bytes, content_type: str) -> None:
    page_text(data, content_type).encode("utf-8", "surrogatepass")
