"""The direct lane's cookies and user agent: as browsers have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.browser.chromium import ResponseHead
from backends.direct.connection import user_agent
from backends.direct.cookies import Jar, parse_cookie
from coupa_async.ports import Cookie


def test_an_answer_to_a_request_before_the_sign_in_does_not_undo_it() -> None:
    jar, url = Jar("https://t.example"), "https://t.example/x"
    before = jar.version
    jar.replace([Cookie(name="s", value="signed-in", domain="t.example")])
    jar.take(url, ["s=anonymous; path=/"], version=before)
    assert jar.header(url) == "s=signed-in"
    jar.take(url, ["s=renewed; path=/"], version=jar.version)
    assert jar.header(url) == "s=renewed"


def test_a_cookie_goes_where_its_domain_path_and_scheme_say() -> None:
    jar = Jar("https://t.example")
    item = Cookie(name="a", value="1", domain="t.example", secure=True)
    jar.replace([
        item,
        Cookie(name="b", value="2", domain=".example"),
        Cookie(name="c", value="3", domain="other.example"),
        Cookie(name="d", value="4", domain="t.example", path="/orders"),
        Cookie(name="e", value="5", domain="t.example", expires_s=1.0),
    ])  # fmt: skip
    assert jar.header("https://t.example/") == "a=1; b=2"
    assert jar.header("https://t.example/orders/7") == "d=4; a=1; b=2"
    assert jar.header("https://t.example/ordersheet") == "a=1; b=2"
    assert jar.header("http://t.example/") == jar.header("https://t.example:8443/") == ""
    assert [cookie.name for cookie in jar.cookies()] == ["a", "b", "c", "d"]


def test_a_set_cookie_header_is_read_as_browsers_do() -> None:
    url = "https://t.example/a/b?c"
    header = "n=v=w; Domain=.t.example; Path=/p; Max-Age=60; Secure; HttpOnly; SameSite=strict"
    assert parse_cookie(header, url, now_s=100.0) == Cookie(
        name="n", value="v=w", domain="t.example", path="/p", expires_s=160.0, http_only=True, secure=True,
        same_site="Strict",
    )  # fmt: skip
    plain = parse_cookie("n=v; expires=Thu, 01 Jan 1970 00:01:40 GMT", url, now_s=0.0)
    assert plain == Cookie(name="n", value="v", domain="t.example", path="/a", expires_s=100.0)
    assert parse_cookie("nameless", url, now_s=0.0) is None


def test_the_user_agent_is_the_browsers_with_its_version_frozen_as_browsers_do() -> None:
    assert user_agent("msedge", "156.0.8078.79").endswith("Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0")
    assert user_agent("chromium", "156.0.8078.79").endswith("Chrome/156.0.0.0 Safari/537.36")


URL = "https://t.example/a/b"
_3_S = timedelta(seconds=3)
WORDS = st.sampled_from(
    [
        *("Max-Age", "Expires", "Domain", "Path", "Secure", "HttpOnly", "SameSite", "=", ";", ",", "__Host-n", "n"),
        *("9" * 400, "-" + "9" * 5000, "-1", "nan", "inf", "1e9", "٣", "t.example", "com", "\x00", "é", "/", " "),
        *("Sun, 01 Jun 99999 12:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +9999", "Sun, 01 Jun 2025 12:00:00 GMT"),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "expires_s"),
    [
        ("Max-Age=" + "9" * 400, 100.0 + 400 * 86_400),
        ("Max-Age=-" + "9" * 900, 0.0),
        ("Max-Age=0", 100.0),
        ("Max-Age=nan", None),
        ("Max-Age=٣", None),
        ("Max-Age=1e3; Expires=Thu, 01 Jan 1970 00:01:40 GMT", 100.0),
        ("Expires=Sun, 01 Jun 99999 12:00:00 GMT", None),
        ("Expires=Sun, 01 Jun 9999 12:00:00 GMT", 100.0 + 400 * 86_400),
        ("Expires=Mon, 01 Jan 1900 00:00:00 GMT", 0.0),
        ("Expires=" + "9" * 400, None),
    ],
)
def test_a_cookie_lasts_no_longer_than_in_a_browser_whatever_it_says(attributes: str, expires_s: float | None) -> None:
    cookie = parse_cookie(f"n=v; {attributes}", URL, now_s=100.0)
    assert cookie is not None
    assert cookie.expires_s == expires_s


@pytest.mark.parametrize(
    "header",
    [
        *("n=" + "x" * 4097, "n=\x00", "n=v\x1b", "=v", "n", "", "n=v; Domain=other.example", "n=v; Domain=example"),
        *("n=v; Domain=xt.example", "n=v; Domain=a.t.example", "__Host-n=v; Secure", "__Host-n=v; Path=/"),
        *("__Host-n=v; Secure; Path=/; Domain=sub.t.example", "__Secure-n=v", "__hOST-n=v; Path=/"),
    ],
)
def test_what_a_browser_takes_for_no_cookie_is_none(header: str) -> None:
    assert parse_cookie(header, URL, now_s=0.0) is None


def test_cookies_with_prefixes_are_taken_where_they_keep_their_word() -> None:
    assert parse_cookie("__Host-n=v; Secure; Path=/", URL, now_s=0.0) is not None
    assert parse_cookie("__Secure-n=v; Secure; Domain=t.example", URL, now_s=0.0) is not None
    assert parse_cookie("n=v; SameSite=Whatever", URL, now_s=0.0) == Cookie(
        name="n", value="v", domain="t.example", path="/a"
    )
    assert parse_cookie("n=v; Domain=0.0.1", "http://127.0.0.1/", now_s=0.0) is None


def test_a_cookie_that_has_run_out_is_gone() -> None:
    jar = Jar("https://t.example")
    jar.take(URL, ["n=v; path=/", "n=; path=/; Max-Age=0"], version=jar.version)
    assert jar.header(URL) == ""
    assert jar.cookies() == []


def test_of_too_many_cookies_the_oldest_go_and_other_sites_are_none_of_them() -> None:
    jar = Jar("https://t.example")
    sso, old = (Cookie(name="n", value="1", domain=domain) for domain in ("login.example", "t.example"))
    jar.replace([sso, old])
    jar.take(URL, [f"c{number}=1; path=/" for number in range(10_000)], version=jar.version)
    cookies = jar.cookies()
    assert len(cookies) == 181
    assert (cookies[0], cookies[-1].name) == (sso, "c9999")
    assert old not in cookies


@pytest.mark.parametrize("url", ["http://[x", "http://a:b/", "", "https://t.example:99999/"])
def test_an_address_that_is_none_gets_no_cookie(url: str) -> None:
    jar = Jar("https://t.example")
    jar.replace([Cookie(name="a", value="1", domain="t.example")])
    jar.take(url, ["b=1"], version=jar.version)
    assert jar.header(url) == ""
    assert [cookie.name for cookie in jar.cookies()] == ["a"]


@given(st.text() | st.lists(WORDS).map("".join), st.text() | st.just(URL))
def test_any_set_cookie_is_a_cookie_or_none_and_what_is_held_can_be_sent(header: str, url: str) -> None:
    parse_cookie(header, url, now_s=0.0)
    jar = Jar("https://t.example")
    jar.take(URL, [header], version=jar.version)
    sent = jar.header("https://t.example/a/b")
    assert not set(sent) & {"\r", "\n", "\x00"}
    for cookie in jar.cookies():
        assert cookie.domain.endswith("t.example")
        assert cookie.same_site in ("Strict", "Lax", "None")


@given(st.dictionaries(st.sampled_from(["retry-after", "date", "content-length", "content-encoding"]), st.text()))
def test_any_head_can_be_read(headers: dict[str, str]) -> None:
    head = ResponseHead(url=URL, status=503, headers=headers)
    wait_s = head.retry_after_s(datetime.now(UTC))
    assert wait_s is None or 0 <= wait_s <= 300
    assert head.length is None or head.length < 10**18


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10), timedelta(days=900)])
def test_a_date_to_come_back_at_counts_from_the_answers_own(ahead: timedelta) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    sent = now + ahead
    dates = {"date": format_datetime(sent, usegmt=True), "retry-after": format_datetime(sent + _3_S, usegmt=True)}
    assert ResponseHead(url=URL, status=503, headers=dates).retry_after_s(now) == 3.0
    assert ResponseHead(url=URL, status=503, headers=dates | {"date": "junk"}).retry_after_s(sent) == 3.0
    del dates["date"]
    assert ResponseHead(url=URL, status=503, headers=dates).retry_after_s(sent) == 3.0
