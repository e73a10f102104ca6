"""The orders that a table's rows name: each row read once, then the rows of one order put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from coupa_async.domain.errors import BadOrderNumberError
from coupa_async.domain.order import OrderNumber, order_numbers
from coupa_async.services.spreadsheet.cells import UNCALCULATED, cell_text, is_blank
from coupa_async.services.spreadsheet.columns.column_choice import (
    group_column,
    link_columns,
    named_folder_columns,
    sheet_folder_columns,
)
from coupa_async.services.spreadsheet.columns.result_places import ResultColumns
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.rows.row_kinds import why_no_order
from coupa_async.services.spreadsheet.table import Header, Row, Table

_UNKNOWN = "Unknown"


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
class Columns:
    """Which columns tell what of an order, 0-based.

    Attributes:
        order: Its number.
        folders: Its folders; ``None`` for the supplier's place.
        links: What may lead to its page.
        group: Whose it is.
    """

    order: int
    folders: tuple[int | None, ...]
    links: tuple[int, ...]
    group: int | None


@dataclass(slots=True, kw_only=True)
class Entry:
    """One order, put together from its rows.

    Attributes:
        number: Its number.
        hierarchy: Its folders by its first row.
        rows: Its rows.
        is_completed: Whether each of them is filled as a completed order's is.
        has_folders: Whether any of them has a value where folders come from.
        links: What may lead to its page, of all its rows.
        group: Whose it is by its first row.
        is_torn: Whether its rows have different folders.
    """

    number: OrderNumber
    hierarchy: tuple[str | None, ...]
    rows: list[int]
    is_completed: bool
    has_folders: bool
    links: tuple[str, ...]
    group: str
    is_torn: bool = False


def find_columns(path: Path, header: Header, options: WorklistOptions) -> Columns:
    """Find the columns that tell of orders.

    Raises:
        WorklistError: If one that the user named is not there.
    """
    folders: tuple[int | None, ...]
    if options.folder_columns is None:
        folders = sheet_folder_columns(header)
    else:
        folders = named_folder_columns(header, options.folder_columns, path)
    return Columns(
        order=header.order_column,
        folders=folders,
        links=link_columns(header, options.id_column, path),
        group=group_column(header, options.group_column, path),
    )


@dataclass(slots=True)
class TableRows:
    """The rows of a table, each as the entries of its orders.

    Attributes:
        table: The table.
        columns: What to read.
        results: Is told every row that results would go to.
        visible_only: Whether hidden rows are left out.
        corrected: Numbers in place of those that the rows have, by the keys of these.
        bad: Rows without an order where one should be.
        set_aside: Rows that hold no order by their nature.
        shared: The keys of the orders in each row that names several.
        hidden: How many rows with orders are hidden.
        width: How many columns the table uses anywhere.
    """

    table: Table
    columns: Columns
    results: ResultColumns
    visible_only: bool = False
    corrected: Mapping[str, OrderNumber] = field(default_factory=dict)
    bad: list[BadRow] = field(init=False, default_factory=list)
    set_aside: list[BadRow] = field(init=False, default_factory=list)
    shared: dict[int, tuple[str, ...]] = field(init=False, default_factory=dict)
    hidden: int = field(init=False, default=0)
    width: int = field(init=False)
    _last: int = field(init=False)
    _below_gap: bool = field(init=False, default=False)
    _below: list[BadRow] = field(init=False, default_factory=list)
    _needed: tuple[int, ...] = field(init=False)
    _calculated: set[int] = field(init=False, default_factory=set)
    _missing: set[int] = field(init=False, default_factory=set)
    _hierarchies: dict[tuple[str | None, ...], tuple[str | None, ...]] = field(init=False, default_factory=dict)
    _groups: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with the header."""
        names, self._last = self.table.header.names, self.table.header.row
        self.width = max(self.table.reserved, *(column + 1 for column, name in enumerate(names) if name))
        self._needed = (self.columns.order, *(column for column in self.columns.folders if column is not None))

    @property
    def uncalculated(self) -> set[int]:
        """Columns that are needed, of whose formulas none has a stored result."""
        return self._missing - self._calculated

    def entries(self) -> Iterator[Entry]:
        """Read the rows, once: an entry for each order that a row names."""
        order = self.columns.order
        for row in self.table.rows:
            cells = row.cells
            raw = cells[order] if order < len(cells) else None
            if is_blank(raw) and not row.used():
                continue
            self._below_gap = self._below_gap or row.number > self._last + 1
            self._last = row.number
            if len(cells) > self.width:
                self.width = max(self.width, row.used())
            if len(self._calculated) < len(self._needed):
                self._note_formulas(cells)
            if numbers := self._numbers(row, raw):
                self._below, self._below_gap = [], False
                self.results.note(cells)
                if len(numbers) > 1:
                    self.shared[row.number] = tuple(number.key for number in numbers)
                for number in numbers:
                    yield self._entry(number, row)
        # What stands apart below the last order, such as a place to sign.
        below = {bad.row for bad in self._below}
        self.bad = [bad for bad in self.bad if bad.row not in below]
        self.set_aside += (replace(bad, reason="below the table") for bad in self._below)

    def _numbers(self, row: Row, raw: object) -> tuple[OrderNumber, ...]:
        """Read a row's order numbers; of a row without any, note why."""
        try:
            numbers = order_numbers(raw)
            if self.corrected:
                meant = (self.corrected.get(number.key, number) for number in numbers)
                numbers = tuple({number.key: number for number in meant}.values())
        except BadOrderNumberError as error:
            if reason := why_no_order(row, row.used(), self.table.header, is_text=not self.table.sheet):
                self.set_aside.append(BadRow(row=row.number, shown=cell_text(raw), reason=reason))
            else:
                bad = BadRow(row=row.number, shown=cell_text(raw), reason=str(error))
                self.bad.append(bad)
                if self._below_gap and not bad.shown:
                    self._below.append(bad)
                self.results.note(row.cells)
            return ()
        if row.is_hidden:
            self.hidden += 1
            return () if self.visible_only else numbers
        return numbers

    def _note_formulas(self, cells: Sequence[object]) -> None:
        for column in self._needed:
            if column < len(cells) and column not in self._calculated:
                value = cells[column]
                if value is UNCALCULATED:
                    self._missing.add(column)
                elif not is_blank(value):
                    self._calculated.add(column)

    def _entry(self, number: OrderNumber, row: Row) -> Entry:
        cells, columns = row.cells, self.columns
        hierarchy = tuple(None if column is None else _text(cells, column) or _UNKNOWN for column in columns.folders)
        group = "" if columns.group is None else _text(cells, columns.group)
        return Entry(
            number=number,
            # A hundred thousand orders share a few of them.
            hierarchy=self._hierarchies.setdefault(hierarchy, hierarchy),
            rows=[row.number],
            is_completed=self.results.is_completed(cells),
            has_folders=any(column is not None and _text(cells, column) for column in columns.folders),
            links=self._links(row) if columns.links or self.table.links else (),
            group=self._groups.setdefault(group, group),
        )

    def _links(self, row: Row) -> tuple[str, ...]:
        """Tell what a row has that may lead to its order's page, the link of the order's own cell first."""
        links, columns = self.table.links, self.columns
        own = links.get((row.number, columns.order + 1), "")
        texts = (links.get((row.number, column + 1)) or _text(row.cells, column) for column in columns.links)
        return tuple(dict.fromkeys(text for text in (own, *texts) if text))


def _text(cells: Sequence[object], column: int) -> str:
    return cell_text(cells[column]) if column < len(cells) else ""


def gather(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Put the entries of each order together, by its key, in the order of the first rows."""
    orders: dict[str, Entry] = {}
    for entry in entries:
        known = orders.setdefault(entry.number.key, entry)
        if known is not entry:
            known.rows += entry.rows
            known.links = tuple(dict.fromkeys((*known.links, *entry.links)))
            known.is_completed = known.is_completed and entry.is_completed
            known.has_folders = known.has_folders or entry.has_folders
            known.is_torn = known.is_torn or known.hierarchy != entry.hierarchy
    return orders
