"""A worksheet's part with cells set, as a stream: every byte that is not of those cells stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.table import Sink
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import column_letters, column_number
from coupa_async.services.spreadsheet.xlsx.row_edit import Cells, MakeCell, edit_row, new_row
from coupa_async.services.spreadsheet.xlsx.sheet_part import SheetPart

_BOUNDS = Bounds()
_LAST_COLUMN = 16_384
_DIMENSION = re.compile(
    rb"(?P<start><(?:[\w.-]+:)?dimension\s+ref=[\"'][A-Z]{1,3}[0-9]{1,7}:)(?P<column>[A-Z]{1,3})(?=[0-9]{1,7}[\"'])"
)


def edit_sheet(
    source: IO[bytes],
    out: Sink,
    edits: Mapping[int, Cells],
    make_cell: MakeCell,
    *,
    header_row: int,
    header_style: Callable[[bytes], bytes],
    edit_tail: Callable[[bytes, bytes], bytes] = lambda tail, _: tail,
    bounds: Bounds = _BOUNDS,
) -> None:
    """Copy a worksheet's part with cells set.

    Args:
        source: The part.
        out: Takes the copy.
        edits: What to set, by the row's number.
        make_cell: Makes the cells.
        header_row: The row whose new cells have a style of their own.
        header_style: Tells that style by the row's markup.
        edit_tail: Edits what stands behind the rows, with the prefix of its elements.
        bounds: On one row, and on what stands behind the rows for it to be edited.

    Raises:
        CannotEditError: If there is no room, or the part is made in a way that is not understood.
    """
    widest = max((cells[-1][0] for cells in edits.values() if cells), default=0)
    if widest > _LAST_COLUMN:
        raise CannotEditError(f"there is no room for the results: a sheet has {_LAST_COLUMN:,} columns")
    part = SheetPart(source, bounds.table_sheet_row_bytes)
    head, prefix = part.head()
    if not part.has_rows:
        raise CannotEditError("the sheet has no rows")
    out.write(_reaching(head, widest))
    absent = _Absent(edits, prefix, make_cell)
    for number, gap, row, _ in part.rows(prefix):
        out.write(gap)
        for added in absent.above(number):
            out.write(added)
        if number in edits:
            style = header_style(row) if number == header_row else b""
            row = edit_row(row, number, edits[number], make_cell, style)
        out.write(row)
    tail, rest = b"", part.rest()
    for piece in rest:
        tail += piece
        if len(tail) > bounds.table_sheet_row_bytes:
            break
    else:
        tail = edit_tail(tail, prefix)
    out.write(tail)
    for piece in rest:
        out.write(piece)


class _Absent:
    """The rows that get cells and that the sheet has no markup for."""

    def __init__(self, edits: Mapping[int, Cells], prefix: bytes, make_cell: MakeCell) -> None:
        self._edits, self._prefix, self._make_cell = edits, prefix, make_cell
        self._waiting = iter(sorted(edits))
        self._due = next(self._waiting, 0)

    def above(self, number: int) -> Iterator[bytes]:
        """Write those that come before a row; all that are left before row 0, which comes last."""
        while self._due and (not number or self._due < number):
            yield new_row(self._prefix, self._due, self._edits[self._due], self._make_cell)
            self._due = next(self._waiting, 0)
        if self._due == number:
            self._due = next(self._waiting, 0)


def _reaching(head: bytes, column: int) -> bytes:
    """Have the size that a sheet states reach to a column."""
    match = _DIMENSION.search(head)
    if match is None or column_number(match["column"] + b"1") >= column:
        return head
    return head[: match.end("start")] + column_letters(column) + head[match.end("column") :]
