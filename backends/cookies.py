"""The direct lane's cookies: a browser's, kept fresh by the tenant's Set-Cookie, sent to the tenant's origin alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from coupa_async.domain.sign_in import origin_of
from coupa_async.ports import Cookie

Key = tuple[str, str, str]


class Jar:
    """Cookies by name, domain and path. It holds those of other origins, too, for the browser; it never sends them.

    Attributes:
        version: Grows when cookies came from elsewhere than the tenant's answers: a sign-in, or the browser.
    """

    def __init__(self, base_url: str) -> None:
        self.version = 0
        self._origin = origin_of(base_url)
        self._cookies: dict[Key, Cookie] = {}

    def replace(self, cookies: Iterable[Cookie]) -> None:
        """Hold these and no others."""
        self._cookies = {key_of(one): one for one in cookies}
        self.version += 1

    def merge(self, cookies: Iterable[Cookie]) -> None:
        """Hold these, too."""
        if more := {key_of(one): one for one in cookies}:
            self._cookies |= more
            self.version += 1

    def cookies(self) -> list[Cookie]:
        """Tell those that have not run out."""
        now_s = time.time()
        return [one for one in self._cookies.values() if one.expires_s is None or one.expires_s > now_s]

    def header(self, url: str) -> str:
        """Write the Cookie header of a request (RFC 6265 §5.4); empty for all origins but the tenant's."""
        if origin_of(url) != self._origin:
            return ""
        scheme, host, _ = self._origin
        path = urlsplit(url).path or "/"
        fit = [
            one
            for one in self.cookies()
            if _is_of(one.domain, host) and _covers(one.path, path) and (scheme == "https" or not one.secure)
        ]
        return "; ".join(f"{one.name}={one.value}" for one in sorted(fit, key=lambda one: -len(one.path)))

    def take(self, url: str, headers: Sequence[str], *, version: int) -> None:
        """Take an answer's Set-Cookie headers.

        Args:
            url: What was asked.
            headers: The headers.
            version: The jar's when it was asked. An older one's are dropped: the answer to a request that was signed
                out must not undo the sign-in that came between.
        """
        if not headers or version != self.version or origin_of(url) != self._origin:
            return
        for header in headers:
            cookie = parse_cookie(header, url, now_s=time.time())
            if cookie is not None and _is_of(cookie.domain, self._origin[1]):
                self._cookies[key_of(cookie)] = cookie


def key_of(cookie: Cookie) -> Key:
    """Tell what makes two cookies the same one."""
    return cookie.name, cookie.domain, cookie.path


def parse_cookie(header: str, url: str, *, now_s: float) -> Cookie | None:
    """Read a Set-Cookie header (RFC 6265 §5.2).

    Returns:
        ``None`` for one without a name.
    """
    pair, *rest = header.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not name or not equals:
        return None
    attributes = {key.strip().lower(): text.strip() for key, _, text in (one.partition("=") for one in rest)}
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    domain = attributes.get("domain", "").lstrip(".").lower()
    path = attributes.get("path", "")
    cookie = Cookie(
        name=name,
        value=value,
        domain=f".{domain}" if domain and domain != host else host,
        path=path if path.startswith("/") else parts.path.rpartition("/")[0] or "/",
        http_only="httponly" in attributes,
        secure="secure" in attributes,
        same_site=attributes.get("samesite", "lax").capitalize(),
    )
    age = attributes.get("max-age", "")
    if age.lstrip("-").isdecimal():
        return replace(cookie, expires_s=now_s + int(age))
    return replace(cookie, expires_s=_date_s(attributes.get("expires", "")))


def _date_s(text: str) -> float | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _is_of(domain: str, host: str) -> bool:
    return host == domain.lstrip(".") or (domain.startswith(".") and host.endswith(domain))


def _covers(base: str, path: str) -> bool:
    return path == base or path.startswith(base if base.endswith("/") else f"{base}/")
