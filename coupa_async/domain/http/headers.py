"""Reads HTTP headers. A value that makes no sense counts as missing, because anybody may have written it."""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DATE_CHARS = 100  # a date is shorter; nothing longer is looked into
_SIZE = re.compile(r"[0-9]{1,18}")
_CHARSET = re.compile(r"(?i);\s{0,9}charset\s{0,9}=[\s\"']{0,9}([a-z0-9_.:-]{1,40})")
# The encodings that browsers know (https://encoding.spec.whatwg.org/#names-and-labels), by Python's names.
_ENCODINGS = frozenset(
    [
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"),
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *(f"cp125{part}" for part in range(9)),
        *("cp874", "gbk", "gb18030", "big5", "euc_jp", "iso2022_jp", "shift_jis", "cp932", "euc_kr", "cp949"),
    ]
)
# What browsers take these for.
_TAKEN_FOR = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gbk"}


def http_date(text: str) -> datetime | None:
    """Read an HTTP date (RFC 9110 §5.6.7) or a cookie's; ``None`` for what is none, or of no year that there is."""
    if not text or len(text) > _DATE_CHARS:
        return None
    try:
        at = parsedate_to_datetime(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def size_of(text: str) -> int | None:
    """Read a number of bytes; ``None`` if it is not one."""
    return int(text) if _SIZE.fullmatch(text.strip()) else None


def page_text(data: bytes | bytearray, content_type: str) -> str:
    """Decode a page as browsers do: by its charset if browsers know it, else as UTF-8. Bytes that do not fit become �.

    Args:
        data: The page.
        content_type: Its Content-Type header.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", "replace")
    found = _CHARSET.search(content_type)
    return data.decode(_encoding(found[1]) if found else "utf-8", "replace")


def _encoding(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return "utf-8"
    name = _TAKEN_FOR.get(name, name)
    return name if name in _ENCODINGS else "utf-8"
