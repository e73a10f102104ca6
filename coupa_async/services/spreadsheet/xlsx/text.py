"""Texts of a workbook's parts, from bytes that are known to be well-formed. Pure. ECMA-376-1 §18.4, §22.9.2.19."""

from __future__ import annotations

import re

from coupa_async.services.spreadsheet.xlsx.markup import unseen

_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(\w{2,4}));")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PIECE = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:(?P<text>t)|rPh)(?:\s[^<>]*)?>|</(?:[\w.-]{1,40}:)?(?P<end>rPh)\s*>")


def readable(markup: bytes) -> bytes:
    """Drop comments and instructions, and write out CDATA, so that a ``<`` begins an element wherever it stands."""
    if b"<!" not in markup and b"<?" not in markup:
        return markup
    pieces: list[bytes] = []
    position = 0
    for start, end, text in unseen(markup):
        pieces += (markup[position:start], _written_out(text))
        position = end
    return b"".join((*pieces, markup[position:]))


def rich_text(markup: bytes | bytearray) -> str:
    """Read a text in one piece or in many, without how it is pronounced."""
    pieces: list[bytes | bytearray] = []
    depth = 0  # inside of how a piece is pronounced
    for found in _PIECE.finditer(markup):
        if found["text"]:
            if not depth and not found[0].endswith(b"/>"):
                pieces.append(markup[found.end() : markup.find(b"<", found.end())])
        elif not found[0].endswith(b"/>"):
            depth += -1 if found["end"] else 1
    return plain_text(b"".join(pieces))


def plain_text(raw: bytes | bytearray) -> str:
    """Read a text as a spreadsheet program shows it."""
    text = raw.decode()
    if "&" in text:
        text = _REFERENCE.sub(_referred, text)
    if "_x" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text


def _written_out(raw: bytes) -> bytes:
    return raw.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _referred(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES.get(match[3], match[0])
    return chr(int(match[1], 16) if match[1] else int(match[2]))
