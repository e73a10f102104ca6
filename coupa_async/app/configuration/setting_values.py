"""The values of settings as they are written: lists, addresses, and what a report may show."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from coupa_async.domain.policies.bandwidth import parse_bandwidth
from coupa_async.domain.redaction import redacted

# What shells and mail programs leave around an address: cmd's "set" keeps quotation marks as a part of the value.
_AROUND = " \t\r\n<>\"'"
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?=[/?#]|\Z)")


def split_list(value: object) -> object:
    """Split a text at its commas and semicolons. Any other value is returned unchanged."""
    return tuple(filter(None, map(str.strip, re.split("[,;]", value)))) if isinstance(value, str) else value


def split_words(value: object) -> object:
    """Split a text at its commas, semicolons and spaces. Any other value is returned unchanged."""
    return tuple(re.findall(r"[^,;\s]+", value)) if isinstance(value, str) else value


def checked_address(value: str) -> str | None:
    """Return an address as it was pasted, without what stands around it; ``None`` if nothing is left.

    Raises:
        ValueError: If it is none.
    """
    text = value.strip(_AROUND)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bad port, or half an IPv6 address
        is_address = False
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("a user name or password does not belong in the address: use COUPA_USERNAME")
    if not is_address or " " in text:
        host = _HOST.match(text)
        meant = host[0] if host else "TENANT.coupahost.com"
        raise ValueError(f"{redacted(text)!r} is no address: write https://{meant}")
    return text.rstrip("/")


def number_or_auto(value: object) -> object:
    """Return ``None`` for ``auto``, or for nothing. Any other value is returned unchanged."""
    return None if isinstance(value, str) and value.strip().lower() in ("", "auto") else value


def bandwidth_of(value: object) -> object:
    """Return bytes a second. Raises ``ValueError``."""
    return parse_bandwidth(str(value)) if isinstance(value, str | int | float) else value


def shown(value: object) -> object:
    """Return a value as a report may show it: addresses are redacted."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple):
        return ", ".join(value)
    text = redacted(str(value))
    return text.partition("?")[0].partition("#")[0] if "://" in text else text
