"""The values of settings as they are written: lists with commas, and what a report may show."""

from __future__ import annotations

from coupa_async.domain.policies.bandwidth import parse_bandwidth
from coupa_async.domain.redaction import redacted


def split_list(value: object) -> object:
    """Split a text at its commas. Any other value is returned unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


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
