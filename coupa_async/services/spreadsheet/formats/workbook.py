"""Workbooks (.xlsx, .xlsm): read as a stream, written back part by part. The twin of ``delimited.py``."""

from __future__ import annotations

import shutil
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.runtime.temporary_files import temporary_folder
from coupa_async.services.spreadsheet.columns.column_choice import HEAD_ROWS
from coupa_async.services.spreadsheet.columns.line_table import MOST_ROWS, LineTable
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.rows.sheet_choice import SheetHead, choose_sheet
from coupa_async.services.spreadsheet.table import Fill, Header, Layout, Row, Sink, Table
from coupa_async.services.spreadsheet.xlsx.book import Book, Sheet, read_book, relations
from coupa_async.services.spreadsheet.xlsx.editing.added_sheet import AddedSheet, place_sheet
from coupa_async.services.spreadsheet.xlsx.editing.edits import Edits
from coupa_async.services.spreadsheet.xlsx.editing.workbook_edit import write_workbook
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.package import check_package
from coupa_async.services.spreadsheet.xlsx.reading.cell_reader import CellReader
from coupa_async.services.spreadsheet.xlsx.reading.number_formats import NumberFormats
from coupa_async.services.spreadsheet.xlsx.reading.shared_strings import SharedStrings
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import Range, SheetFacts, sheet_facts
from coupa_async.services.spreadsheet.xlsx.reading.sheet_rows import sheet_rows

