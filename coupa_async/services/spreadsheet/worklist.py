"""The user's spreadsheet, read: its orders, and where their results go. Blocking, for worker threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coupa_async.domain.errors import WorklistError
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.totals.counts import counted, listed
from coupa_async.services.spreadsheet.columns.result_places import ResultColumns, ResultPlaces
from coupa_async.services.spreadsheet.formats.file_kinds import format_of
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.rows.entries import BadRow, Entry, TableRows, find_columns, gather
from coupa_async.services.spreadsheet.table import Layout, Table

_EXAMPLES = 5
_BY_SUPPLIER: tuple[str | None, ...] = (None,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """What a spreadsheet asks for, and what writing the results back takes.

    Attributes:
        path: The spreadsheet.
        orders: Each order once, in the order of the rows, without ``done``.
        bad_rows: Rows that name no order where one should be.
        set_aside: Rows that hold no order by their nature, such as totals; they stay as they are.
        done: Orders whose every row is COMPLETED already; none if everything is wanted afresh.
        warnings: What the user should know before the run, a sentence each.
        options: How it was read.
        layout: Where results go.
        rows: The rows of each order, by its key.
        shown: Each order's number as the spreadsheet shows it, by its key.
        shared_rows: The keys of the orders in each row that names several.
        stamp: Size in bytes and time of change in nanoseconds, as it was read.
    """

    path: Path
    orders: tuple[Order, ...]
    bad_rows: tuple[BadRow, ...]
    set_aside: tuple[BadRow, ...]
    done: tuple[OrderNumber, ...]
    warnings: tuple[str, ...]
    options: WorklistOptions
    layout: Layout
    rows: Mapping[str, tuple[int, ...]]
    shown: Mapping[str, str]
    shared_rows: Mapping[int, tuple[str, ...]]
    stamp: tuple[int, int]


_DEFAULT = WorklistOptions()


def read_worklist(path: Path, options: WorklistOptions = _DEFAULT, *, fresh: bool = False) -> Worklist:
    """Read the orders of a spreadsheet.

    The folders, where the sheet decides: if any row has a value in any column right of the separator, all those
    columns make folders for every order, a blank one being ``Unknown``; if no row has, the supplier does.

    Args:
        path: .xlsx, .xlsm, .xls, .xlsb, .ods, .csv, .tsv or .txt.
        options: How to read it.
        fresh: Whether orders that are COMPLETED in the sheet are wanted again.

    Raises:
        WorklistError: If it cannot be read: one line with the place and what to do.
    """
    spreadsheet = format_of(path)
    stamp = stamp_of(path)
    with spreadsheet.open_table(path, options) as table:
        return _worklist(path, options, table, stamp, fresh=fresh)


def _worklist(path: Path, options: WorklistOptions, table: Table, stamp: tuple[int, int], *, fresh: bool) -> Worklist:
    columns = find_columns(path, table.header, options)
    results = ResultColumns(table.header, options.names, options.written)
    rows = TableRows(table, columns, results, visible_only=options.visible_only, corrected=options.corrected)
    entries = gather(rows.entries())
    _check_calculated(path, table, rows.uncalculated)
    places = rows.results.places(rows.width)
    by_supplier = options.folder_columns is None and not any(entry.has_folders for entry in entries.values())
    is_done = {key: places.are_ours and entry.is_completed and not fresh for key, entry in entries.items()}
    return Worklist(
        path=path,
        orders=tuple(
            Order(
                number=entry.number,
                hierarchy=_BY_SUPPLIER if by_supplier else entry.hierarchy,
                links=entry.links,
                group=entry.group,
            )
            for key, entry in entries.items()
            if not is_done[key]
        ),
        bad_rows=tuple(rows.bad),
        set_aside=tuple(rows.set_aside),
        done=tuple(entry.number for key, entry in entries.items() if is_done[key]),
        warnings=tuple(_warnings(path, table, entries, rows, places)),
        options=options,
        layout=_layout(table, places, rows.width),
        rows={key: tuple(entry.rows) for key, entry in entries.items()},
        shown={key: entry.number.shown for key, entry in entries.items()},
        shared_rows=rows.shared,
        stamp=stamp,
    )


def _layout(table: Table, places: ResultPlaces, width: int) -> Layout:
    return Layout(
        sheet=table.sheet,
        part=table.part,
        merged=table.merged,
        delimiter=table.delimiter,
        encoding=table.encoding,
        obstacle=table.obstacle,
        is_plain=table.is_plain(),
        header_row=table.header.row,
        columns=places.columns,
        names=places.names,
        width=width,
    )


def _check_calculated(path: Path, table: Table, columns: Iterable[int]) -> None:
    """Refuse formulas without results: their orders would go missing or into the wrong folders, without a word."""
    names = [table.header.names[column] for column in sorted(columns)]
    if names:
        raise WorklistError(
            f"{path}, sheet {table.sheet!r}: column {names[0]!r} holds formulas whose results are not stored in the "
            f"file: open it in a spreadsheet program, save it, and start again"
        )


def _warnings(
    path: Path, table: Table, entries: Mapping[str, Entry], rows: TableRows, places: ResultPlaces
) -> Iterator[str]:
    if not entries:
        yield f"{path}: there is no order below the header in row {table.header.row}"
    if table.others:
        others = ", ".join(repr(name) for name in table.others)
        yield f"{path}: the orders of sheet {table.sheet!r} are taken; there are some in {others} too: --sheet chooses"
    if torn := [entry for entry in entries.values() if entry.is_torn]:
        for entry in torn[:_EXAMPLES]:
            numbers, first = listed(entry.rows), entry.rows[0]
            yield f"{entry.number.shown} is in rows {numbers} with different folders: row {first}'s is used"
        if more := torn[_EXAMPLES:]:
            yield f"so it is with {counted(len(more), 'more order')}: the first row's is used"
    if rows.set_aside:
        kinds = ", ".join(dict.fromkeys(f"row {item.row} ({item.reason})" for item in rows.set_aside[:_EXAMPLES]))
        rest = len(rows.set_aside) - _EXAMPLES
        others = f" and {counted(rest, 'more row')}" if rest > 0 else ""
        yield f"{path}: left alone, for they hold no order: {kinds}{others}"
    meant = frozenset(rows.corrected.values())
    if corrected := [entry.number.shown for entry in entries.values() if entry.number in meant]:
        yield f"{path}: {counted(len(corrected), 'number')} corrected by hand: {', '.join(corrected[:_EXAMPLES])}"
    if rows.hidden:
        what = "left out" if rows.visible_only else "worked on like the others; --visible-only leaves them out"
        yield f"{path}: {counted(rows.hidden, 'hidden row')}: {what}"
    if table.note:
        yield f"{path}: {table.note}"
    if places.warning:
        yield f"{path}: {places.warning}"


def stamp_of(path: Path) -> tuple[int, int]:
    """Tell a file's size in bytes and its time of change in nanoseconds.

    Raises:
        WorklistError: If it is not there.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    return state.st_size, state.st_mtime_ns
