"""Excel workbooks: read as a stream, written back with everything that is not ours as it was."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from coupa_async.domain.errors import WorklistError
from coupa_async.services.columns import Layout, Row

_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PREFERRED = "PO_Data"
_LONGEST_CELL = 32_767
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def sheets(path: Path) -> Iterator[list[tuple[str, Callable[[], Iterator[Row]]]]]:
    """Open a workbook: ``PO_Data`` first if it has one, then the visible sheets, then the hidden ones.

    Raises:
        WorklistError: If it is no workbook, or one that only its password opens.
    """
    with path.open("rb") as file:
        if file.read(8) == _CFB:
            raise WorklistError(f"{path}: protected by a password, or an old .xls: save it as .xlsx without a password")
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError, TypeError) as error:
        raise WorklistError(f"{path}: not a workbook, or a damaged one: open it and save it as .xlsx") from error
    with closing(book):
        order = sorted(book.worksheets, key=lambda one: (one.title != _PREFERRED, one.sheet_state != "visible"))
        yield [(one.title, _reader(one)) for one in order]


def write(
    source: Path, target: Path, sheet: str, layout: Layout, fill: Callable[[int], dict[str, int | str] | None]
) -> None:
    """Copy a workbook with the result columns filled.

    Args:
        source: The workbook.
        target: The copy.
        sheet: The sheet's name.
        layout: Where the columns are.
        fill: Row number, from 1, into values by result column; ``None`` leaves the row as it is.
    """
    book = openpyxl.load_workbook(source, keep_vba=source.suffix.lower() == ".xlsm", rich_text=True)
    with closing(book):
        page = book[sheet]
        model = page.cell(layout.header_row, layout.order + 1)
        for name in layout.added:
            head = page.cell(layout.header_row, layout.results[name] + 1, name)
            head._style = copy(model._style)
        for number in range(layout.header_row + 1, page.max_row + 1):
            for name, value in (fill(number) or {}).items():
                _put(page.cell(number, layout.results[name] + 1), value)
        book.save(target)


def _reader(page: Any) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        page.reset_dimensions()  # what programs write there is not always true
        yield from page.iter_rows(values_only=True)

    return rows


def _put(cell: Any, value: int | str) -> None:
    """Write a value; a text is never a formula, nor holds what a cell may not."""
    if isinstance(value, int):
        cell.value = value
        return
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    text = text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
    cell.value = text
    if text.startswith(_RISKY):
        cell.data_type = "s"
        cell.quotePrefix = True
