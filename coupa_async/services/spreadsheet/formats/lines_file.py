"""A text file of orders' lines, where they cannot be a sheet of the spreadsheet."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from coupa_async.services.files.csv_file import write_csv
from coupa_async.services.spreadsheet.columns.line_table import LineTable, is_header
from coupa_async.services.spreadsheet.formats.delimited import shown_value


def write_lines_file(folder: Path, stem: str, table: LineTable, delimiter: str, now: datetime) -> Path:
    """Write the lines of all orders. A file of that name that is not ours stays, and ours gets a number.

    Args:
        folder: Where to.
        stem: Of the spreadsheet's name.
        table: The lines.
        delimiter: The spreadsheet's; a comma for a workbook's.
        now: Names the file beside it if that is held open by another program.

    Returns:
        The file really written.

    Raises:
        StorageError: If it cannot be written.
    """
    rows = ([shown_value(value, delimiter) for value in line] for line in table.lines())
    name = f"{stem}-lines.csv"
    return write_csv(folder, name, table.header, rows, is_ours=is_header, now=now, delimiter=delimiter)
