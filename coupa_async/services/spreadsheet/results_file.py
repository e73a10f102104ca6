"""A workbook of results alone, for a spreadsheet that cannot be filled in itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from coupa_async.services.spreadsheet.cells import Value, Values, legal_text
from coupa_async.services.spreadsheet.line_table import TITLE, LineTable

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
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    sheet.append(["PO_NUMBER", "ROW", *names])
    for row, number, values in rows:
        sheet.append([_cell(sheet, value) for value in (number, row, *values)])
    if lines is not None:
        second = book.create_sheet(TITLE)
        second.append([*lines.header])
        for line in lines.lines():
            second.append([_cell(second, value) if value != "" else None for value in line])
    book.save(out)


def _cell(sheet: object, value: Value | None) -> object:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, legal_text(value))
    cell.data_type = "s"  # a text that begins with "=" stays one
    cell.quotePrefix = True
    return cell
