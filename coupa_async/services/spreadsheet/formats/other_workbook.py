"""Workbooks that are only read (.xls, .xlsb, .ods): results go to a workbook of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.columns.column_choice import HEAD_ROWS
from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.formats.other_cells import SheetCells, read_cells
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.rows.sheet_choice import SheetHead, choose_sheet
from coupa_async.services.spreadsheet.table import Fill, Layout, Row, Sink, Table
from coupa_async.services.spreadsheet.xlsx.package import check_package

_BOUNDS = Bounds()


@contextmanager
def open_table(path: Path, options: WorklistOptions) -> Iterator[Table]:
    """Find the sheet with the orders, as ``workbook.open_table`` does.

    Raises:
        WorklistError: If the file is no workbook that can be read, or has no such sheet.
    """
    sheets = _read(path)
    heads = [
        SheetHead(title=sheet.title, is_visible=sheet.is_visible, rows=list(islice(_rows(sheet), HEAD_ROWS)))
        for sheet in sheets
    ]
    chosen, header, others = choose_sheet(path, heads, options.po_column, options.sheet)
    yield Table(
        header=header,
        rows=(row for row in _rows(sheets[chosen]) if row.number > header.row),
        sheet=sheets[chosen].title,
        others=others,
        obstacle=f"{path.suffix.lower()} files are only read",
    )


def write_table(path: Path, layout: Layout, fills: Iterable[Fill], out: Sink, lines: LineTable | None = None) -> None:
    """Say that results are not filled in here.

    Raises:
        WorklistError: Always.
    """
    raise WorklistError(f"{path}: {layout.obstacle}")


def try_table(path: Path, layout: Layout, fills: Iterable[Fill]) -> None:
    """Say that results are not filled in here.

    Raises:
        WorklistError: Always.
    """
    raise WorklistError(f"{path}: {layout.obstacle}")


def why_no_lines(path: Path, layout: Layout, lines: LineTable) -> str:
    """Say why orders' lines cannot be a sheet of it."""
    return layout.obstacle


def _rows(sheet: SheetCells) -> Iterator[Row]:
    for number, cells in enumerate(sheet.rows(), start=1):
        yield Row(number, cells)


def _read(path: Path, bounds: Bounds = _BOUNDS) -> list[SheetCells]:
    try:
        if trouble := _beyond(path, bounds):
            raise ValueError(trouble)
        return read_cells(path, bounds)
    except (BadZipFile, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120]
        raise WorklistError(
            f"{path}: cannot be read ({reason}): open it in a spreadsheet program and save it as .xlsx"
        ) from error


def _beyond(path: Path, bounds: Bounds) -> str:
    """Say what of it is beyond all measure; empty for nothing."""
    size = path.stat().st_size
    if size > bounds.table_bytes:
        return f"it has {size:,} bytes, over {bounds.table_bytes:,}"
    if not is_zipfile(path):
        return ""
    with ZipFile(path) as package:
        return check_package(package, bounds)
