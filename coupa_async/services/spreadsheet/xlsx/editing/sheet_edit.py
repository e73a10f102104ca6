"""A worksheet's part with cells set, as a stream: every byte that is not of those cells stays as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.table import Sink
from coupa_async.services.spreadsheet.xlsx.editing.cell_writer import CellWriter
from coupa_async.services.spreadsheet.xlsx.editing.edits import Cells, Edits
from coupa_async.services.spreadsheet.xlsx.editing.row_edit import edit_row, extend_row, new_row
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import column_letters, column_number
from coupa_async.services.spreadsheet.xlsx.reading.sheet_part import SheetPart

_BOUNDS = Bounds()
_LAST_COLUMN = 16_384
_WRITTEN_BYTES = 1 << 19  # at a time: each piece for itself would take longer to hand over than to make
_DIMENSION = re.compile(
    rb"(?P<start><(?:[\w.-]+:)?dimension\s+ref=[\"'][A-Z]{1,3}[0-9]{1,7}:)(?P<column>[A-Z]{1,3})(?=[0-9]{1,7}[\"'])"
)


def edit_sheet(
    source: IO[bytes],
    out: Sink,
    edits: Edits,
    writer: CellWriter,
    *,
    header_row: int,
    header_style: Callable[[bytes], bytes],
    edit_tail: Callable[[bytes, bytes], bytes] = lambda tail, _: tail,
    without_rows: bool = False,
    bounds: Bounds = _BOUNDS,
) -> None:
    """Copy a worksheet's part with cells set.

    Args:
        source: The part.
        out: Takes the copy.
        edits: What to set.
        writer: Makes the cells.
        header_row: The row whose new cells have a style of their own.
        header_style: Tells that style by the row's markup.
        edit_tail: Edits what stands behind the rows, with the prefix of its elements.
        without_rows: Whether only what comes before the rows is tried.
        bounds: On one row, and on what stands behind the rows for it to be edited.

    Raises:
        CannotEditError: If there is no room, or the part is made in a way that is not understood.
    """
    widest = edits.widest()
    if widest > _LAST_COLUMN:
        raise CannotEditError(f"there is no room for the results: a sheet has {_LAST_COLUMN:,} columns")
    part = SheetPart(source, bounds.table_sheet_row_bytes)
    head, prefix = part.head()
    if not part.has_rows:
        raise CannotEditError("the sheet has no rows")
    out.write(_reaching(head, widest))
    if without_rows:
        return
    styled = _Styled(header_row, header_style)
    _write_rows(part, prefix, _Waiting(edits, prefix, writer), styled, out)
    _write_tail(part, lambda tail: edit_tail(tail, prefix), bounds.table_sheet_row_bytes, out)


class _Styled(NamedTuple):
    """The row whose new cells have a style of their own, and what tells it by the row's markup."""

    row: int
    style: Callable[[bytes], bytes]


def _write_rows(part: SheetPart, prefix: bytes, waiting: _Waiting, styled: _Styled, out: Sink) -> None:
    pieces: list[bytes] = []
    size = 0
    for number, gap, row, last in part.rows(prefix):
        pieces.append(gap)
        if waiting.row < number or not number:
            pieces += waiting.absent(number)
        if waiting.row == number and number:
            row = waiting.fill(row, last, styled.style(row) if number == styled.row else b"")
        pieces.append(row)
        size += len(row)
        if size > _WRITTEN_BYTES:
            out.write(b"".join(pieces))
            pieces, size = [], 0
    out.write(b"".join(pieces))


def _write_tail(part: SheetPart, edit: Callable[[bytes], bytes], most: int, out: Sink) -> None:
    """Write what stands behind the rows; edited, if it is no longer than what is held at once."""
    tail, rest = b"", part.rest()
    for piece in rest:
        tail += piece
        if len(tail) > most:
            break
    else:
        tail = edit(tail)
    out.write(tail)
    for piece in rest:
        out.write(piece)


class _Waiting:
    """The rows that get cells, in order, up to row 0 after the last.

    Attributes:
        row: The one that comes next.
    """

    def __init__(self, edits: Edits, prefix: bytes, writer: CellWriter) -> None:
        self._edits, self._prefix, self._writer = edits, prefix, writer
        self._rows = iter(edits.rows())
        self.row = next(self._rows, 0)

    def take(self) -> Cells:
        """Tell the cells of the next one, and go on."""
        cells = self._edits.cells(self.row)
        self.row = next(self._rows, 0)
        return cells

    def fill(self, row: bytes, last: int | None, style: bytes) -> bytes:
        """Set the cells of the next one, whose markup this is.

        Args:
            row: Its markup.
            last: The column of its last cell; ``None`` where that is not known.
            style: Of new cells.
        """
        number, cells = self.row, self.take()
        if last and cells and last < cells[0][0]:
            return extend_row(self._prefix, row, number, cells, self._writer, style)
        return edit_row(row, number, cells, self._writer, style) if cells else row

    def absent(self, number: int) -> Iterator[bytes]:
        """Write those before a row that the sheet has no markup for; before row 0, which comes last, all."""
        while self.row and (not number or self.row < number):
            row = self.row
            yield new_row(self._prefix, row, self.take(), self._writer)


def _reaching(head: bytes, column: int) -> bytes:
    """Have the size that a sheet states reach to a column."""
    match = _DIMENSION.search(head)
    if match is None or column_number(match["column"] + b"1") >= column:
        return head
    return head[: match.end("start")] + column_letters(column) + head[match.end("column") :]
