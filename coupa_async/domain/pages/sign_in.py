"""Decides by addresses alone whether an answer came through a sign-in, and who may be told a password."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from coupa_async.domain.http.targets import target_of

Origin = tuple[str, str, int | None]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LANDING = ("", "/user/home")
_SIGN_IN = ("/sessions", "/login")


class Trace(StrEnum):
    """The sign of a sign-in in the addresses on the way to an answer."""

    NONE = "none"
    LANDED = "landed"
    PASSED = "passed"


def sign_in_trace(asked: str, via: Sequence[str], ended: str, base_url: str) -> Trace:
    """Return whether an answer came through a sign-in that needed no person; then it is not what was asked for.

    Status and text do not show it: ``docs/design/coupa-pages.md``, "Sign-in on the way". A file in a store on another
    origin leaves the tenant, too, but does not come back.

    Args:
        asked: What was asked for.
        via: The addresses on the way, without ``ended``; empty if the backend does not know them.
        ended: Where the answer was found.
        base_url: The tenant's address.

    Returns:
        ``PASSED`` if the way led through a sign-in. ``LANDED`` if it led to the page that a sign-in ends on: what a
        way that nobody saw leaves, and what a tenant may answer for an address that it does not show.
    """
    tenant = origin_of(base_url)
    if is_sign_in_path(asked):
        return Trace.NONE
    was_away, has_begun = False, False
    for address in (asked, *via, ended):
        if _is_elsewhere(origin_of(address), tenant):
            was_away = was_away or has_begun
        elif was_away or (address != ended and is_sign_in_path(address)):
            return Trace.PASSED
        else:
            has_begun = True
    is_landing = origin_of(ended) == tenant and _path(ended) in _LANDING and _path(asked) not in _LANDING
    return Trace.LANDED if is_landing else Trace.NONE


def is_sign_in_path(url: str) -> bool:
    """Return whether an address has one of the tenant's sign-in paths."""
    path = _path(url)
    return path in _SIGN_IN or path.startswith(tuple(f"{item}/" for item in _SIGN_IN))


def may_be_told(url: str, base_url: str, trusted: Sequence[str]) -> bool:
    """Return whether a page may be told the password: it is at the tenant's origin or at a trusted one.

    Never without TLS where the tenant has it.

    Args:
        url: Where the page is, or where its form leads.
        base_url: The tenant's address.
        trusted: Addresses whose origins are trusted as well: the login URL's, and those that the user lists.
    """
    origin, tenant = origin_of(url), origin_of(base_url)
    if tenant[0] == "https" and origin[0] != "https":
        return False
    return origin in {tenant, *map(origin_of, trusted)} and bool(origin[1])


def origin_of(url: str) -> Origin:
    """Return an address's scheme, host and port; for what is no HTTP address, an origin that nobody has."""
    here = target_of(url)
    return (here.scheme, here.host, here.port) if here else ("", "", None)


def origin_text(url: str) -> str:
    """Write an address's origin as a person would: ``https://HOST``, with the port where it is not the scheme's own."""
    scheme, host, port = origin_of(url)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS.get(scheme)) else f":{port}")


def _is_elsewhere(origin: Origin, tenant: Origin) -> bool:
    """Return whether an origin is another one. The tenant's host without TLS is not: some redirects pass it."""
    is_other_scheme = origin[1] == tenant[1] and {origin[2], tenant[2]} == set(_DEFAULT_PORTS.values())
    return origin != tenant and not is_other_scheme


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
