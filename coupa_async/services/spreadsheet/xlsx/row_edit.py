"""One row of a worksheet with cells set, every other byte kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

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
_SPANS = re.compile(rb"(?<=\sspans=[\"'])([0-9]+):(?:[0-9]+ [0-9]+:)*([0-9]+)(?=[\"'])")

Cells = Sequence[tuple[int, Value]]
"""Columns, 1-based and ascending, and what goes there."""
MakeCell = Callable[[bytes, bytes, bytes, Value], bytes]
"""Makes a cell's markup from prefix, reference, style and value."""


def new_row(prefix: bytes, number: int, cells: Cells, make_cell: MakeCell) -> bytes:
    """Write a row that the sheet has no markup for."""
    inside = b"".join(_new(prefix, number, column, value, b"", make_cell) for column, value in cells if value != "")
    return b'<%brow r="%d">%b</%brow>' % (prefix, number, inside, prefix)


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
    prefix, attributes = start["prefix"] or b"", start["attributes"]
    if is_empty(attributes):
        raw = raw[: start.end() - 2].rstrip() + b"></%brow>" % prefix
        seen = plain(raw)
        start = _ROW.match(seen) or start
    end = _ROW_END.search(seen)
    if end is None or b"AlternateContent" in seen:
        raise CannotEditError(f"row {number} holds more than cells")
    pieces: list[bytes] = [_wider(raw[: start.end()], max((column for column, _ in cells), default=0))]
    position, waiting, last = start.end(), 0, 0
    for match in _CELL.finditer(seen, start.end()):
        if match.start() < position:
            continue
        column = column_number(attribute(match["attributes"], b"r")) or last + 1
        if column <= last or (match["prefix"] or b"") != prefix:
            raise CannotEditError(f"the cells of row {number} are in no order")
        last = column
        if waiting == len(cells):
            continue
        if column < cells[waiting][0]:
            continue
        pieces.append(raw[position : match.start()])
        position = match.start()
        while waiting < len(cells) and cells[waiting][0] < column:
            pieces.append(_added(prefix, number, cells[waiting], new_style, make_cell))
            waiting += 1
        if waiting < len(cells) and cells[waiting][0] == column:
            stop = _cell_end(seen, match, number)
            value = cells[waiting][1]
            waiting += 1
            if not _FORMULA.search(seen, match.end(), stop):
                style = attribute(match["attributes"], b"s")
                pieces.append(_new(prefix, number, column, value, style, make_cell))
                position = stop
    pieces.append(raw[position : end.start()])
    pieces.extend(_added(prefix, number, cell, new_style, make_cell) for cell in cells[waiting:])
    pieces.append(raw[end.start() :])
    return b"".join(pieces)


def _cell_end(seen: bytes, match: re.Match[bytes], number: int) -> int:
    if is_empty(match["attributes"]):
        return match.end()
    end = _CELL_END.search(seen, match.end())
    if end is None:
        raise CannotEditError(f"a cell of row {number} has no end")
    return end.end()


def _added(prefix: bytes, number: int, cell: tuple[int, Value], style: bytes, make_cell: MakeCell) -> bytes:
    column, value = cell
    return b"" if value == "" else _new(prefix, number, column, value, style, make_cell)


def _new(prefix: bytes, number: int, column: int, value: Value, style: bytes, make_cell: MakeCell) -> bytes:
    return make_cell(prefix, column_letters(column) + b"%d" % number, style, value)


def _wider(start: bytes, column: int) -> bytes:
    """Have a row's ``spans``, where it states them, reach to a column."""
    match = _SPANS.search(start)
    if match is None or int(match[2]) >= column:
        return start
    return start[: match.start()] + b"%b:%d" % (match[1], column) + start[match.end() :]
