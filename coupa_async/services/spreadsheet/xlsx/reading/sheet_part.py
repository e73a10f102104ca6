"""A worksheet's part, read on as far as it is needed and checked as it comes: its rows, and what is around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import (
    attribute,
    is_empty,
    letters_number,
    plain,
    plain_row,
    start_tag,
)

_CHUNK_BYTES = 1 << 19
_DATA = start_tag(b"sheetData")
_ROW = start_tag(b"row")
_NEXT = re.compile(rb"<(?:(?P<close>/(?:[\w.-]+:)?sheetData\s*>)|(?:[\w.-]+:)?row[\s/>])")
_UNFINISHED = re.compile(rb"<[!?]")


RowMarkup = tuple[int, bytes, bytes, int | None]
"""A row's number, what stands before it, its markup, and the column of its last cell: 0 if it has none, ``None`` if the
row is not as :func:`plain_row` takes it."""


class SheetPart:
    """A worksheet's part on its way through."""

    def __init__(self, source: IO[bytes], limit_bytes: int) -> None:
        """Begin.

        Args:
            source: The part.
            limit_bytes: Of what stands before the rows, and of one row.
        """
        self._source = source
        self._limit_bytes = limit_bytes
        self._raw = b""
        self._seen = b""  # the same without comments, up to one that is not whole yet
        self._position = 0
        self._is_whole = False
        self.has_rows = False

    def head(self) -> tuple[bytes, bytes]:
        """Take what stands before the rows.

        Returns:
            It, and the prefix of its elements.

        Raises:
            CannotEditError: If the part is not as worksheets are.
        """
        while not (start := _DATA.search(self._seen, self._position)):
            self._more()
        self.has_rows = not is_empty(start["attributes"])
        return self._take(start.end()), start["prefix"] or b""

    def rows(self, prefix: bytes) -> Iterator[RowMarkup]:
        """Take each row; at last row 0, with what is left before the end of the rows as its gap.

        Raises:
            CannotEditError: If rows are in no order, or not as rows are.
        """
        plain = plain_row(prefix)
        last = 0
        while True:
            row = plain.match(self._raw, self._position)
            if row is not None:
                gap, stated, letters = row.groups()
                markup = self._raw[row.end(1) : row.end()]
                self._position = row.end()
                number = int(stated)
            else:
                number, gap, markup = self._odd_row(prefix, last)
                if not number:
                    yield 0, gap, b"", None
                    return
                row = plain.fullmatch(markup)
                letters = row and row["last"]
            if number <= last:
                raise CannotEditError(f"row {number} comes after row {last}")
            last = number
            yield number, gap, markup, None if row is None else letters_number(letters or b"")

    def _odd_row(self, prefix: bytes, last: int) -> tuple[int, bytes, bytes]:
        """Take a row that is not plain, or not whole yet."""
        while not (found := _NEXT.search(self._seen, self._position)):
            self._more()
        if found["close"]:
            return 0, self._take(found.start()), b""
        gap = self._take(found.start())
        tag = self._row_start()
        if (tag["prefix"] or b"") != prefix:
            raise CannotEditError("its rows have different prefixes")
        stated = attribute(tag["attributes"], b"r")
        number = int(stated) if stated.isdigit() and 0 < int(stated[:8]) < 10_000_000 else last + 1
        if is_empty(tag["attributes"]):
            return number, gap, self._take(tag.end())
        return number, gap, self._take(self._row_end(b"</%brow" % prefix, tag.end() - self._position))

    def rest(self) -> Iterator[bytes]:
        """Take what stands after the rows."""
        yield self._take(len(self._raw))
        while chunk := self._source.read(_CHUNK_BYTES):
            yield chunk

    def _row_start(self) -> re.Match[bytes]:
        while not (tag := _ROW.match(self._seen, self._position)):
            self._more()
        return tag

    def _row_end(self, end: bytes, after: int) -> int:
        while True:
            start = self._seen.find(end, self._position + after)
            stop = self._seen.find(b">", start) if start >= 0 else -1
            if stop >= 0:
                return stop + 1
            self._more()

    def _take(self, end: int) -> bytes:
        taken = self._raw[self._position : end]
        self._position = end
        return taken

    def _more(self) -> None:
        if self._is_whole:
            raise CannotEditError("its rows are not as rows are")
        if len(self._raw) - self._position > self._limit_bytes:
            raise CannotEditError(f"one of its rows has over {self._limit_bytes:,} bytes")
        chunk = self._source.read(_CHUNK_BYTES)
        self._is_whole = not chunk
        self._raw = self._raw[self._position :] + chunk
        self._position = 0
        self._seen = plain(self._raw)
        if self._seen is not self._raw and (unfinished := _UNFINISHED.search(self._seen)):
            self._seen = self._seen[: unfinished.start()]
