"""The user's spreadsheet: orders read from it, results written into a copy of it. Blocking, for worker threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from coupa_async.domain.data.fields import DataField
from coupa_async.domain.errors import BadOrderNumberError, WorklistError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.files.replace import replace_file
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, bad_row_values, cell_text, is_blank, result_values
from coupa_async.services.spreadsheet.columns import (
    group_column,
    link_columns,
    named_folder_columns,
    result_columns,
    sheet_folder_columns,
)
from coupa_async.services.spreadsheet.data_columns import DataColumns
from coupa_async.services.spreadsheet.formats import format_of
from coupa_async.services.spreadsheet.table import Fill, Layout, Table

_UNKNOWN = "Unknown"
_EXAMPLES = 5
_BY_SUPPLIER: tuple[str | None, ...] = (None,)

Results = Iterable[tuple[OrderResult, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistOptions:
    """How a spreadsheet is to be read.

    Attributes:
        po_column: Header of the column with the order numbers; ``None`` finds it.
        folder_columns: Headers of the columns that make the folders, or ``{supplier}``; ``()`` is flat; ``None`` lets
            the sheet decide.
        id_column: Header of a column with the orders' ids or links in Coupa; ``None`` finds those of known names.
        group_column: Header of the column that tells whose an order is; ``None`` finds one of a known name.
        data: Orders' data that gets a column each.
    """

    po_column: str | None = None
    folder_columns: tuple[str, ...] | None = None
    id_column: str | None = None
    group_column: str | None = None
    data: tuple[DataField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row with values that names no order.

    Attributes:
        row: 1-based, as the spreadsheet program shows it.
        shown: What stands where the order number should.
        reason: For ERROR_MESSAGE.
    """

    row: int
    shown: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What a spreadsheet asks for, and what writing the results back takes.

    Attributes:
        path: The spreadsheet.
        orders: Each order once, in the order of the rows, without ``done``.
        bad_rows: Rows that name no order.
        done: Orders whose every row is COMPLETED already; none if everything is wanted afresh.
        warnings: What the user should know before the run, a sentence each.
        options: How it was read.
        layout: Where results go.
        rows: The rows of each order, by its key.
        stamp: Size in bytes and time of change in nanoseconds, as it was read.
    """

    path: Path
    orders: tuple[Order, ...]
    bad_rows: tuple[BadRow, ...]
    done: tuple[OrderNumber, ...]
    warnings: tuple[str, ...]
    options: WorklistOptions
    layout: Layout
    rows: Mapping[str, tuple[int, ...]]
    stamp: tuple[int, int]


@dataclass(slots=True, kw_only=True)
class _Entry:
    """One order while its rows are gathered."""

    number: OrderNumber
    hierarchy: tuple[str | None, ...]
    rows: tuple[int, ...]
    is_done: bool
    links: tuple[str, ...]
    group: str
    is_torn: bool = False


_DEFAULT = WorklistOptions()


def read_worklist(path: Path, options: WorklistOptions = _DEFAULT, *, fresh: bool = False) -> Worklist:
    """Read the orders of a spreadsheet.

    The folders, where the sheet decides: if any row has a value in any column right of the separator, all those
    columns make folders for every order, a blank one being ``Unknown``; if no row has, the supplier does.

    Args:
        path: .xlsx, .xlsm, .csv, .tsv or .txt.
        options: How to read it.
        fresh: Whether orders that are COMPLETED in the sheet are wanted again.

    Raises:
        WorklistError: If it cannot be read: one line with the place and what to do.
    """
    spreadsheet = format_of(path)
    stamp = _stamp(path)
    with spreadsheet.open_table(path, options.po_column) as table:
        return _gather(path, options, table, stamp, fresh=fresh)


def write_results(
    worklist: Worklist,
    results: Results,
    destination: Path,
    *,
    output_dir: Path,
    now: datetime,
    left: Mapping[str, str] = MappingProxyType({}),
    data: DataColumns | None = None,
) -> Path:
    """Write a copy of the spreadsheet with results filled in; rows without a result stay as they are.

    Args:
        worklist: As read. If the spreadsheet was changed since, it is read again, for rows may have moved.
        results: Each with the time when the order was processed, in any order; read once.
        destination: May be the spreadsheet itself.
        output_dir: Where the folders of the results are.
        left: Why orders were left undone, by their key.
        data: What goes into the columns of data; by default each number and date is read for itself.
        now: Names the file beside the destination if that is held open by another program.

    Returns:
        The file really written: ``destination`` or one beside it. In the second case tell the user.

    Raises:
        WorklistError: If the spreadsheet can no longer be read.
        StorageError: If nothing can be written; ``destination`` is then as it was.
    """
    spreadsheet = format_of(worklist.path)
    if _stamp(worklist.path) != worklist.stamp:
        worklist = read_worklist(worklist.path, worklist.options)
    fills = _fills(worklist, results, output_dir.absolute(), left, data or DataColumns(fields=worklist.options.data))
    return replace_file(
        destination,
        lambda out: spreadsheet.write_table(worklist.path, worklist.layout, fills, out),
        now,
        follow=destination == worklist.path,  # the user's own may be one
    )


def _fills(
    worklist: Worklist, results: Results, output_dir: Path, left: Mapping[str, str], data: DataColumns
) -> Iterator[Fill]:
    names = worklist.layout.names
    for key, reason in left.items():
        if rows := worklist.rows.get(key):
            yield rows, bad_row_values(reason, Outcome.PENDING, names)
    for bad in worklist.bad_rows:
        yield (bad.row,), bad_row_values(bad.reason, names=names)
    for result, processed_at in results:
        if rows := worklist.rows.get(result.number.key):
            yield rows, (*result_values(result, processed_at, output_dir), *data.values(result))


def _gather(path: Path, options: WorklistOptions, table: Table, stamp: tuple[int, int], *, fresh: bool) -> Worklist:
    header = table.header
    columns: tuple[int | None, ...]
    if options.folder_columns is None:
        columns = sheet_folder_columns(header)
    else:
        columns = named_folder_columns(header, options.folder_columns, path)
    link_places = link_columns(header, options.id_column, path)
    group_place = group_column(header, options.group_column, path)
    _check_calculated(path, table, {header.order_column, *columns})
    status = next((column for column, name in enumerate(header.names) if name.casefold() == "status"), None)

    entries: dict[str, _Entry] = {}
    hierarchies: dict[tuple[str | None, ...], tuple[str | None, ...]] = {}
    groups: dict[str, str] = {}
    bad_rows: list[BadRow] = []
    width = max(table.reserved, *(column + 1 for column, name in enumerate(header.names) if name))
    has_folders = False
    for row, cells in table.rows:
        used = next((column + 1 for column in range(len(cells) - 1, -1, -1) if not is_blank(cells[column])), 0)
        if not used:
            continue
        width = max(width, used)
        raw = cells[header.order_column] if header.order_column < used else None
        try:
            number = OrderNumber.parse(raw)
        except BadOrderNumberError as error:
            bad_rows.append(BadRow(row=row, shown=cell_text(raw), reason=str(error)))
            continue
        texts = [None if item is None else cell_text(cells[item]) if item < used else "" for item in columns]
        has_folders = has_folders or any(texts)
        hierarchy = tuple(_UNKNOWN if text == "" else text for text in texts)
        hierarchy = hierarchies.setdefault(hierarchy, hierarchy)  # a hundred thousand orders share a few of them
        is_done = status is not None and status < used and cell_text(cells[status]).upper() == Outcome.COMPLETED
        links = _links(row, cells[:used], link_places, header.order_column, table)
        entry = entries.get(number.key)
        if entry is None:
            name = cell_text(cells[group_place]) if group_place is not None and group_place < used else ""
            group = groups.setdefault(name, name)
            entries[number.key] = _Entry(
                number=number, hierarchy=hierarchy, rows=(row,), is_done=is_done, links=links, group=group
            )
        else:
            entry.rows += (row,)
            entry.links = tuple(dict.fromkeys((*entry.links, *links)))
            entry.is_done = entry.is_done and is_done
            entry.is_torn = entry.is_torn or entry.hierarchy != hierarchy

    names = (*RESULT_COLUMNS, *(field.column for field in options.data))
    by_supplier = options.folder_columns is None and not has_folders
    wanted = [item for item in entries.values() if fresh or not item.is_done]
    return Worklist(
        path=path,
        orders=tuple(
            Order(
                number=entry.number,
                hierarchy=_BY_SUPPLIER if by_supplier else entry.hierarchy,
                links=entry.links,
                group=entry.group,
            )
            for entry in wanted
        ),
        bad_rows=tuple(bad_rows),
        done=tuple(item.number for item in entries.values() if item.is_done and not fresh),
        warnings=tuple(_warnings(path, table, entries)),
        options=options,
        layout=Layout(
            sheet=table.sheet,
            delimiter=table.delimiter,
            header_row=header.row,
            columns=result_columns(header, width, names),
            names=names,
            width=width,
        ),
        rows={key: one.rows for key, one in entries.items()},
        stamp=stamp,
    )


def _links(
    row: int, cells: Sequence[object], places: Sequence[int], order_column: int, table: Table
) -> tuple[str, ...]:
    """Tell what a row has that may lead to its order's page, the link of the order's own cell first."""
    own = table.links.get((row, order_column + 1), "")
    texts = (table.links.get((row, place + 1)) or cell_text(cells[place]) for place in places if place < len(cells))
    return tuple(dict.fromkeys(text for text in (own, *texts) if text))


def _check_calculated(path: Path, table: Table, columns: set[int | None]) -> None:
    """Refuse formulas without results: their orders would go missing or into the wrong folders, without a word."""
    names = [table.header.names[item] for item in sorted(table.uncalculated) if item in columns]
    if names:
        raise WorklistError(
            f"{path}, sheet {table.sheet!r}: column {names[0]!r} holds formulas whose results are not stored in the "
            f"file: open it in a spreadsheet program, save it, and start again"
        )


def _warnings(path: Path, table: Table, entries: Mapping[str, _Entry]) -> Iterator[str]:
    if not entries:
        yield f"{path}: there is no order below the header in row {table.header.row}"
    if torn := [entry for entry in entries.values() if entry.is_torn]:
        shown = ", ".join(f"{item.number.shown} (rows {', '.join(map(str, item.rows))})" for item in torn[:_EXAMPLES])
        more = f" and {len(torn) - _EXAMPLES} more" if len(torn) > _EXAMPLES else ""
        yield f"{path}: the first row's folders count for orders in rows with different ones: {shown}{more}"
    if table.losses:
        yield f"{path}: the updated copy will not keep the workbook's {', '.join(table.losses)}"


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    return state.st_size, state.st_mtime_ns
