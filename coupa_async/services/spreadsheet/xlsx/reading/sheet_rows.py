"""The rows of a worksheet, each cell read when it is asked for: most never are. ECMA-376-1 §18.3.1.73."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO, overload
from xml.parsers import expat

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.table import LazyCells, Row
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import (
    attribute,
    column_letters,
    column_number,
    letters_number,
    start_tag,
)
from coupa_async.services.spreadsheet.xlsx.reading.cell_reader import CellReader
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import SheetFacts
from coupa_async.services.spreadsheet.xlsx.reading.sheet_part import SheetPart
from coupa_async.services.spreadsheet.xlsx.text import plain_text, readable

_BOUNDS = Bounds()
_LAST_ROW = 1_048_576
_CELL = re.compile(
    rb"<(?:[\w.-]{1,40}:)?c((?:\s[^<>\"']*+(?:\"[^\"]*+\"[^<>\"']*+|'[^']*+'[^<>\"']*+)*+)?)/?"
    rb"(?:(?<=/)>|>(.*?)</(?:[\w.-]{1,40}:)?c\s*>)",
    re.DOTALL,
)
_USUAL = re.compile(rb'<c r="[A-Z0-9]{1,10}"(?: s="([0-9]{1,9})")?+(?: t="([a-z]{1,9})")?+><v>([^<]++)<')
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})[0-9]")
_FORMULA = re.compile(rb"<(?:[\w.-]{1,40}:)?f(?:\s[^<>]*)?>([^<]*)<")
_HAS_FORMULA = re.compile(rb"<(?:[\w.-]{1,40}:)?f[\s/>]")
_ROW = start_tag(b"row")


class SheetRow(LazyCells):
    """The cells of one row, from column A to the last that the sheet has for it."""

    __slots__ = ("_length", "_reader")

    def __init__(self, reader: CellReader, length: int) -> None:
        """Take what reads cells, and how far the row goes."""
        self._reader, self._length = reader, length

    def __len__(self) -> int:
        """Tell how far the row goes."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> list[object]: ...
    def __getitem__(self, index: int | slice) -> object | list[object]:
        """Read a cell, or several."""
        if isinstance(index, slice):
            return [self[column] for column in range(*index.indices(self._length))]
        column = index + self._length if index < 0 else index
        if not 0 <= column < self._length:
            raise IndexError(index)
        return self._value(column)

    def formulas(self) -> list[str]:
        """Tell the row's formulas; of one that is shared with other rows, mostly nothing."""
        found = (_FORMULA.search(inside) for _, inside in self._cells() if _HAS_FORMULA.search(inside))
        return [plain_text(formula[1]) if formula else "" for formula in found]

    def _value(self, column: int) -> object:
        raise NotImplementedError

    def _cells(self) -> list[tuple[bytes, bytes]]:
        raise NotImplementedError


class _PlainRow(SheetRow):
    """A row in which each cell states its place, by which one that is asked for is found."""

    __slots__ = ("_markup", "_number", "_prefix")

    def __init__(self, reader: CellReader, length: int, number: int, markup: bytes, prefix: bytes) -> None:
        super().__init__(reader, length)
        self._number, self._markup, self._prefix = number, markup, prefix

    def used(self) -> int:
        end = self._markup.rfind(b"</%bc>" % self._prefix)  # an empty cell has no end tag, or is looked at
        while end >= 0:
            start = self._markup.rfind(b"<%bc " % self._prefix, 0, end)
            cell = _CELL.match(self._markup, start)
            if cell and not self._reader.is_blank(cell[1], cell[2]) and (place := _REFERENCE.match(cell[1])):
                return letters_number(place[1])
            end = self._markup.rfind(b"</%bc>" % self._prefix, 0, start)
        return 0

    def _value(self, column: int) -> object:
        start = self._markup.find(b'<%bc r="%b%d"' % (self._prefix, column_letters(column + 1), self._number))
        if start < 0:
            return None
        if usual := _USUAL.match(self._markup, start):
            return self._reader.stored(usual[2] or b"n", usual[3], usual[1] or b"")
        cell = _CELL.match(self._markup, start)
        return self._reader.value(cell[1], cell[2] or b"") if cell else None

    def _cells(self) -> list[tuple[bytes, bytes]]:
        return _CELL.findall(self._markup)


class _OddRow(SheetRow):
    """Any other row: its cells are found one after the other."""

    __slots__ = ("_found", "_places")

    def __init__(self, reader: CellReader, markup: bytes) -> None:
        self._found: list[tuple[bytes, bytes]] = _CELL.findall(readable(markup))
        self._places = _places(self._found)
        super().__init__(reader, max(self._places, default=-1) + 1)

    def _value(self, column: int) -> object:
        place = self._places.get(column)
        return None if place is None else self._reader.value(*self._found[place])

    def _cells(self) -> list[tuple[bytes, bytes]]:
        return self._found


def sheet_rows(source: IO[bytes], reader: CellReader, facts: SheetFacts, bounds: Bounds = _BOUNDS) -> Iterator[Row]:
    """Read the rows of a worksheet's part that has been looked through.

    Args:
        source: The part.
        reader: Reads its cells.
        facts: What was found around the rows; is told whether all are plain.
        bounds: On one row.

    Raises:
        CannotEditError: If its rows are not as rows are, or their markup is broken.
    """
    part = SheetPart(source, bounds.table_sheet_row_bytes)
    _, prefix = part.head()
    if not part.has_rows:
        return
    checker = _Checker()
    for number, gap, markup, last in part.rows(prefix):
        if last is None or gap:
            checker.check(gap + markup)
        if not number:
            break
        facts.is_plain = facts.is_plain and last is not None
        if number > _LAST_ROW:
            facts.is_plain = False
            break
        if not markup.isascii():
            markup.decode()  # so that what is not in UTF-8 is told here
        row = _OddRow(reader, markup) if last is None else _PlainRow(reader, last, number, markup, prefix)
        yield Row(number, row, b"hidden" in markup and _is_hidden(markup))
    checker.close()


class _Checker:
    """Has a parser look at those rows that may be broken: what is left out between them is well-formed."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self.check(b"<rows>")

    def check(self, markup: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(markup, is_last)
        except expat.ExpatError as error:
            raise CannotEditError(f"the sheet's markup is broken ({expat.ErrorString(error.code)})") from error

    def close(self) -> None:
        self.check(b"</rows>", is_last=True)


def _places(cells: Sequence[tuple[bytes, bytes]]) -> dict[int, int]:
    """Tell which cell stands in which column."""
    places: dict[int, int] = {}
    column = -1
    for place, (attributes, _) in enumerate(cells):
        stated = _REFERENCE.search(attributes)
        column = column_number(stated[1] + b"1") - 1 if stated else column + 1
        places[column] = place
    return places


def _is_hidden(markup: bytes) -> bool:
    tag = _ROW.match(markup)
    return tag is not None and attribute(tag["attributes"], b"hidden") in (b"1", b"true")
