"""The file name of a Content-Disposition header, as Chromium reads it (``net/http/http_content_disposition.cc``).

``filename*`` goes before ``filename`` (RFC 6266, RFC 8187). In ``filename``, raw UTF-8, percent-encoded UTF-8 and
encoded words of mail (RFC 2047) are read, too, for servers send all of these; a name that is none of them counts as
none. Bytes that are no UTF-8 are Windows-1252, where Chromium takes the system's own code page.
"""

from __future__ import annotations

import codecs
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ENCODED = re.compile(r"=\?[^?]+\?[bBqQ]\?")
_WORD = re.compile(r"=\?([^?]+)\?([bBqQ])\?([^?]+)\?=")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_Q_TEXT = re.compile(rb"(?:=[0-9A-Fa-f]{2}|[!-<>@-~])+")
_SPACES = re.compile(r"([ \t\r\n]+)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHARSET = re.compile(r"[A-Za-z0-9_.:+()-]{1,40}")
_ISO = re.compile(r"iso[-_]?8859[-_]?(\d)", re.IGNORECASE)
# Browsers call Windows-1252 Latin-1: what its characters stand for are these bytes.
_WINDOWS = {ord(bytes([byte]).decode("cp1252", "replace")): byte for byte in range(0x80, 0xA0)}
_WINDOWS.pop(0xFFFD, None)
# Text in name only: slow on long input, or no character set of documents.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})


def content_disposition_name(header: str) -> str | None:
    """Read the file name that a Content-Disposition header gives.

    Args:
        header: The header's value, its bytes read as Latin-1 or as UTF-8.

    Returns:
        The name, not yet safe; ``None`` if the header has none that can be read.
    """
    plain = ""
    extended = ""
    for name, value in _parameters(_as_latin1(header)):
        if name == "filename" and not plain:
            plain = _plain(_unquoted(value)) or ""
        elif name == "filename*" and not extended:
            extended = _extended(value) or ""
    return extended or plain or None


def _as_latin1(header: str) -> str:
    """Give every byte its own character, however the HTTP library or the browser read them."""
    with suppress(UnicodeError):
        return header.translate(_WINDOWS).encode("latin-1").decode("latin-1")
    with suppress(UnicodeError):
        return header.encode("utf-8", "surrogateescape").decode("latin-1")
    return header.encode("utf-8", "replace").decode("latin-1")


def _parameters(header: str) -> Iterator[tuple[str, str]]:
    """Split at semicolons outside of quotes; a first part that is no type is a parameter already."""
    first, *others = _parts(header)
    parts = others if _TOKEN.fullmatch(first.strip()) else [first, *others]
    for part in parts:
        name, equals, value = part.partition("=")
        if equals:
            yield name.strip().lower(), value.strip()


def _parts(header: str) -> list[str]:
    parts, begin, at, quoted = [], 0, 0, False
    while at < len(header):
        match header[at]:
            case '"':
                quoted = not quoted
            case "\\" if quoted:
                at += 1
            case ";" if not quoted:
                parts.append(header[begin:at])
                begin = at + 1
        at += 1
    return [*parts, header[begin:]]


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    if len(value) > 1 and value.endswith('"'):
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value[1:]  # the other quote is missing


def _plain(value: str) -> str | None:
    """Decode word by word; blanks between encoded words are none of the name."""
    name, was_encoded = "", True
    for word in _SPACES.split(value):
        if not word or word[0] in " \t\r\n":
            name += "" if was_encoded else " " * len(word)
            continue
        text, was_encoded = _word(word)
        if text is None:
            return None
        name += text
    return name


def _word(word: str) -> tuple[str | None, bool]:
    """Decode a word, and tell whether it was one of RFC 2047's; ``None`` if it was and cannot be decoded."""
    if not word.isascii():
        return _text(word.encode("latin-1")), False
    if _ENCODED.match(word):
        found = _WORD.fullmatch(word)
        return (_encoded_word(*found.groups()) if found else None), True
    try:
        return unquote_to_bytes(word).decode("utf-8"), False
    except UnicodeError:
        return None, False


def _encoded_word(charset: str, encoding: str, text: str) -> str | None:
    data = text.encode()
    try:
        if encoding in "bB":
            return _decoded(b64decode(data, validate=True), charset)
        if not _Q_TEXT.fullmatch(data):
            return None
        data = _Q_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), data.replace(b"_", b" "))
    except ValueError:  # no base64
        return None
    return _decoded(data, charset)


def _extended(value: str) -> str | None:
    """Decode ``charset'language'percent-encoded``."""
    parts = value.split("'")
    if len(parts) != 3 or not parts[0] or '"' in value or not parts[2].isascii():
        return None
    return _decoded(unquote_to_bytes(parts[2]), parts[0])


def _decoded(data: bytes, charset: str) -> str | None:
    if not _CHARSET.fullmatch(charset):
        return None
    try:
        codec = codecs.lookup(_ISO.sub(r"iso8859-\1", charset))
        # Python counts compression and the like among its codecs; of `decode`, only those for text are allowed.
        return None if codec.name.replace("-", "_") in _NO_CHARSETS else data.decode(codec.name)
    except (LookupError, ValueError):  # unknown, no text, or not the one it is in
        return None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return data.decode("cp1252", "replace")
