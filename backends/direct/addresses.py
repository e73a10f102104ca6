"""Addresses as they are asked: what was judged is what is sent, whatever a library would make of it."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from urllib.parse import quote, urljoin

from yarl import URL

from backends.direct.network_errors import without_query
from coupa_async.domain.errors import ForbiddenAddressError
from coupa_async.domain.http.targets import target_of

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN = "".join(sorted(set(string.printable) - set(string.whitespace) - set('"<>`{}')))
_QUOTED = re.compile(f"[{re.escape(_PLAIN)}]*")
_PARTS = re.compile(r"(?is)(https?://[^/?#\\]*)(.*)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN_CHARS, _MOST_CHARS = 100, 1 << 16


def asked_url(at: str) -> URL:
    """Make an address ready to be asked: its host as it was judged, without a user, and quoted where it must be.

    What is quoted already stays as it is, to the byte: addresses of stores are signed.

    Raises:
        ForbiddenAddressError: If it is none.
    """
    found = _PARTS.match(at) or _PARTS.match(at.strip())
    try:
        origin = _origin(found[1]) if found is not None and len(at) <= _MOST_CHARS else ""
        rest = found[2] if found is not None else ""
        if origin:
            rest = rest if rest.startswith("/") else f"/{rest}"
            return URL(origin + (rest if _QUOTED.fullmatch(rest) else quote(rest, safe=_PLAIN)), encoded=True)
    except ValueError as error:
        raise _refused(at) from error
    raise _refused(at)


@lru_cache(maxsize=256)
def _origin(start: str) -> str:
    """Write scheme, host and port as they were judged; empty for what is no address."""
    target = target_of(start)
    if target is None:
        return ""
    host = f"[{target.host}]" if ":" in target.host else _ascii(target.host)
    port = "" if target.port == _DEFAULT_PORTS[target.scheme] else f":{target.port}"
    return f"{target.scheme}://{host}{port}"


def joined(at: str, location: str) -> str:
    """Return where a redirect leads. What is no address is returned unchanged, and is refused when it is asked."""
    try:
        return _CONTROLS.sub(lambda found: f"%{ord(found[0]):02X}", urljoin(at, location))
    except ValueError:
        return location


def _ascii(host: str) -> str:
    return host if host.isascii() else URL.build(scheme="http", host=host).raw_host or ""


def _refused(at: str) -> ForbiddenAddressError:
    return ForbiddenAddressError(at, f"{without_query(at)[:_SHOWN_CHARS]!r} is no http address")
