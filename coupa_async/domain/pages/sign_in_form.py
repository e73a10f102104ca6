"""Reads what a page of the sign-in asks for: where to type, what went wrong, or that it only leads to the next one."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

_ERRORS = "#flash_error, .flash_error, #usernameError, #passwordError, .error_message, .alert-error, [role=alert]"
_HANDED_ON = frozenset({"SAMLRequest", "SAMLResponse", "wresult", "id_token", "code"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInForm:
    """Where to type on a sign-in page, as CSS selectors; empty where the page has no such part.

    Attributes:
        action: The address that the form is sent to.
    """

    user: str
    password: str
    submit: str
    action: str


def is_relay(html: str) -> bool:
    """Return whether a sign-in page only leads to the next one: by a form that sends itself, or by nothing.

    The names are of SAML's HTTP POST binding, of WS-Federation and of OpenID Connect's form post. A page that asks for
    an approval on a phone is none: it is waited for by a person.
    """
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None or not (body.text(strip=True) or body.css_first("input, button, img, script, svg")):
        return True
    names = {field.attributes.get("name") for field in tree.css("form input[type=hidden]")}
    return not names.isdisjoint(_HANDED_ON)


def read_form(tree: LexborHTMLParser, url: str) -> SignInForm | None:
    """Find the fields of a sign-in page by their types, because ids differ between tenants; ``None`` if it has none."""
    for form in tree.css("form"):
        password = form.css_first("input[type=password]")
        users = [
            item for item in form.css("input") if (item.attributes.get("type") or "text") in ("text", "email", "tel")
        ]
        if password is None and not users:
            continue
        submit = form.css_first("[type=submit], button:not([type])")
        return SignInForm(
            user=_selector(users[0]) if users else "",
            password=_selector(password) if password else "",
            submit=_selector(submit) if submit else "",
            action=_joined(url, form.attributes.get("action") or ""),
        )
    return None


def _joined(url: str, reference: str) -> str:
    """Return where a form leads: what its scripts send, they send as the page."""
    try:
        joined = urljoin(url, reference.strip())
    except ValueError:
        return reference
    return joined if joined.startswith(("http:", "https:")) else url


def _selector(node: LexborNode) -> str:
    for attribute in ("id", "name"):
        if value := node.attributes.get(attribute):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'{node.tag}[{attribute}="{escaped}"]'
    kind = node.attributes.get("type")
    return f'form {node.tag}[type="{kind}"]' if kind else f"form {node.tag}"


def shown_error(tree: LexborHTMLParser) -> str:
    """Return what a sign-in page says went wrong; empty if nothing."""
    texts = (" ".join(node.text().split()) for node in tree.css(_ERRORS))
    return next((text for text in texts if text), "")