_BOUNDS = Bounds()
_LAST_COLUMN = 16_384
_COPY_BYTES = 1 << 20


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's worksheets.

    Raises:
        WorklistError: If the file is no workbook that can be read.
    """
    with _broken_told(path), ZipFile(path) as package:
        if trouble := check_package(package):
            raise CannotEditError(trouble)
        return tuple(sheet.title for sheet in read_book(package).sheets)


@contextmanager
def open_table(path: Path, options: WorklistOptions) -> Iterator[Table]:
    """Find the sheet with the orders and open it.

    That is the one that is wanted; else ``PO_Data``, hidden or not; else the first visible sheet with a column of order
    numbers; else the first hidden one. A range merged over several rows below the header has its value in each of them.

    Raises:
        WorklistError: If the file is no workbook that can be read, or has no such sheet.
    """
    with ExitStack() as stack:
        with _broken_told(path):
            package = stack.enter_context(ZipFile(path))
            if trouble := check_package(package):
                raise CannotEditError(trouble)
            sheet, header, rows, facts, others = _choose(path, package, read_book(package), options)
            related = relations(package, sheet.part)
        yield Table(
            header=header,
            rows=_unmerged(rows, [item for item in facts.merged if item[1] > header.row]),
            sheet=sheet.title,
            others=others,
            part=sheet.part,
            merged=tuple(facts.merged),
            reserved=_reserved(facts.merged, header.row),
            obstacle="the sheet is protected" if facts.is_protected else "",
            is_plain=lambda: facts.is_plain,
            links={place: related[name].target for place, name in facts.links.items() if name in related},
        )


def write_table(path: Path, layout: Layout, fills: Iterable[Fill], out: Sink, lines: LineTable | None = None) -> None:
    """Write a copy of a workbook with results filled in; all that is not ours goes over as it is.

    Args:
        path: The workbook.
        layout: Where results go.
        fills: The results.
        out: Takes the copy.
        lines: Goes into a sheet of its own, if :func:`why_no_lines` has nothing against it.

    Raises:
        WorklistError: If the workbook can no longer be read, or no cell can be set in it safely.
        OSError: If ``out`` takes no more.
    """
    edits = _edits(layout, fills)
    # A ZIP archive that a full disk breaks off has no good end, so it is whole before it goes there.
    with _copy(path, layout, edits, lines=lines) as whole:
        shutil.copyfileobj(whole, out, _COPY_BYTES)


def try_table(path: Path, layout: Layout, fills: Iterable[Fill]) -> None:
    """Find out whether results can be filled in.

    Rows that were all read as plain ones are not tried: what was read of them is all that it takes.

    Raises:
        WorklistError: If they cannot.
    """
    with _copy(path, layout, _edits(layout, fills), without_rows=layout.is_plain):
        pass


@contextmanager
def _copy(
    path: Path, layout: Layout, edits: Edits, *, without_rows: bool = False, lines: LineTable | None = None
) -> Iterator[IO[bytes]]:
    if layout.obstacle:
        raise WorklistError(f"{path}: {layout.obstacle}")
    with temporary_folder() as folder, tempfile.TemporaryFile(dir=folder) as whole:
        with _broken_told(path), ZipFile(path) as package:
            if trouble := check_package(package):
                raise CannotEditError(trouble)
            sheet = None if lines is None else (_place(package, layout), lines)
            write_workbook(package, layout, edits, whole, without_rows=without_rows, lines=sheet)
        whole.seek(0)
        yield whole


def why_no_lines(path: Path, layout: Layout, lines: LineTable, bounds: Bounds = _BOUNDS) -> str:
    """Say why a workbook cannot have a sheet with so many lines; empty if it can.

    Raises:
        WorklistError: If it can no longer be read.
    """
    if lines.rows > MOST_ROWS:
        return f"a sheet has no room for {lines.rows:,} lines"
    with _broken_told(path), ZipFile(path) as package:
        if sum(part.file_size for part in package.infolist()) + lines.size_bytes > bounds.table_bytes:
            return f"with {lines.rows:,} lines it would be too large to be read again"
        try:
            _place(package, layout)
        except CannotEditError as error:
            return str(error)
    return ""


def _place(package: ZipFile, layout: Layout) -> AddedSheet:
    book = read_book(package)
    return place_sheet(package, book, _cell_reader(package, book), layout.part)


def _edits(layout: Layout, fills: Iterable[Fill]) -> Edits:
    edits = Edits(layout.columns)
    new = sorted(item for item in zip(layout.columns, layout.names, strict=True) if item[0] >= layout.width)
    if new:
        edits.put(layout.header_row, [(column + 1, name) for column, name in new])
    for rows, values in fills:
        edits.fill(rows, values)
    columns = [column + 1 for column in layout.columns]
    _uncover(edits, [item for item in layout.merged if any(item[0] <= column <= item[2] for column in columns)])
    return edits


def _uncover(edits: Edits, merged: Sequence[Range]) -> None:
    """Leave out what merged ranges hide: each shows what its first cell holds."""
    rows = edits.rows() if merged else []
    for left, top, right, bottom in merged:
        for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
            cells = edits.cells(row)
            edits.put(row, [cell for cell in cells if not left <= cell[0] <= right or (cell[0], row) == (left, top)])


def _choose(
    path: Path, package: ZipFile, book: Book, options: WorklistOptions
) -> tuple[Sheet, Header, Iterator[Row], SheetFacts, tuple[str, ...]]:
    """Choose the sheet.

    Returns:
        The sheet, its header, what is below that, what is around it, and the other sheets that could be meant.

    Raises:
        CannotEditError: If it is broken, or none is found and one is broken.
    """
    reader = _cell_reader(package, book)
    sheets = [_Opened(path, package, sheet, reader) for sheet in book.sheets]
    heads = [SheetHead(title=item.sheet.title, is_visible=item.sheet.is_visible, rows=item.head) for item in sheets]
    try:
        chosen, header, others = choose_sheet(path, heads, options.po_column, options.sheet)
    except WorklistError:
        for item in sheets:
            item.check()  # that a sheet is broken tells more than that it has no header
        raise
    item = sheets[chosen]
    below = (row for row in item.head if row.number > header.row)
    return item.sheet, header, chain(below, item.rows), item.check(), others


class _Opened:
    """A sheet that was looked through, with its first rows."""

    def __init__(self, path: Path, package: ZipFile, sheet: Sheet, reader: CellReader) -> None:
        self.sheet = sheet
        self.rows: Iterator[Row] = iter(())
        self.head: list[Row] = []
        self._error: WorklistError | None = None
        try:
            with package.open(sheet.part) as part:
                self._facts = sheet_facts(part)
            self.rows = _rows(path, package, sheet, reader, self._facts)
            self.head = list(islice(self.rows, HEAD_ROWS))
        except WorklistError as error:  # it matters only if this sheet is the one that is wanted
            self._error = error

    def check(self) -> SheetFacts:
        """Tell what is around its rows; raises what was wrong with it."""
        if self._error is not None:
            raise self._error
        return self._facts


def _cell_reader(package: ZipFile, book: Book) -> CellReader:
    formats = NumberFormats(package, book)
    if not book.shared_strings:
        return CellReader(SharedStrings(None), formats)
    with package.open(book.shared_strings) as part:
        return CellReader(SharedStrings(part), formats)


def _rows(path: Path, package: ZipFile, sheet: Sheet, reader: CellReader, facts: SheetFacts) -> Iterator[Row]:
    with _broken_told(path), package.open(sheet.part) as part:
        yield from sheet_rows(part, reader, facts)


def _reserved(merged: Sequence[Range], header_row: int) -> int:
    # A range over whole rows does not count: there is nothing right of it.
    return max((right for _, _, right, bottom in merged if bottom >= header_row and right < _LAST_COLUMN), default=0)


def _unmerged(rows: Iterator[Row], merged: Sequence[Range]) -> Iterator[Row]:
    if not merged:
        yield from rows
    waiting = list(reversed(merged))
    active: list[tuple[int, int, object]] = []
    for row in rows:
        while waiting and waiting[-1][1] <= row.number:
            left, top, _, bottom = waiting.pop()
            if bottom > top:
                active.append((left, bottom, row.cells[left - 1] if left <= len(row.cells) else None))
        active = [item for item in active if item[1] >= row.number]
        if not active:
            yield row
            continue
        seen = list(row.cells)
        for left, _, value in active:
            seen.extend([None] * (left - len(seen)))
            seen[left - 1] = value
        yield row._replace(cells=seen)


@contextmanager
def _broken_told(path: Path) -> Iterator[None]:
    try:
        yield
    except CannotEditError as error:
        raise WorklistError(f"{path}: {error}: open it in a spreadsheet program and save it as .xlsx") from error
    except WorklistError:
        raise
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    # zipfile and expat let whatever a broken part sets off through: KeyError, ValueError, zlib.error and more.
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise WorklistError(
            f"{path}: the workbook is broken ({reason}): open it in a spreadsheet program and save it as .xlsx"
        ) from error
