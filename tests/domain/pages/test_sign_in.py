"""What addresses tell of a sign-in."""

from __future__ import annotations

import pytest

from coupa_async.domain.pages.page import is_signed_out
from coupa_async.domain.pages.sign_in import Trace, may_be_told, origin_text, sign_in_trace

BASE = "https://acme.coupahost.com"
ORDER, HOME = f"{BASE}/order_headers/1", f"{BASE}/user/home"
FILE = f"{BASE}/attachment/attachment_file/type/5/a.pdf"
SSO, STORE = "https://login.example/sso", "https://store.example/a.pdf"
SAML, OIDC = f"{BASE}/sessions/saml_post", f"{BASE}/sessions/lightweight_oauth_callback?code=1"


@pytest.mark.parametrize(
    ("asked", "via", "ended"),
    [
        (ORDER, (ORDER, SSO, SAML), HOME),
        (ORDER, (ORDER, SSO, OIDC), HOME),
        (ORDER, (ORDER, SSO, SAML), ORDER),  # a tenant that keeps where one wanted to go
        (ORDER, (ORDER, SSO), HOME),
        (ORDER, (ORDER, SSO, f"{SSO}/2", "https://other.example/"), ORDER),
        (ORDER, (ORDER, f"{BASE}/sessions/new"), ORDER),
        (ORDER, (ORDER, f"{BASE}/login"), HOME),
        (ORDER, (ORDER, f"{BASE}/login/"), HOME),
        (FILE, (FILE, SSO, SAML), FILE),
        (FILE, (FILE, SSO, SAML), STORE),
        (ORDER, (SSO,), ORDER),  # a backend that leaves out what was asked for
        (ORDER, (ORDER, "http://[x"), ORDER),
        (ORDER, (ORDER, f"{BASE}:8443/sso"), ORDER),
    ],
)
def test_a_way_through_a_sign_in_is_seen(asked: str, via: tuple[str, ...], ended: str) -> None:
    assert sign_in_trace(asked, via, ended, BASE) is Trace.PASSED


@pytest.mark.parametrize(
    ("asked", "via", "ended"),
    [
        (ORDER, (), ORDER),
        (ORDER, (), ORDER + "?version=2"),
        (ORDER, (f"{BASE}/attachments/5",), ORDER),
        (FILE, (FILE,), STORE),
        (FILE, (FILE, STORE), "https://cdn.example/a.pdf"),
        (STORE, (STORE,), "https://cdn.example/a.pdf"),
        (STORE, (STORE,), FILE),  # it did not leave the tenant: it came from elsewhere
        (FILE, (FILE, "https://store.example/sessions/1"), "https://store.example/login"),
        (FILE, (FILE, FILE.replace("https:", "http:")), FILE + "?1"),  # a proxy that ends TLS writes such redirects
        ("http://acme.coupahost.com/order_headers/1", ("http://acme.coupahost.com/order_headers/1",), ORDER),
        (f"{BASE}/", (f"{BASE}/",), HOME),
        (HOME, (), HOME),
        (f"{BASE}/sessions/expiration_check", (), f"{BASE}/sessions/expiration_check"),
    ],
)
def test_any_other_way_is_not(asked: str, via: tuple[str, ...], ended: str) -> None:
    assert sign_in_trace(asked, via, ended, BASE) is Trace.NONE


@pytest.mark.parametrize("ended", [HOME, f"{HOME}/", f"{HOME}?locale=de", BASE, f"{BASE}/", f"{BASE}/?from=sso"])
@pytest.mark.parametrize("via", [(), (ORDER,)])
def test_the_page_that_a_sign_in_ends_on_is_no_answer_to_another_address(via: tuple[str, ...], ended: str) -> None:
    assert sign_in_trace(ORDER, via, ended, BASE) is Trace.LANDED


def test_where_a_page_stands_does_not_hang_on_how_its_address_is_written() -> None:
    assert not is_signed_out("https://ACME.coupahost.com:443/order_headers/1", BASE)
    assert is_signed_out("http://acme.coupahost.com/order_headers/1", BASE)
    assert is_signed_out("http://[x", BASE)


@pytest.mark.parametrize(
    ("url", "trusted", "is_told"),
    [
        (f"{BASE}/sessions/new", (), True),
        ("https://ACME.coupahost.com:443/x", (), True),
        ("https://sub.acme.coupahost.com/", (), False),
        ("https://acme.coupahost.com.evil.example/", (), False),
        (f"{BASE}:8443/", (), False),
        ("http://acme.coupahost.com/sessions/new", (), False),
        ("https://login.microsoftonline.com/x", (), False),
        ("https://login.microsoftonline.com/x", ("https://login.microsoftonline.com/",), True),
        ("http://login.example/x", ("http://login.example",), False),
        ("https://login.example:8443/x", ("https://login.example",), False),
        ("https://user@acme.coupahost.com@evil.example/", (), False),
        ("http://[x", ("http://[y",), False),
        ("data:text/html,<form>", ("about:blank",), False),
        ("", ("",), False),
    ],
)
def test_who_may_be_told_a_password(url: str, trusted: tuple[str, ...], is_told: bool) -> None:
    assert may_be_told(url, BASE, trusted) is is_told


def test_a_tenant_without_tls_has_forms_without_it() -> None:
    assert may_be_told("http://127.0.0.1:8000/x", "http://127.0.0.1:8000", ())
    assert not may_be_told("http://localhost:8000/x", "http://127.0.0.1:8000", ())
    assert may_be_told("http://localhost:8000/x", "http://127.0.0.1:8000", ("http://localhost:8000",))


def test_an_origin_is_written_as_one_would_type_it() -> None:
    assert origin_text("https://User:pw@Login.example:443/x?y=z") == "https://login.example"
    assert origin_text("http://localhost:8000/sso") == "http://localhost:8000"
    assert origin_text("http://[::1]:8000/") == "http://[::1]:8000"
