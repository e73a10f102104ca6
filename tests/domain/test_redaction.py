"""What is written about addresses lets nobody in, and still says which thing is meant."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupa_async.domain.errors import UnreachableError
from coupa_async.domain.redaction import redacted, redacted_values

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLWl0"


@pytest.mark.parametrize(
    "text",
    [
        "https://store.example.com/a.pdf?X-Amz-Signature=s3cr3t&X-Amz-Credential=s3cr3t%2F2025",
        "https://a.blob.core.windows.net/c/b.pdf?sv=2024&sig=s3cr3t%3D",
        "https://t.example.com/saml?SAMLResponse=s3cr3t&RelayState=s3cr3t",
        "https://t.example.com/cas?ticket=ST-s3cr3t",
        "https://user:s3cr3t@t.example.com/order_headers/1",
        "https://s3cr3t@t.example.com",
        "https://user:s3cr3t/s3cr3t@t.example.com/x",
        "1https://user:s3cr3t@t.example.com/",
        "ws://h.example.com/?token=s3cr3t",
        "https://t.example.com/#access_token=s3cr3t&x=y",
        "https://t.example.com/callback?id=1#s3cr3t",
        "https://t.example.com/x;jsessionid=s3cr3t/y",
        "https://t.example.com/x?s3cr3t",
        "https://t.example.com/x?id=s3cr3t-s3cr3t",
        "https://t.example.com/x?q=o'brien&unknown=s3cr3t",
        'https://t.example.com/x?q="&sig=s3cr3t',
        "https://t.example.com/x?a=b?c=s3cr3t",
        "at /order_headers/1?supplier_view_key=s3cr3t: refused",
        "t.example.com/f?unheard_of=s3cr3t",
        "Cookie: a=s3cr3t; b=s3cr3t",
        "Authorization: Bearer s3cr3t",
        "{'Authorization': 'Basic s3cr3t', 'x': 1}",
        '{"cookie": "a=s3cr3t; b=s3cr3t"}',
        r"{\"password\": \"s3cr3t s3cr3t\"}",
        "password=s3cr3t was refused",
        "_coupa_session=s3cr3t",
        "id_token=s3cr3t",
    ],
)
def test_what_lets_a_reader_in_is_taken_out(text: str) -> None:
    assert "s3cr3t" not in redacted(text)


@pytest.mark.parametrize("key", ["0123456789abcdef" * 2, "EaBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789-_x", JWT])
def test_a_key_in_a_path_is_taken_out(key: str) -> None:
    assert redacted(f"https://t.example.com/s/{key}/view") == "https://t.example.com/s/***/view"
    assert JWT not in redacted(f"got {JWT}")


@pytest.mark.parametrize(
    "text",
    [
        "https://tenant.coupahost.com/order_headers/15262984",
        "https://tenant.coupahost.com:8443/attachment/attachment_file/type/12345678/Offer_2024_final.pdf",
        "https://tenant.coupahost.com/attachments?id=15&version=2",
        "https://[::1]:8080/x",
        "see https://t.example.com/x, then (https://t.example.com/y).",
        "2 of 3 attachments failed: a.pdf: Coupa answered 404",
        "what? nothing (usage_percent=86.1 threshold_percent=85.0)",
        "over 1500 MB: session_mb=1500",
        "PO #123, why?",
        "",
    ],
)
def test_what_says_which_thing_is_meant_stays(text: str) -> None:
    assert redacted(text) == text


def test_the_sentence_around_an_address_stays() -> None:
    text = "signed out: the sign-in page (https://t.example.com/sessions/new?ticket=x), then: stop"
    assert redacted(text) == "signed out: the sign-in page (https://t.example.com/sessions/new?***), then: stop"
    assert redacted("wrong password: hunter2 was refused") == "wrong password: *** was refused"


@given(st.text("aZ0:/?#@&=;%. '\"\\[]*-_\n"))
def test_to_redact_twice_is_to_redact_once(tail: str) -> None:
    once = redacted(f"https://{tail}")
    assert redacted(once) == once


@given(st.text("aZ0:/?#@&=;%.-_~"))
def test_no_parameter_of_an_address_survives_unless_it_is_known(tail: str) -> None:
    assert "s3cr3t" not in redacted(f"https://t.example.com/{tail}?x={tail}s3cr3t&{tail}=s3cr3t#s3cr3t")


def test_texts_of_a_record_are_redacted_wherever_they_are() -> None:
    address = "https://t.example.com/?sig=s3cr3t"
    record = {"a": address, "b": {"c": [address, 1]}, "n": 1.5, "none": None}
    assert "s3cr3t" not in str(redacted_values(record))
    assert redacted_values(record)["n"] == 1.5


def test_an_error_of_ours_never_tells_a_secret() -> None:
    assert "s3cr3t" not in str(UnreachableError("https://u:s3cr3t@t.example.com/?sig=s3cr3t: refused"))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "https://" * 12_500,
        "?a=b" * 25_000,
        "a=" * 50_000,
        "cookie:" * 14_000,
        "eyJ" * 33_000,
        "@" * 100_000,
        f"https://{'a@' * 50_000}",
        f"https://x/{'/aA0' * 25_000}",
        "://" * 33_000,
        "password=\\" * 10_000,
        "&;" * 50_000,
    ],
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    started_s = time.perf_counter()
    redacted(f"{text}=?://password")
    assert time.perf_counter() - started_s < 1
