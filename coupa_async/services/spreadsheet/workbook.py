"""Workbooks (.xlsx, .xlsm): read as a stream, written back through openpyxl. The twin of ``delimited.py``."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell import MergedCell

from coupa_async.domain.errors import WorklistError
from coupa_async.runtime.temporary_files import temporary_folder
from coupa_async.services.spreadsheet.cells import Value, is_blank, legal_text, looks_like_formula
from coupa_async.services.spreadsheet.columns import HEAD_ROWS, find_header, no_header
from coupa_async.services.spreadsheet.hyperlinks import cell_links
from coupa_async.services.spreadsheet.table import Fill, Header, Layout, Row, Table
from coupa_async.services.spreadsheet.workbook_package import check_package, losses, sheet_facts

_SHEET = "PO_Data"
_LAST_COLUMN = 16_384
_LAST_ROW = 1_048_576


@contextmanager
def open_table(path: Path, po_column: str | None) -> Iterator[Table]:
    """Find the sheet with the orders and open it.

    That is ``PO_Data``, hidden or not; else the first visible sheet with a column of order numbers; else the first
    hidden one. A range merged over several rows below the header has its value in each of them.

    Raises:
        WorklistError: If the file is no workbook that can be read, or has no such sheet.
    """
    with path.open("rb") as file, _quiet():
        with _broken_told(path), ZipFile(file) as package:
            trouble = check_package(package)
        if trouble:
            raise WorklistError(f"{path}: {trouble}: copy the orders into a new workbook")
        with _broken_told(path):
            book = load_workbook(file, read_only=True, data_only=True)
        try:
            sheet, header, rows = _choose(path, book.worksheets, po_column)
            with _broken_told(path), ZipFile(path) as package:
                # openpyxl has no public name for a sheet's part.
                part = sheet._worksheet_path
                facts, lost, links = sheet_facts(package, part), losses(package), cell_links(package, part)
            yield Table(
                header=header,
                rows=_unmerged(rows, [item for item in facts.merged if item[1] > header.row]),
                sheet=sheet.title,
                reserved=_reserved(facts.merged, header.row),
                uncalculated=facts.uncalculated,
                losses=lost,
                links=links,
            )
        finally:
            book.close()


def write_table(path: Path, layout: Layout, fills: Iterable[Fill], out: BinaryIO) -> None:
    """Write a copy of a workbook with results filled in; styles, formulas, macros and other sheets are kept.

    Raises:
        WorklistError: If the workbook can no longer be read.
        OSError: If ``out`` takes no more.
    """
    with _quiet(), _tidy():
        with _broken_told(path), path.open("rb") as file:
            book = load_workbook(file, keep_vba=path.suffix.lower() == ".xlsm", rich_text=True)
        sheet = book[layout.sheet]
        named = [item for item in sheet[layout.header_row] if item.value is not None]
        for name, column in zip(layout.names, layout.columns, strict=True):
            if column >= layout.width:
                header = sheet.cell(layout.header_row, column + 1)
                header.value = name
                header._style = copy(named[-1]._style)  # as the last header of the user's
        for rows, values in fills:
            for row in rows:
                for column, value in zip(layout.columns, values, strict=True):
                    if value is not None:
                        _set(sheet.cell(row, column + 1), value)
        try:
            with tempfile.TemporaryFile() as whole:  # a ZIP archive that a full disk breaks off has no good end
                book.save(whole)
                whole.seek(0)
                shutil.copyfileobj(whole, out)
        finally:
            if book.vba_archive is not None:  # which openpyxl opens for the macros and never closes
                book.vba_archive.close()


def _choose(path: Path, sheets: Sequence[Any], po_column: str | None) -> tuple[Any, Header, Iterator[Row]]:
    named = [item for item in sheets if item.title.casefold() == _SHEET.casefold()]
    ordered = named[:1] or sorted(sheets, key=lambda entry: bool(entry.sheet_state != "visible"))
    heads: list[tuple[str, list[Row]]] = []
    for sheet in ordered:
        rows = _rows(path, sheet)
        head = list(islice(rows, HEAD_ROWS))
        if header := find_header(head, po_column):
            return sheet, header, chain((row for row in head if row[0] > header.row), rows)
        heads.append((sheet.title, head))
    if not heads:
        raise WorklistError(f"{path}: the workbook has no worksheet: put the orders in one named {_SHEET}")
    title, head = next(
        (item for item in heads if not all(is_blank(cell) for _, cells in item[1] for cell in cells)), heads[0]
    )
    raise no_header(path, head, po_column, title)


def _rows(path: Path, sheet: Any) -> Iterator[Row]:
    # The size that a workbook states may be wrong, and would cut columns off.
    sheet.reset_dimensions()
    with _broken_told(path):
        # A row may state any number, and openpyxl makes all empty ones up to it.
        yield from zip(range(1, _LAST_ROW + 1), sheet.iter_rows(values_only=True, max_row=_LAST_ROW), strict=False)


def _reserved(merged: Sequence[tuple[int, int, int, int]], header_row: int) -> int:
    # A range over whole rows does not count: there is nothing right of it.
    return max((right for _, _, right, bottom in merged if bottom >= header_row and right < _LAST_COLUMN), default=0)


def _unmerged(rows: Iterator[Row], merged: Sequence[tuple[int, int, int, int]]) -> Iterator[Row]:
    waiting = list(reversed(merged))
    active: list[tuple[int, int, object]] = []
    for number, cells in rows:
        while waiting and waiting[-1][1] <= number:
            left, _, _, bottom = waiting.pop()
            active.append((left, bottom, cells[left - 1] if left <= len(cells) else None))
        active = [item for item in active if item[1] >= number]
        if not active:
            yield number, cells
            continue
        seen = list(cells)
        for left, _, value in active:
            seen.extend([None] * (left - len(seen)))
            seen[left - 1] = value
        yield number, seen


def _set(cell: Any, value: Value) -> None:
    if isinstance(cell, MergedCell):
        return  # shows what the first cell of its range holds
    cell.hyperlink = None  # one that the user's earlier tool put there points elsewhere
    if not isinstance(value, str):
        cell.value = value
        return
    text = legal_text(value)
    cell.value = text or None
    if text:
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error
    if looks_like_formula(text):
        cell.quotePrefix = True  # stays text when the user edits it


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep openpyxl's warnings from the terminal: ``losses`` says the same in the user's words."""
    with warnings.catch_warnings(action="ignore"):
        yield


@contextmanager
def _tidy() -> Iterator[None]:
    """Have openpyxl write its own temporary files, which a kill leaves behind, where the next run looks for them."""
    with temporary_folder() as folder:
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before


@contextmanager
def _broken_told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    # openpyxl lets whatever a broken part sets off through: KeyError, ValueError, ParseError, zlib.error and more.
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise WorklistError(
            f"{path}: the workbook is broken ({reason}): open it in a spreadsheet program and save it as .xlsx"
        ) from error
