"""The markup of a worksheet's part, as bytes: tags found, attributes read, cells written. Pure. ECMA-376-1 §18.3.

What is searched here has been found well-formed, without entities of its own, and in UTF-8: so a ``<`` begins markup
wherever it stands, but in comments and the like, which :func:`plain` blanks out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from xml.sax.saxutils import escape

from coupa_async.services.spreadsheet.cells import legal_text

# Possessive, so that no text takes longer than its length.
_ATTRIBUTES = rb"[^<>\"']*+(?:\"[^\"]*+\"[^<>\"']*+|'[^']*+'[^<>\"']*+)*+"
_BEGINNING = re.compile(rb"<(?:!--|!\[CDATA\[|\?)")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_DECLARATIONS = (b"<?xml ", b"\xef\xbb\xbf<?xml ")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LETTERS = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_PLAIN_ATTRIBUTES = rb"(?: [\w:.]++=\"[^<>&\"\x00-\x1f]*+\")*+ ?"
_CHARS = rb"[^<&\x00-\x08\x0b\x0c\x0e-\x1f]*+"
PLAIN_TEXT = _CHARS + rb"(?:&(?:amp|lt|gt|quot|apos|#9|#10|#13);" + _CHARS + rb")*+"
"""What no parser has to look at to know that it is well-formed text."""


@lru_cache(maxsize=8)
def plain_row(prefix: bytes) -> re.Pattern[bytes]:
    """Make the pattern of a row as nearly all are, with the space before it: groups ``gap``, ``number``, ``last``.

    It takes only what is well-formed, so that no parser is asked, and each cell states its place; ``last`` has the
    letters of the last cell's.

    Args:
        prefix: Of the sheet's elements, with its colon; mostly empty.
    """
    opening, closing = b"<" + re.escape(prefix), b"</" + re.escape(prefix)

    def element(name: bytes, inside: bytes) -> bytes:
        return opening + name + _PLAIN_ATTRIBUTES + rb"(?:/>|>" + inside + closing + name + rb">)"

    value, text = element(b"v", PLAIN_TEXT), element(b"is", element(b"t", PLAIN_TEXT))
    inside = rb"(?:" + value + rb"|" + element(b"f", PLAIN_TEXT) + rb"(?:" + value + rb")?+|" + text + rb")?+"
    cell = (
        opening
        + rb'c r="(?P<last>[A-Z]{1,3})(?P=number)"'
        + _PLAIN_ATTRIBUTES
        + rb"(?:/>|>"
        + inside
        + closing
        + rb"c>)"
    )
    start = rb"(?P<gap>\s*+)" + opening + rb'row r="(?P<number>[0-9]{1,7})"' + _PLAIN_ATTRIBUTES
    return re.compile(start + rb"(?:/>|>(?:" + cell + rb")*+" + closing + rb"row>)")


def start_tag(name: bytes) -> re.Pattern[bytes]:
    """Make the pattern of a start tag: groups ``prefix``, ``attributes`` and, if it is empty, ``empty``."""
    return re.compile(rb"<(?P<prefix>[\w.-]+:)?" + name + rb"(?P<attributes>(?:\s" + _ATTRIBUTES + rb")?/?)>")


def any_tag() -> re.Pattern[bytes]:
    """Make the pattern of any element's start or end tag: groups ``close``, ``name`` and ``attributes``."""
    return re.compile(rb"<(?P<close>/)?(?:[\w.-]++:)?(?P<name>[\w.-]++)(?P<attributes>(?:\s" + _ATTRIBUTES + rb")?/?)>")


def whole_element(name: bytes) -> re.Pattern[bytes]:
    """Make the pattern of an element without content: one tag, or two with nothing between them."""
    return re.compile(start_tag(name).pattern + rb"(?:</(?:[\w.-]+:)?" + name + rb"\s*+>)?+")


def is_empty(attributes: bytes) -> bool:
    """Tell a tag that is its own end."""
    return attributes.endswith(b"/")


def unseen(markup: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Find comments, CDATA and instructions that are whole: where each begins and ends, and the text of a CDATA."""
    position = 0
    while found := _BEGINNING.search(markup, position):
        closing = _ENDS[found[0]]
        end = markup.find(closing, found.end())
        if end < 0:
            return
        position = end + len(closing)
        yield found.start(), position, markup[found.end() : end] if found[0] == b"<![CDATA[" else b""


def has_unseen(markup: bytes) -> bool:
    """Tell whether there is any of these, but for the declaration that a part begins with."""
    return b"<!" in markup or markup.count(b"<?") > markup.startswith(_DECLARATIONS)


def plain(markup: bytes) -> bytes:
    """Blank out comments, CDATA and instructions, every other byte staying in its place."""
    if b"<!" not in markup and b"<?" not in markup:
        return markup
    blank = bytearray(markup)
    for start, end, _ in unseen(markup):
        blank[start:end] = b" " * (end - start)
    return bytes(blank)


def attribute(attributes: bytes, name: bytes) -> bytes:
    """Read an attribute without a prefix; empty if there is none."""
    match = re.search(rb"(?<![\w:.-])" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", attributes)
    return (match[1] or match[2] or b"") if match else b""


@cache
def letters_number(letters: bytes) -> int:
    """Tell the column (1-based) of up to three capital letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_number(reference: bytes) -> int:
    """Read the column (1-based) of a cell's reference; 0 if it is none."""
    match = _LETTERS.fullmatch(reference)
    return letters_number(match[1]) if match else 0


def row_number(reference: bytes) -> int:
    """Read the row (1-based) of a cell's reference; 0 if it is none."""
    match = _LETTERS.fullmatch(reference)
    return int(match[2]) if match else 0


@cache
def column_letters(number: int) -> bytes:
    """Write a column (1-based) as a reference does."""
    letters = b""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = bytes((65 + rest,)) + letters
    return letters


def _digits(number: int | Decimal) -> bytes:
    return (f"{number:f}" if isinstance(number, Decimal) else str(number)).encode()


def cell_markup(prefix: bytes, reference: bytes, style: bytes, value: str | int | Decimal) -> bytes:
    """Write one cell; an empty text leaves it its style alone.

    Args:
        prefix: Of the sheet's elements, with its colon; mostly empty.
        reference: Such as ``b"K2"``.
        style: Its number; empty for none.
        value: A text stays one, whatever it begins with.
    """
    start = b'<%bc r="%b"%b' % (prefix, reference, b' s="%b"' % style if style else b"")
    if not isinstance(value, str):
        return b"%b><%bv>%b</%bv></%bc>" % (start, prefix, _digits(value), prefix, prefix)
    text = escape(_ESCAPED.sub("_x005F_", legal_text(value))).encode()
    if not text:
        return start + b"/>"
    names = (prefix,) * 2
    return b'%b t="inlineStr"><%bis><%bt xml:space="preserve">%b</%bt></%bis></%bc>' % (
        *(start, *names, text, *names, prefix),
    )
