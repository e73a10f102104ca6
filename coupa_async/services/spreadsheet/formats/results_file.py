"""A workbook of results alone, for a spreadsheet that cannot be filled in itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from coupa_async.services.spreadsheet.cells import Value, Values
from coupa_async.services.spreadsheet.columns.line_table import TITLE, LineTable
from coupa_async.services.spreadsheet.xlsx.new_workbook import Rows, write_new_workbook

_SHEET = "PO_Data"


def write_results_file(
    out: BinaryIO,
    names: Sequence[str],
    rows: Iterable[tuple[int, str, Values | tuple[()]]],
    lines: LineTable | None = None,
) -> None:
    """Write it.

    Args:
        out: Takes the workbook.
        names: The columns of ours.
        rows: Of the spreadsheet: their number, what they hold as order number, and their results.
        lines: The orders' lines, for a second sheet.

    Raises:
        OSError: If ``out`` takes no more.
    """
    sheets: list[tuple[str, Rows]] = [(_SHEET, chain([("PO_NUMBER", "ROW", *names)], _as_rows(rows)))]
    if lines is not None:
        sheets.append((TITLE, chain([lines.header], lines.lines())))
    write_new_workbook(out, sheets)


def _as_rows(rows: Iterable[tuple[int, str, Values | tuple[()]]]) -> Iterator[Sequence[Value | None]]:
    for row, number, values in rows:
        yield number, row, *values
