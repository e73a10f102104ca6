"""Styles that keep a text a text when the user edits its cell: ``quotePrefix``, ECMA-376-1 §18.8.45."""

from __future__ import annotations

import re

from coupa_async.services.spreadsheet.cells import looks_like_formula
from coupa_async.services.spreadsheet.xlsx.markup import attribute, is_empty, plain, start_tag

_FORMATS = start_tag(b"cellXfs")
_FORMATS_END = re.compile(rb"</(?:[\w.-]+:)?cellXfs\s*>")
_FORMAT = start_tag(b"xf")
_FORMAT_END = re.compile(rb"</(?:[\w.-]+:)?xf\s*>")
_COUNT = re.compile(rb"(?<=\scount=[\"'])[0-9]+(?=[\"'])")
_QUOTED = re.compile(rb"\squotePrefix\s*=\s*(?:\"[^\"]*\"|'[^']*')")


class QuotePrefix:
    """The workbook's styles, with those added that are asked for."""

    def __init__(self, markup: bytes) -> None:
        """Read the styles; a workbook without any that are understood gets none.

        Args:
            markup: The part that holds them; empty for none.
        """
        self._markup = markup
        self._seen = plain(self._markup)
        self._formats = _formats(self._seen)
        self._added: dict[int, int] = {}

    def style_of(self, style: bytes, value: str | int) -> bytes:
        """Tell the style of a cell by the one that it has and what goes into it."""
        if isinstance(value, int) or not looks_like_formula(value):
            return style
        number = int(style or b"0")
        if number >= len(self._formats):
            return style
        start, end = self._formats[number]
        if attribute(self._seen[start:end].partition(b">")[0], b"quotePrefix") in (b"1", b"true"):
            return style
        added = self._added.setdefault(number, len(self._formats) + len(self._added))
        return b"%d" % added

    def markup(self) -> bytes:
        """Write the styles, those that were asked for at the end."""
        if not self._added:
            return self._markup
        start, end = _FORMATS.search(self._seen), _FORMATS_END.search(self._seen)
        if start is None or end is None:
            return self._markup
        added = b"".join(_quoted(self._markup[slice(*self._formats[number])]) for number in self._added)
        count = b"%d" % (len(self._formats) + len(self._added))
        tag = _COUNT.sub(count, self._markup[start.start() : start.end()], count=1)
        before, between = self._markup[: start.start()], self._markup[start.end() : end.start()]
        return before + tag + between + added + self._markup[end.start() :]


def _quoted(markup: bytes) -> bytes:
    match = _FORMAT.match(markup)
    if match is None:
        return markup
    tag = _QUOTED.sub(b"", markup[: match.start("attributes")]) + b' quotePrefix="1"'
    return tag + _QUOTED.sub(b"", match["attributes"]) + markup[match.end("attributes") :]


def _formats(seen: bytes) -> list[tuple[int, int]]:
    """Find where each cell format stands."""
    start, end = _FORMATS.search(seen), _FORMATS_END.search(seen)
    if start is None or end is None or is_empty(start["attributes"]):
        return []
    found: list[tuple[int, int]] = []
    for match in _FORMAT.finditer(seen, start.end(), end.start()):
        stop = match if is_empty(match["attributes"]) else _FORMAT_END.search(seen, match.end(), end.start())
        if stop is None:
            return []
        found.append((match.start(), stop.end()))
    return found
