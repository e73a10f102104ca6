"""Refuses pages that would take too long to parse, before they are parsed, in one pass over their text."""

from __future__ import annotations

import re
from collections import Counter
from enum import IntEnum
from functools import lru_cache

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError

# An HTML parser looks up through the whole nesting at each tag, through all options of a list at each option, and opens
# each <b> that was left open again in each paragraph: all that is quadratic, and seconds at worst below so many tags.
_FEW_TAGS = 20_000
_OPTIONS = 10_000
_REOPENED = 2_000_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})|<!--")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
# They are closed by what follows them. What they stand in, and may be nested in, counts.
_IMPLIED = frozenset(
    ("p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "tbody", "thead", "tfoot", "rb", "rp", "rt", "rtc")
)
_TEXT = frozenset(("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"))
_FORMATTING = frozenset(("b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"))
# Their end ends what is open in them; the end of any other ends it alone, and what is open in it stays so.
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "button", "center", "details", "dialog", "dir", "div", "dl"),
        *("fieldset", "figcaption", "figure", "footer", "header", "hgroup", "main", "menu", "nav", "ol", "pre"),
        *("search", "section", "select", "summary", "table", "ul"),
    )
)
_BARRIERS = frozenset(("table", "object", "template", "marquee", "svg", "math"))

# What a text is by its size alone, in characters and in tags.
_SMALL_CHARS, _LIGHT_CHARS, _LIGHT_TAGS = 32_000, 2_000_000, 2_000
# A parser looks up each name of an attribute among all it has met, and among those of the same element one by one: with
# the square of their number. So many take a twentieth of a second, and four.
_FEW_NAMES, _MANY_NAMES = 3_000, 20_000
# What ends a name, as what bytes are split at; the one space that HTML does not know as such is a letter.
_NAME_ENDS = bytes.maketrans(b"/=>\v", b"   v")


class Effort(IntEnum):
    """What parsing a text may take, at worst."""

    LIGHT = 0
    """Milliseconds."""
    HEAVY = 1
    """Seconds."""
    UNKNOWN = 2
    """Hours, or gigabytes."""


def effort(text: str) -> Effort:
    """Estimate what parsing a page takes at worst, whatever stands in it."""
    if len(text) > _LIGHT_CHARS or (tags := text.count("<")) > _FEW_TAGS:
        return Effort.UNKNOWN
    if len(text) <= _SMALL_CHARS:
        return Effort.LIGHT
    names = _different_names(text)
    if names > _MANY_NAMES:
        return Effort.UNKNOWN
    return Effort.HEAVY if tags > _LIGHT_TAGS or names > _FEW_NAMES else Effort.LIGHT


@lru_cache(maxsize=8)
def _different_names(text: str) -> int:
    """Count what may be names of attributes or elements, or end with one, wherever quotes begin and end."""
    return len(set(text.encode("utf-8", "surrogatepass").translate(_NAME_ENDS).split()))


def refuse_excess(html: str, url: str, bounds: Bounds) -> None:
    """Check that a page can be parsed in time.

    Args:
        html: The page.
        url: Where it is, for the message.
        bounds: What may be.

    Raises:
        ExcessivePageError: If it cannot be.
    """
    if len(html) > bounds.page_bytes:
        raise ExcessivePageError(f"{url}: the page has {len(html):,} characters, more than {bounds.page_bytes:,}")
    if html.count("<") <= _FEW_TAGS:
        return
    _Nesting(url, bounds.page_depth).walk(html)


class _Nesting:
    """Which elements are open, as far as that takes no parser: in doubt, one too many."""

    def __init__(self, url: str, most: int) -> None:
        self._url = url
        self._most = most
        self._open: list[str] = []
        self._unclosed: Counter[str] = Counter()
        self._left_open = 0
        self._reopened = 0
        self._options = 0

    def walk(self, html: str) -> None:
        """Look at each tag once."""
        at = 0
        lowered = ""
        while (tag := _TAG.search(html, at)) is not None:
            at = tag.end()
            name = (tag[2] or "!--").lower()
            if name == "!--":
                at = _after(html, "-->", at)
            elif tag[1]:
                self._close(name)
            elif name in _TEXT:
                lowered = lowered or html.lower()
                at = _after(lowered if len(lowered) == len(html) else html, f"</{name}", at)
            else:
                self._begin(name)

    def _begin(self, name: str) -> None:
        self._reopened += self._left_open
        self._options += name == "option"
        if self._reopened > _REOPENED:
            raise ExcessivePageError(f"{self._url}: the page leaves too many elements open")
        if self._options > _OPTIONS:
            raise ExcessivePageError(f"{self._url}: the page's lists have more than {_OPTIONS:,} options")
        if name in _VOID or name in _IMPLIED:
            return
        self._open.append(name)
        if name in _FORMATTING:
            self._unclosed[name] += 1
            self._left_open += 1
        if len(self._open) > self._most:
            raise ExcessivePageError(f"{self._url}: the page is nested deeper than {self._most} elements")

    def _close(self, name: str) -> None:
        if self._unclosed[name]:  # a block that ends does not close them: each is opened again after it
            self._unclosed[name] -= 1
            self._left_open -= 1
        if name not in self._open:  # of no more than `_most`
            return
        at = len(self._open) - 1 - self._open[::-1].index(name)
        if name not in _BLOCKS:
            del self._open[at]
        elif name == "table" or not _BARRIERS.intersection(self._open[at + 1 :]):
            del self._open[at:]


def _after(text: str, end: str, at: int) -> int:
    """Return where something has ended; without an end it goes on to the last."""
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)
