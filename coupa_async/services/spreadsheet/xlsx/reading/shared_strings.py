"""The texts that a workbook's sheets share, in little more memory than they have bytes. ECMA-376-1 §18.4.9."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import IO
from xml.parsers import expat

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import PLAIN_TEXT, has_unseen, is_empty, start_tag
from coupa_async.services.spreadsheet.xlsx.text import plain_text, readable, rich_text

_BOUNDS = Bounds()
_CHUNK_BYTES = 1 << 19
_ITEM = start_tag(b"si")
_ITEM_END = re.compile(rb"</(?:[\w.-]{1,40}:)?si\s*>")
_PLAIN = re.compile(
    rb"\s*+<(?P<prefix>(?:[\w.-]{1,40}:)?)si><(?P=prefix)t(?: xml:space=\"preserve\")?>(?P<text>"
    + PLAIN_TEXT
    + rb")</(?P=prefix)t></(?P=prefix)si>"
)
# Nearly all items are so, and stand in a row: they are taken all at once.
_START, _END = b"<si><t>", b"</t></si>"
_USUAL = re.compile(rb"(?:" + _START + PLAIN_TEXT + _END + rb")++")
_OPEN = re.compile(rb"<[!?]")


class SharedStrings:
    """Texts by their number. Kept as they are packed, and read when they are asked for."""

    def __init__(self, source: IO[bytes] | None, bounds: Bounds = _BOUNDS) -> None:
        """Read them all.

        Args:
            source: Their part; ``None`` for a workbook without one.
            bounds: On all of them together.

        Raises:
            CannotEditError: If there are too many.
            ExpatError: If the part's markup is broken.
        """
        self._limit_bytes = bounds.table_bytes
        self._data = bytearray()
        self._ends = array("Q", (0,))
        self._checker = expat.ParserCreate()
        if source is not None:
            self._read(source)

    def __getitem__(self, number: int) -> str:
        """Tell a text; raises ``IndexError`` if there is none of that number."""
        if number < 0:
            raise IndexError(number)
        raw = self._data[self._ends[number] : self._ends[number + 1]]
        return rich_text(raw) if raw.startswith(b"<") else plain_text(raw)

    def _read(self, source: IO[bytes]) -> None:
        left, is_odd = b"", False
        while chunk := source.read(_CHUNK_BYTES):
            left += chunk
            if is_odd:
                self._check(chunk)
            elif has_unseen(left):
                is_odd = True  # from here on the parser gets all as it comes
                self._check(left)
            left = self._take_readable(left) if is_odd else self._take(left, self._check)
        if is_odd:
            self._take_readable(left)
        else:
            self._check(left)
        self._checker.Parse(b"", True)

    def _check(self, markup: bytes) -> None:
        self._checker.Parse(markup, False)

    def _take_readable(self, markup: bytes) -> bytes:
        seen = readable(markup)
        unfinished = _OPEN.search(seen)
        stop = unfinished.start() if unfinished else len(seen)
        return self._take(seen[:stop], lambda _: None) + seen[stop:]

    def _take(self, markup: bytes, check: Callable[[bytes], None]) -> bytes:
        """Take the whole items of a piece, have all but plain ones checked, and tell what is left of it."""
        position = checked = 0
        while True:
            if item := _USUAL.match(markup, position) or _PLAIN.match(markup, position):
                if checked < position:
                    check(markup[checked:position])
                is_usual = item.re is _USUAL
                self._add(item[0][len(_START) : -len(_END)].split(_END + _START) if is_usual else [item["text"]])
                position = checked = item.end()
                continue
            odd = _ITEM.search(markup, position)
            if odd is None:
                position = max(position, markup.rfind(b"<"))
                break
            if odd.start() > position:
                position = odd.start()  # it may be plain, but for what is before it
                continue
            end = odd if is_empty(odd["attributes"]) else _ITEM_END.search(markup, odd.end())
            if end is None:
                position = odd.start()
                break
            # Of a text that is in pieces, what stands between them is none of it.
            self._add([markup[odd.end() : end.start()].strip()])
            position = end.end()
        check(markup[checked:position])
        if not markup.isascii():
            markup[:position].decode()  # so that what is not in UTF-8 is told here
        return markup[position:]

    def _add(self, raw: Sequence[bytes]) -> None:
        before, joined = len(self._data), b"".join(raw)
        if before + len(joined) > self._limit_bytes:
            raise CannotEditError(f"its shared texts have over {self._limit_bytes:,} bytes")
        self._data += joined
        ends = accumulate(map(len, raw), initial=before)
        next(ends)
        self._ends.extend(ends)
