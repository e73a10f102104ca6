"""What was understood of a spreadsheet, for somebody who looks at it before a run. Blocking, for worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from coupa_async.domain.order import OrderNumber
from coupa_async.services.spreadsheet.cells import cell_text, is_blank
from coupa_async.services.spreadsheet.columns.column_choice import (
    SUPPLIER,
    group_column,
    link_columns,
    sheet_folder_columns,
)
from coupa_async.services.spreadsheet.formats import workbook
from coupa_async.services.spreadsheet.formats.file_kinds import format_of
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.table import Header, Table
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist

_FIRST_ROWS = 6
_CELL_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A spreadsheet as a run would read it.

    Attributes:
        worklist: Its orders.
        header: The row that names its columns.
        links: Which columns (0-based) may lead to orders' pages.
        group: The column (0-based) that tells whose an order is; ``None`` if there is none.
        sheets: The names of the workbook's sheets; none for a text file.
        first_rows: The first rows below the header, each with its number and its cells as shown.
        repeated: Orders that several rows name, with these rows.
    """

    worklist: Worklist
    header: Header
    links: tuple[int, ...]
    group: int | None
    sheets: tuple[str, ...]
    first_rows: tuple[tuple[int, tuple[str, ...]], ...]
    repeated: tuple[tuple[OrderNumber, tuple[int, ...]], ...]

    @property
    def folders(self) -> list[str]:
        """The headers of the columns that make the folders, or ``{supplier}``, as a run would take them now."""
        if self.worklist.options.folder_columns is not None:
            return list(self.worklist.options.folder_columns)
        is_by_supplier = all(order.hierarchy == (None,) for order in self.worklist.orders)
        return [SUPPLIER] if is_by_supplier else [self.header.names[item] for item in sheet_folder_columns(self.header)]

    @property
    def order_column(self) -> str:
        """The header of the column with the order numbers."""
        return self.header.names[self.header.order_column]


def preview(path: Path, options: WorklistOptions) -> Preview:
    """Read a spreadsheet as a run would.

    Args:
        path: The spreadsheet.
        options: How to read it.

    Raises:
        WorklistError: If it cannot be read: one line with the place and what to do.
    """
    worklist = read_worklist(path, options)
    with format_of(path).open_table(path, options) as table:
        header = table.header
        sheets = _sheets(path, table)
        filled = (row for row in table.rows if not all(map(is_blank, row.cells)))
        first = tuple(
            (row.number, tuple(cell_text(cell)[:_CELL_CHARS] for cell in row.cells))
            for row in islice(filled, _FIRST_ROWS)
        )
    numbers = {number.key: number for number in (*(order.number for order in worklist.orders), *worklist.done)}
    return Preview(
        worklist=worklist,
        header=header,
        links=link_columns(header, options.id_column, path),
        group=group_column(header, options.group_column, path),
        sheets=sheets,
        first_rows=first,
        repeated=tuple((numbers[key], rows) for key, rows in worklist.rows.items() if len(rows) > 1),
    )


def _sheets(path: Path, table: Table) -> tuple[str, ...]:
    """Return the sheets that may be chosen; of formats that are read as a whole, those that could be meant."""
    if format_of(path) is workbook:
        return workbook.sheet_names(path)
    return (table.sheet, *table.others) if table.sheet else ()
