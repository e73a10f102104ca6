"""The analyst's spreadsheet: orders in, results out."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

from coupa_async.domain.errors import BadOrderNumberError, StorageError, WorklistError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services import delimited, workbook
from coupa_async.services.columns import Layout, cell, find_layout, levels

_FORMATS: dict[str, ModuleType] = {
    ".xlsx": workbook,
    ".xlsm": workbook,
    ".csv": delimited,
    ".tsv": delimited,
    ".txt": delimited,
}
Find = Callable[[OrderNumber], tuple[OrderResult, datetime] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistOptions:
    """What the user says about the sheet.

    Attributes:
        po_column: The header of the order numbers; ``None`` finds it.
        folder_columns: Columns that make the folders, or ``{supplier}``; ``()`` is flat; ``None`` leaves it to the sheet.
    """

    po_column: str | None = None
    folder_columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that names no order. ``row`` counts from 1, as the spreadsheet program does."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What a spreadsheet asks for.

    Attributes:
        path: The spreadsheet.
        sheet: The sheet's name; empty for a text table.
        layout: Where its columns are.
        orders: Each order once, in the sheet's order, without those that are done.
        done: Orders whose every row is COMPLETED already.
        bad_rows: Rows that name no order.
        rows: The order of each row.
        warnings: What the user should know.
    """

    path: Path
    sheet: str
    layout: Layout
    orders: tuple[Order, ...]
    done: tuple[OrderNumber, ...]
    bad_rows: tuple[BadRow, ...]
    rows: dict[int, OrderNumber]
    warnings: tuple[str, ...]


def read_worklist(path: Path, options: WorklistOptions, *, fresh: bool = False) -> Worklist:
    """Read a spreadsheet. Blocking.

    Args:
        path: The spreadsheet.
        options: What the user says about it.
        fresh: Whether orders that are COMPLETED in it are to run again.

    Raises:
        WorklistError: If it cannot be read; one line that says what, where and what to do.
    """
    table = _format(path)
    try:
        with table.sheets(path) as found:
            for name, rows in found:
                layout = find_layout(rows(), po_column=options.po_column, folder_columns=options.folder_columns)
                if layout is not None:
                    return _Reader(path, name, layout, fresh=fresh).read(rows())
    except OSError as error:
        raise WorklistError(f"{path}: {error.strerror}") from error
    wanted = repr(options.po_column) if options.po_column else "PO_NUMBER (or PO, Order Number, Número do Pedido …)"
    raise WorklistError(f"{path}: no column {wanted} in the first 20 rows of any sheet: add that header")


def write_results(worklist: Worklist, find: Find, destination: Path, *, output_dir: Path) -> Path:
    """Write a copy of the spreadsheet with the results filled in: to a temporary file first, then in one step. Blocking.

    Args:
        worklist: What was read.
        find: Tells an order's result and when it was processed; ``None`` leaves its rows as they are.
        destination: Where to; the spreadsheet itself for an update in place.
        output_dir: What ``OrderResult.folder`` is below.

    Returns:
        Where it is: beside ``destination``, under a name with the time, if that one is open in another program.

    Raises:
        StorageError: If it cannot be written anywhere.
    """
    bad = {row.row: row.reason for row in worklist.bad_rows}

    def fill(row: int) -> dict[str, int | str] | None:
        if row in bad:
            return {"STATUS": Outcome.FAILED.value, "ERROR_MESSAGE": bad[row]}
        number = worklist.rows.get(row)
        found = find(number) if number else None
        return _cells(*found, output_dir) if found else None

    with _replacing(destination) as target:
        _format(worklist.path).write(worklist.path, target.temporary, worklist.sheet, worklist.layout, fill)
    return target.written


