"""One row of a worksheet with cells set, every other byte kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from coupa_async.services.spreadsheet.xlsx.editing.cell_writer import CellWriter
from coupa_async.services.spreadsheet.xlsx.editing.edits import Cells
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
_SPANS = re.compile(rb"(?<=\s)spans=[\"']([0-9: ]+)")


def new_row(prefix: bytes, number: int, cells: Cells, writer: CellWriter) -> bytes:
    """Write a row that the sheet has no markup for."""
    return b'<%brow r="%d">%b</%brow>' % (prefix, number, writer.new_cells(prefix, number, b"", cells), prefix)


def extend_row(prefix: bytes, raw: bytes, number: int, cells: Cells, writer: CellWriter, style: bytes) -> bytes:
    """Put cells behind the last one of a row that is not empty and as :func:`plain_row` takes it."""
    start, end = raw.find(b">") + 1, raw.rfind(b"<")
    return b"".join(
        (_wider(raw[:start], cells), raw[start:end], writer.new_cells(prefix, number, style, cells), raw[end:])
    )


def edit_row(raw: bytes, number: int, cells: Cells, writer: CellWriter, new_style: bytes = b"") -> bytes:
    """Set cells of a row.

    A cell with a formula stays as it is: its result is the user's.

    Args:
        raw: The row's markup, from its start tag to its end.
        number: The row's, 1-based.
        cells: What to set; an empty text empties a cell that is there.
        writer: Makes the cells.
        new_style: The style of cells that are not there yet.

    Raises:
        CannotEditError: If the row's cells are in no order.
    """
    seen = plain(raw)
    start = _ROW.match(seen)
    if start is None:
        raise CannotEditError(f"row {number} begins in a way that is not understood")
    prefix = start["prefix"] or b""

    def added(first: int, stop: int) -> bytes:
        return writer.new_cells(prefix, number, new_style, cells[first:stop]) if first < stop else b""

    if is_empty(start["attributes"]):
        opened = raw[: start.end() - 2].rstrip() + b">"
        return _wider(opened, cells) + added(0, len(cells)) + b"</%brow>" % prefix
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
        pieces += (raw[position : cell.start], added(before, done))
        position = cell.start
        if done < len(cells) and cells[done][0] == cell.column:
            if not cell.has_formula:
                reference = column_letters(cell.column) + b"%d" % number
                pieces.append(writer.cell(prefix, reference, cell.style, cells[done][1]))
                position = cell.stop
            done += 1
    pieces += (raw[position : end.start()], added(done, len(cells)))
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


def _wider(start: bytes, cells: Cells) -> bytes:
    """Have a row's ``spans``, where it states them, reach to the last cell."""
    column = cells[-1][0] if cells else 0
    place = start.find(b"spans=")
    spans = _SPANS.match(start, place) if place >= 0 else None
    return start[: spans.start(1)] + _reaching(spans[1], column) + start[spans.end(1) :] if spans else start


@lru_cache(maxsize=64)
def _reaching(spans: bytes, column: int) -> bytes:
    ends = spans.replace(b" ", b":").split(b":")
    return b"%b:%d" % (ends[0], column) if ends[-1].isdigit() and int(ends[-1]) < column else spans
