"""A text file of orders' lines, where they cannot be a sheet of the spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from coupa_async.domain.errors import StorageError
from coupa_async.services.files.replace import replace_file
from coupa_async.services.spreadsheet.delimited import shown_value
from coupa_async.services.spreadsheet.line_table import LineTable, is_header

_HEAD_BYTES = 1 << 16


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

    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # with the mark that Excel tells UTF-8 by
        rows = csv.writer(text, delimiter=delimiter)
        rows.writerow(table.header)
        for line in table.lines():
            rows.writerow([shown_value(value, delimiter) for value in line])
        text.flush()
        text.detach()

    return replace_file(_free(folder, stem), write, now)


def _free(folder: Path, stem: str) -> Path:
    for path in _names(folder, stem):
        if not path.exists() or _is_ours(path):
            return path
    raise StorageError(f"{folder}: has no name left for the lines of {stem}")


def _names(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / f"{stem}-lines.csv"
    for number in count(2):
        yield folder / f"{stem}-lines ({number}).csv"


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return False
    return bool(head) and any(is_header(next(csv.reader([head[0]], delimiter=mark), [])) for mark in ",;\t|")
