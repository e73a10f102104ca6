"""Texts of a workbook's parts, from bytes that are known to be well-formed. Pure. ECMA-376-1 §18.4, §22.9.2.19."""

from __future__ import annotations

import re

_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(\w{2,4}));")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_UNSEEN = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_PHONETIC = re.compile(rb"<(?:[\w.-]{1,40}:)?rPh[\s>].*?</(?:[\w.-]{1,40}:)?rPh\s*>", re.DOTALL)
_TEXT = re.compile(rb"<(?:[\w.-]{1,40}:)?t(?:\s[^<>]*)?>([^<]*)</")


def readable(markup: bytes) -> bytes:
    """Drop comments and instructions, and write out CDATA, so that a ``<`` begins an element wherever it stands."""
    if b"<!" not in markup and b"<?" not in markup:
        return markup
    return _UNSEEN.sub(b"", _CDATA.sub(lambda match: _written_out(match[1]), markup))


def rich_text(markup: bytes) -> str:
    """Read a text in one piece or in many, without how it is pronounced."""
    if b"rPh" in markup:
        markup = _PHONETIC.sub(b"", markup)
    return plain_text(b"".join(_TEXT.findall(markup)))


def plain_text(raw: bytes) -> str:
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
