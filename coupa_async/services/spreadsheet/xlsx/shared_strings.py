"""The texts that a workbook's sheets share, in little more memory than they have bytes. ECMA-376-1 §18.4.9."""

from __future__ import annotations

import re
from array import array
from typing import IO
from xml.parsers import expat

from coupa_async.services.spreadsheet.xlsx.markup import is_empty, start_tag
from coupa_async.services.spreadsheet.xlsx.text import plain_text, readable, rich_text

_CHUNK_BYTES = 1 << 19
_ITEM = start_tag(b"si")
_ITEM_END = re.compile(rb"</(?:[\w.-]{1,40}:)?si\s*>")
_SIMPLE = re.compile(rb"<t(?: xml:space=\"preserve\")?>([^<]*)</t>")
_OPEN = re.compile(rb"<[!?]")


class SharedStrings:
    """Texts by their number. Kept as they are packed, and read when they are asked for."""

    def __init__(self, source: IO[bytes] | None) -> None:
        """Read them all.

        Args:
            source: Their part; ``None`` for a workbook without one.

        Raises:
            ExpatError: If the part's markup is broken.
        """
        self._data = bytearray()
        self._ends = array("Q", (0,))
        if source is not None:
            self._read(source)

    def __getitem__(self, number: int) -> str:
        """Tell a text; raises ``IndexError`` if there is none of that number."""
        if number < 0:
            raise IndexError(number)
        raw = bytes(self._data[self._ends[number] : self._ends[number + 1]])
        return rich_text(raw) if raw.startswith(b"<") else plain_text(raw)

    def _read(self, source: IO[bytes]) -> None:
        checker = expat.ParserCreate()
        left = b""
        while chunk := source.read(_CHUNK_BYTES):
            checker.Parse(chunk, False)
            left = self._take(left + chunk)
        checker.Parse(b"", True)
        self._take(left)

    def _take(self, markup: bytes) -> bytes:
        """Take the whole items of a piece, and tell what is left of it."""
        if b"<!" in markup or b"<?" in markup:
            markup = readable(markup)
            if unfinished := _OPEN.search(markup):
                return self._take_items(markup[: unfinished.start()]) + markup[unfinished.start() :]
        return self._take_items(markup)

    def _take_items(self, markup: bytes) -> bytes:
        position = 0
        while item := _ITEM.search(markup, position):
            raw, position = b"", item.end()
            if not is_empty(item["attributes"]):
                end = _ITEM_END.search(markup, item.end())
                if end is None:
                    return markup[item.start() :]
                raw, position = markup[item.end() : end.start()], end.end()
            raw = raw.strip()  # of a text that is in pieces, what stands between them is none of it
            simple = _SIMPLE.fullmatch(raw)
            self._data += simple[1] if simple else raw
            self._ends.append(len(self._data))
        return markup[max(position, markup.rfind(b"<")) :]
