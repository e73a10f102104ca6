"""The direct lane's cookies and user agent: as browsers have them."""

from __future__ import annotations

from backends.cookies import Jar, parse_cookie
from backends.http import user_agent
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
    one = Cookie(name="a", value="1", domain="t.example", secure=True)
    jar.replace([
        one,
        Cookie(name="b", value="2", domain=".example"),
        Cookie(name="c", value="3", domain="other.example"),
        Cookie(name="d", value="4", domain="t.example", path="/orders"),
        Cookie(name="e", value="5", domain="t.example", expires_s=1.0),
    ])  # fmt: skip
    assert jar.header("https://t.example/") == "a=1; b=2"
    assert jar.header("https://t.example/orders/7") == "d=4; a=1; b=2"
    assert jar.header("https://t.example/ordersheet") == "a=1; b=2"
    assert jar.header("http://t.example/") == jar.header("https://t.example:8443/") == ""
    assert [one.name for one in jar.cookies()] == ["a", "b", "c", "d"]


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
