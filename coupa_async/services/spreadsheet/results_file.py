"""A workbook of results alone, for a spreadsheet that cannot be filled in itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from coupa_async.services.spreadsheet.cells import Value, Values, legal_text

_SHEET = "PO_Data"


def write_results_file(
    out: BinaryIO, names: Sequence[str], lines: Iterable[tuple[int, str, Values | tuple[()]]]
) -> None:
    """Write it.

    Args:
        out: Takes the workbook.
        names: The columns of ours.
        lines: Rows of the spreadsheet: their number, what they hold as order number, and their results.

    Raises:
        OSError: If ``out`` takes no more.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    sheet.append(["PO_NUMBER", "ROW", *names])
    for row, number, values in lines:
        sheet.append([_cell(sheet, value) for value in (number, row, *values)])
    book.save(out)


def _cell(sheet: object, value: Value | None) -> object:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, legal_text(value))
    cell.data_type = "s"  # a text that begins with "=" stays one
    cell.quotePrefix = True
    return cell