class _Reader:
    """One reading of one sheet."""

    def __init__(self, path: Path, sheet: str, layout: Layout, *, fresh: bool) -> None:
        self._path, self._sheet, self._layout, self._fresh = path, sheet, layout, fresh
        self._orders: dict[str, Order] = {}
        self._open: set[str] = set()
        self._rows: dict[int, OrderNumber] = {}
        self._bad: list[BadRow] = []
        self._warnings: list[str] = []
        self._filled = False

    def read(self, rows: Iterator[tuple[object, ...]]) -> Worklist:
        for number, row in enumerate(rows, 1):
            if number > self._layout.header_row and any(cell(row, at) for at in range(len(row))):
                self._take(number, row)
        supplier_only = self._layout.if_filled and not self._filled
        todo = (order for key, order in self._orders.items() if key in self._open)
        return Worklist(
            path=self._path,
            sheet=self._sheet,
            layout=self._layout,
            orders=tuple(Order(number=one.number) if supplier_only else one for one in todo),
            done=tuple(order.number for key, order in self._orders.items() if key not in self._open),
            bad_rows=tuple(self._bad),
            rows=self._rows,
            warnings=tuple(self._warnings),
        )

    def _take(self, number: int, row: tuple[object, ...]) -> None:
        layout = self._layout
        self._filled = self._filled or any(cell(row, at) for at in layout.folders if at is not None)
        try:
            order_number = OrderNumber.parse(row[layout.order] if layout.order < len(row) else None)
        except BadOrderNumberError as error:
            self._bad.append(BadRow(row=number, reason=str(error)))
            return
        order = Order(number=order_number, hierarchy=levels(row, layout))
        first = self._orders.setdefault(order_number.key, order)
        if first.hierarchy != order.hierarchy:
            self._warnings.append(
                f"row {number}: {order_number.shown} was in other folders before: the first row counts"
            )
        self._rows[number] = order_number
        if self._fresh or cell(row, layout.results["STATUS"]) != Outcome.COMPLETED.value:
            self._open.add(order_number.key)


def _cells(result: OrderResult, processed_at: datetime, output_dir: Path) -> dict[str, int | str]:
    return {
        "STATUS": result.outcome.value,
        "SUPPLIER": result.supplier,
        "ATTACHMENTS_FOUND": result.found,
        "ATTACHMENTS_DOWNLOADED": len(result.saved),
        "AttachmentName": "; ".join(one.name for one in result.saved),
        "LAST_PROCESSED": processed_at.strftime("%Y-%m-%d %H:%M:%S"),
        "ERROR_MESSAGE": result.error,
        "DOWNLOAD_FOLDER": str(output_dir / result.folder) if result.folder else "",
        "COUPA_URL": result.url,
    }


def _format(path: Path) -> ModuleType:
    if not path.exists():
        raise WorklistError(f"{path}: there is no such file")
    if path.is_dir():
        raise WorklistError(f"{path}: is a folder: give the spreadsheet itself")
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise WorklistError(f"{path}: a {suffix or 'nameless'} file is not read here: save it as .xlsx or .csv")
    if path.stat().st_size == 0:
        raise WorklistError(f"{path}: is empty")
    return _FORMATS[suffix]


@dataclass(slots=True)
class _Target:
    temporary: Path
    written: Path


@contextmanager
def _replacing(destination: Path) -> Iterator[_Target]:
    """Give a temporary file its name in one step, so that a crash leaves the old one whole."""
    temporary = destination.with_name(f".{destination.name}.{os.getpid()}.tmp")
    target = _Target(temporary, destination)
    try:
        yield target
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        try:
            temporary.replace(destination)
        except PermissionError:
            # On Windows a workbook that is open in Excel cannot be replaced.
            stamp = datetime.now().strftime("%Y-%m-%d %H%M%S")
            target.written = destination.with_name(f"{destination.stem} (results {stamp}){destination.suffix}")
            temporary.replace(target.written)
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0, "")
        raise StorageError(f"{destination}: not written: {error.strerror} {code}".rstrip()) from error
    finally:
        temporary.unlink(missing_ok=True)
