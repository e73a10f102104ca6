"""The direct lane's cookies: taken from a browser, renewed by the tenant's Set-Cookie, sent to its origin only."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from coupa_async.domain.http.headers import http_date
from coupa_async.domain.http.targets import target_of
from coupa_async.domain.pages.sign_in import origin_of
from coupa_async.ports import Cookie

Key = tuple[str, str, str]
# What browsers hold to (RFC 6265bis §5.6, §5.7, §6.1): of one cookie, of one site's, and of how long one lasts.
_COOKIE_CHARS = 4096
_ATTRIBUTE_CHARS = 1024
_MOST = 180
_LONGEST_S = 400 * 86_400.0
_AGE = re.compile(r"-?[0-9]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SAME_SITE = ("Strict", "Lax", "None")


class Jar:
    """Cookies by name, domain and path. Those of other origins are kept for the browser, and never sent.

    Attributes:
        base_url: The tenant's address.
        version: Grows when cookies come from a sign-in or the browser, and not from an answer of the tenant.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.version = 0
        self._origin = origin_of(base_url)
        self._home = f"{base_url.rstrip('/')}/"
        self._cookies: dict[Key, Cookie] = {}

    def replace(self, cookies: Iterable[Cookie]) -> None:
        """Replace all cookies by these."""
        self._cookies = {key_of(cookie): cookie for cookie in cookies}
        self.version += 1

    def merge(self, cookies: Iterable[Cookie]) -> None:
        """Add these cookies."""
        if more := {key_of(cookie): cookie for cookie in cookies}:
            self._cookies |= more
            self.version += 1

    def cookies(self) -> list[Cookie]:
        """Return the cookies that have not expired."""
        now_s = time.time()
        return [cookie for cookie in self._cookies.values() if cookie.expires_s is None or cookie.expires_s > now_s]

    def header(self, url: str) -> str:
        """Return the Cookie header of a request (RFC 6265 §5.4); empty for other origins than the tenant's."""
        if not self._is_the_tenants(url):
            return ""
        scheme, host, _ = self._origin
        path = _path_of(url)
        fit = [
            cookie
            for cookie in self.cookies()
            if _is_of(cookie.domain, host) and _covers(cookie.path, path) and (scheme == "https" or not cookie.secure)
        ]
        return "; ".join(f"{item.name}={item.value}" for item in sorted(fit, key=lambda entry: -len(entry.path)))

    def take(self, url: str, headers: Sequence[str], *, version: int) -> None:
        """Take over an answer's Set-Cookie headers.

        Args:
            url: The address of the request.
            headers: The headers.
            version: The jar's version at the request. If it is older, the cookies are dropped: a late answer to a
                signed-out request must not undo a newer sign-in.
        """
        if not headers or version != self.version or not self._is_the_tenants(url):
            return
        now_s = time.time()
        for header in headers:
            cookie = parse_cookie(header, url, now_s=now_s)
            if cookie is not None and _is_of(cookie.domain, self._origin[1]):
                self._put(cookie, now_s)
        self._forget_the_oldest()

    def _is_the_tenants(self, url: str) -> bool:
        # Nearly every address begins so, and need not be taken apart.
        return url.startswith(self._home) or origin_of(url) == self._origin

    def _put(self, cookie: Cookie, now_s: float) -> None:
        """Replace a cookie. One that has expired removes the earlier one."""
        key = key_of(cookie)
        self._cookies.pop(key, None)
        if cookie.expires_s is not None and cookie.expires_s <= now_s:
            return
        self._cookies[key] = cookie

    def _forget_the_oldest(self) -> None:
        own = [key for key, cookie in self._cookies.items() if _is_of(cookie.domain, self._origin[1])]
        for key in own[:-_MOST]:
            del self._cookies[key]


def key_of(cookie: Cookie) -> Key:
    """Return what identifies a cookie."""
    return cookie.name, cookie.domain, cookie.path


def parse_cookie(header: str, url: str, *, now_s: float) -> Cookie | None:
    """Read a Set-Cookie header (RFC 6265bis §5.6).

    Returns:
        ``None`` for a cookie that browsers reject: without a name, too long, with control characters, or with a domain
        or prefix that it must not have.
    """
    pair, *rest = header.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not name or not equals or len(name) + len(value) > _COOKIE_CHARS or _CONTROLS.search(header):
        return None
    attributes = {key.strip().lower(): text.strip() for key, _, text in (item.partition("=") for item in rest)}
    attributes = {key: text for key, text in attributes.items() if len(text) <= _ATTRIBUTE_CHARS}
    _, host, _ = origin_of(url)
    path, same_site = attributes.get("path", ""), attributes.get("samesite", "").capitalize()
    cookie = Cookie(
        name=name,
        value=value,
        domain=_domain(attributes.get("domain", ""), host),
        path=path if path.startswith("/") else _path_of(url).rpartition("/")[0] or "/",
        expires_s=_end_s(attributes, now_s),
        http_only="httponly" in attributes,
        secure="secure" in attributes,
        same_site=same_site if same_site in _SAME_SITE else "Lax",
    )
    return cookie if cookie.domain and _may_be_called(cookie, host) else None


def _domain(asked: str, host: str) -> str:
    """Return the domain of a cookie: the host's own, or a domain above it.

    Returns:
        Empty for a domain that is not above the host, or that belongs to everybody, such as ``com``.
    """
    domain = asked.lstrip(".").rstrip(".").lower()
    if not domain or domain == host:
        return host
    here = target_of(f"http://{host}/")
    is_name = here is not None and here.address is None
    return f".{domain}" if is_name and "." in domain and host.endswith(f".{domain}") else ""


def _may_be_called(cookie: Cookie, host: str) -> bool:
    name = cookie.name.lower()
    if name.startswith("__host-"):
        return cookie.secure and cookie.path == "/" and cookie.domain == host
    return cookie.secure or not name.startswith("__secure-")


def _end_s(attributes: Mapping[str, str], now_s: float) -> float | None:
    """Return when a cookie expires; ``None`` for one that lasts as long as the browser."""
    age = attributes.get("max-age", "")
    if _AGE.fullmatch(age):
        return now_s + min(max(float(age), -now_s), _LONGEST_S)
    at = http_date(attributes.get("expires", ""))
    return None if at is None else min(max(at.timestamp(), 0.0), now_s + _LONGEST_S)


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def _is_of(domain: str, host: str) -> bool:
    return host == domain.lstrip(".") or (domain.startswith(".") and host.endswith(domain))


def _covers(base: str, path: str) -> bool:
    return path == base or path.startswith(base if base.endswith("/") else f"{base}/")
