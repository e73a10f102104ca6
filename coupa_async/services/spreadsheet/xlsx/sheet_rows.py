"""The rows of a worksheet, each cell read when it is asked for: most never are. ECMA-376-1 §18.3.1.4, §18.3.1.73."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, overload

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.cells import UNCALCULATED
from coupa_async.services.spreadsheet.table import Row
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import attribute, column_number, start_tag
from coupa_async.services.spreadsheet.xlsx.number_formats import NumberFormats
from coupa_async.services.spreadsheet.xlsx.shared_strings import SharedStrings
from coupa_async.services.spreadsheet.xlsx.sheet_part import SheetPart
from coupa_async.services.spreadsheet.xlsx.text import plain_text, readable, rich_text

_BOUNDS = Bounds()
_LAST_ROW = 1_048_576
_CELL = re.compile(
    rb"<(?:[\w.-]{1,40}:)?c((?:\s[^<>\"']*+(?:\"[^\"]*+\"[^<>\"']*+|'[^']*+'[^<>\"']*+)*+)?)/?"
    rb"(?:(?<=/)>|>(.*?)</(?:[\w.-]{1,40}:)?c\s*>)",
    re.DOTALL,
)
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})[0-9]")
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,9})")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)")
_VALUE = re.compile(rb"<(?:[\w.-]{1,40}:)?v(?:\s[^<>]*)?>([^<]*)<")
_FORMULA = re.compile(rb"<(?:[\w.-]{1,40}:)?f(?:\s[^<>]*)?>([^<]*)<")
_HAS_FORMULA = re.compile(rb"<(?:[\w.-]{1,40}:)?f[\s/>]")
_ROW = start_tag(b"row")


class CellReader:
    """Reads the values of one workbook's cells."""

    def __init__(self, strings: SharedStrings, formats: NumberFormats) -> None:
        """Take what the workbook's sheets share."""
        self._strings, self._formats = strings, formats

    def value(self, attributes: bytes, inside: bytes) -> object:
        """Read a cell.

        Args:
            attributes: Of its element.
            inside: What is in it.

        Raises:
            CannotEditError: If it refers to a text that the workbook does not have.
        """
        if not inside:
            return None
        kind = match[1] if (match := _TYPE.search(attributes)) else b"n"
        if kind == b"inlineStr":
            return rich_text(inside)
        stored = _VALUE.search(inside)
        if stored is None or (not stored[1] and kind != b"str"):
            has_no_result = kind != b"str" and _HAS_FORMULA.search(inside)
            return UNCALCULATED if has_no_result else None
        text = plain_text(stored[1])
        if kind == b"s":
            return self._shared(text)
        if kind == b"b":
            return text.strip() in ("1", "true")
        if kind == b"n":
            return self._number(text, attributes)
        if kind == b"d":
            return _moment(text)
        return text

    def _shared(self, text: str) -> str:
        try:
            return self._strings[int(text)]
        except (ValueError, IndexError) as error:
            raise CannotEditError(f"a cell has the text {text[:20]!r} of a list that ends before") from error

    def _number(self, text: str, attributes: bytes) -> object:
        try:
            number: int | float = int(text)
        except ValueError:
            try:
                number = float(text)
            except ValueError:
                return text
        style = _STYLE.search(attributes)
        return self._formats.shown(number, int(style[1])) if style else number


class SheetRow(Sequence[object]):
    """The cells of one row, from column A to the last that the sheet has for it."""

    __slots__ = ("_cells", "_places", "_reader")

    def __init__(self, markup: bytes, reader: CellReader) -> None:
        """Find the row's cells.

        Args:
            markup: The row's element.
            reader: Reads those that are asked for.
        """
        self._reader = reader
        self._cells: list[tuple[bytes, bytes]] = _CELL.findall(readable(markup))
        self._places = _places(self._cells)

    def __len__(self) -> int:
        """Tell how far the row goes."""
        places = self._places
        return len(self._cells) if places is None else max(places, default=-1) + 1

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> list[object]: ...
    def __getitem__(self, index: int | slice) -> object | list[object]:
        """Read a cell, or several."""
        if isinstance(index, slice):
            return [self[column] for column in range(*index.indices(len(self)))]
        column = index + len(self) if index < 0 else index
        if not 0 <= column < len(self):
            raise IndexError(index)
        place = column if self._places is None else self._places.get(column, -1)
        return self._reader.value(*self._cells[place]) if place >= 0 else None

    def formulas(self) -> list[str]:
        """Tell the row's formulas; of one that is shared with other rows, mostly nothing."""
        found = (_FORMULA.search(inside) for _, inside in self._cells if _HAS_FORMULA.search(inside))
        return [plain_text(formula[1]) if formula else "" for formula in found]


def sheet_rows(source: IO[bytes], reader: CellReader, bounds: Bounds = _BOUNDS) -> Iterator[Row]:
    """Read the rows of a worksheet's part that has been looked through.

    Raises:
        CannotEditError: If its rows are not as rows are.
    """
    part = SheetPart(source, bounds.table_sheet_row_bytes)
    _, prefix = part.head()
    if not part.has_rows:
        return
    for number, _, markup in part.rows(prefix):
        if not number or number > _LAST_ROW:
            return
        row = SheetRow(markup, reader)
        yield Row(number, row, is_hidden=_is_hidden(markup), formulas=row.formulas)


def _places(cells: Sequence[tuple[bytes, bytes]]) -> dict[int, int] | None:
    """Tell which cell stands in which column; ``None`` if they stand side by side from column A on."""
    if not cells:
        return None
    last = _REFERENCE.search(cells[-1][0])
    if last is None or column_number(last[1] + b"1") == len(cells):
        return None
    places: dict[int, int] = {}
    column = -1
    for place, (attributes, _) in enumerate(cells):
        stated = _REFERENCE.search(attributes)
        column = column_number(stated[1] + b"1") - 1 if stated else column + 1
        places[column] = place
    return places


def _is_hidden(markup: bytes) -> bool:
    if b"hidden" not in markup:
        return False
    tag = _ROW.match(markup)
    return tag is not None and attribute(tag["attributes"], b"hidden") in (b"1", b"true")


def _moment(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
