"""One row of a worksheet with cells set, every other byte kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from coupa_async.services.spreadsheet.cells import Value
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import (
    attribute,
    column_letters,
    column_number,
    is_empty,
    plain,
    start_tag,
)

_ROW = start_tag(b"row")
_CELL = start_tag(b"c")
_CELL_END = re.compile(rb"</(?:[\w.-]+:)?c\s*>")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_ROW_END = re.compile(rb"</(?:[\w.-]+:)?row\s*>\Z")
_SPANS = re.compile(rb"(?<=\sspans=[\"'])[0-9: ]+(?=[\"'])")

Cells = Sequence[tuple[int, Value]]
"""Columns, 1-based and ascending, and what goes there."""
MakeCell = Callable[[bytes, bytes, bytes, Value], bytes]
"""Makes a cell's markup from prefix, reference, style and value."""


def new_row(prefix: bytes, number: int, cells: Cells, make_cell: MakeCell) -> bytes:
    """Write a row that the sheet has no markup for."""
    return b'<%brow r="%d">%b</%brow>' % (prefix, number, _all(prefix, number, cells, b"", make_cell), prefix)


def edit_row(raw: bytes, number: int, cells: Cells, make_cell: MakeCell, new_style: bytes = b"") -> bytes:
    """Set cells of a row.

    A cell with a formula stays as it is: its result is the user's.

    Args:
        raw: The row's markup, from its start tag to its end.
        number: The row's, 1-based.
        cells: What to set; an empty text empties a cell that is there.
        make_cell: See ``MakeCell``.
        new_style: The style of cells that are not there yet.

    Raises:
        CannotEditError: If the row's cells are in no order.
    """
    seen = plain(raw)
    start = _ROW.match(seen)
    if start is None:
        raise CannotEditError(f"row {number} begins in a way that is not understood")
    prefix = start["prefix"] or b""
    if is_empty(start["attributes"]):
        opened = raw[: start.end() - 2].rstrip() + b">"
        return _wider(opened, cells) + _all(prefix, number, cells, new_style, make_cell) + b"</%brow>" % prefix
    end = _ROW_END.search(seen)
    if end is None or b"AlternateContent" in seen:
        raise CannotEditError(f"row {number} holds more than cells")
    pieces = [_wider(raw[: start.end()], cells)]
    position, done = start.end(), 0
    for cell in _cells(seen, start.end(), prefix, number):
        if done == len(cells):
            break
        before = done
        while done < len(cells) and cells[done][0] < cell.column:
            done += 1
        pieces += (raw[position : cell.start], _all(prefix, number, cells[before:done], new_style, make_cell))
        position = cell.start
        if done < len(cells) and cells[done][0] == cell.column:
            if not cell.has_formula:
                pieces.append(_new(prefix, number, *cells[done], cell.style, make_cell))
                position = cell.stop
            done += 1
    pieces += (raw[position : end.start()], _all(prefix, number, cells[done:], new_style, make_cell))
    return b"".join((*pieces, raw[end.start() :]))


class _Cell(NamedTuple):
    """A cell that is there: its column (1-based), where its markup begins and stops, and what counts of it."""

    column: int
    start: int
    stop: int
    style: bytes
    has_formula: bool


def _cells(seen: bytes, position: int, prefix: bytes, number: int) -> Iterator[_Cell]:
    last = 0
    while match := _CELL.search(seen, position):
        column = column_number(attribute(match["attributes"], b"r")) or last + 1
        if column <= last or (match["prefix"] or b"") != prefix:
            raise CannotEditError(f"the cells of row {number} are in no order")
        last, position = column, _cell_end(seen, match, number)
        has_formula = _FORMULA.search(seen, match.end(), position) is not None
        yield _Cell(column, match.start(), position, attribute(match["attributes"], b"s"), has_formula)


def _cell_end(seen: bytes, match: re.Match[bytes], number: int) -> int:
    if is_empty(match["attributes"]):
        return match.end()
    end = _CELL_END.search(seen, match.end())
    if end is None:
        raise CannotEditError(f"a cell of row {number} has no end")
    return end.end()


def _all(prefix: bytes, number: int, cells: Cells, style: bytes, make_cell: MakeCell) -> bytes:
    """Write cells that are not there yet; an empty one is not written."""
    return b"".join(_new(prefix, number, column, value, style, make_cell) for column, value in cells if value != "")


def _new(prefix: bytes, number: int, column: int, value: Value, style: bytes, make_cell: MakeCell) -> bytes:
    return make_cell(prefix, column_letters(column) + b"%d" % number, style, value)


def _wider(start: bytes, cells: Cells) -> bytes:
    """Have a row's ``spans``, where it states them, reach to the last cell."""
    column = cells[-1][0] if cells else 0
    match = _SPANS.search(start)
    ends = match[0].replace(b" ", b":").split(b":") if match else []
    if match is None or not ends[-1].isdigit() or int(ends[-1]) >= column:
        return start
    return start[: match.start()] + b"%b:%d" % (ends[0], column) + start[match.end() :]
