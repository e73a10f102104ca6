"""A workbook of results alone, for a spreadsheet that cannot be filled in itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, Values, legal_text

_HEADERS = ("PO_NUMBER", "ROW", *RESULT_COLUMNS)
_SHEET = "PO_Data"


def write_results_file(out: BinaryIO, lines: Iterable[tuple[int, str, Values | tuple[()]]]) -> None:
    """Write it.

    Args:
        out: Takes the workbook.
        lines: Rows of the spreadsheet: their number, what they hold as order number, and their results.

    Raises:
        OSError: If ``out`` takes no more.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    sheet.append(_HEADERS)
    for row, number, values in lines:
        sheet.append([_cell(sheet, value) for value in (number, row, *values)])
    book.save(out)


def _cell(sheet: object, value: str | int | None) -> object:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, legal_text(value))
    cell.data_type = "s"  # a text that begins with "=" stays one
    cell.quotePrefix = True
    return cell
