"""What a workbook's sheet and a text file have in common: numbered rows below a header, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, Values, is_blank
from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.options import WorklistOptions


class LazyCells(Sequence[object]):
    """The cells of a row, from the first column on, each read when it is asked for."""

    __slots__ = ()

    def used(self) -> int:
        """Tell how many columns there are up to the last that shows something."""
        return _used(self)

    def formulas(self) -> Sequence[str]:
        """Tell the formulas in the row, in no order."""
        raise NotImplementedError


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        number: 1-based, as the spreadsheet program shows it.
        cells: What its cells show, from the first column on.
        is_hidden: Whether the user hid it, or a filter does.
    """

    number: int
    cells: Sequence[object]
    is_hidden: bool = False

    def used(self) -> int:
        """Tell how many columns there are up to the last that shows something."""
        return self.cells.used() if isinstance(self.cells, LazyCells) else _used(self.cells)

    def formulas(self) -> Sequence[str]:
        """Tell the formulas in it, in no order."""
        return self.cells.formulas() if isinstance(self.cells, LazyCells) else ()


def _used(cells: Sequence[object]) -> int:
    return next((column + 1 for column in range(len(cells) - 1, -1, -1) if not is_blank(cells[column])), 0)


Fill = tuple[Sequence[int], Values]
"""Rows that get the same values in the result columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The row that names the columns.

    Attributes:
        row: Its number, 1-based.
        names: As shown, surrounding spaces dropped.
        order_column: Which one holds the order numbers, 0-based.
    """

    row: int
    names: tuple[str, ...]
    order_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that is open for reading.

    Attributes:
        header: Its header.
        rows: What is below it, once, empty rows and ragged ones included.
        sheet: The worksheet's name; empty for a text file.
        others: Other sheets that could be meant as well.
        part: The worksheet's part in the workbook's package; empty for a text file.
        merged: Merged ranges as (left, top, right, bottom), 1-based, from the top down.
        delimiter: What stands between cells; empty for a workbook.
        reserved: How many columns merged ranges reach into, at the header or below it.
        links: Where cells lead outside the workbook, by row and column, both 1-based.
        encoding: Of a text file; empty for a workbook.
        note: What the user should know of how it was read; empty for nothing.
        obstacle: Why no cell of it may be set; empty if they may.
        is_plain: Tells whether cells of each row that was read can be set without a trial.
    """

    header: Header
    rows: Iterator[Row]
    sheet: str = ""
    others: tuple[str, ...] = ()
    part: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    delimiter: str = ""
    reserved: int = 0
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    encoding: str = ""
    note: str = ""
    obstacle: str = ""
    is_plain: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where results go in a table.

    Attributes:
        sheet: As in ``Table``.
        part: As in ``Table``.
        merged: As in ``Table``.
        delimiter: As in ``Table``.
        encoding: As in ``Table``.
        obstacle: As in ``Table``.
        is_plain: Whether cells of each row can be set without a trial.
        header_row: The header's number, 1-based.
        columns: The column (0-based) of each of our columns.
        names: What each of them is headed.
        width: How many columns are in use already; result columns from here on are new and need a header.
        folder: Where the copy goes, for links to be relative to it; ``None`` sets no links.
    """

    sheet: str = ""
    part: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    delimiter: str = ""
    encoding: str = ""
    obstacle: str = ""
    is_plain: bool = False
    header_row: int
    columns: tuple[int, ...]
    names: tuple[str, ...] = RESULT_COLUMNS
    width: int
    folder: Path | None = None


class Sink(Protocol):
    """What a copy is written to."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""


class Format(Protocol):
    """One kind of file. All functions block."""

    def open_table(self, path: Path, options: WorklistOptions) -> AbstractContextManager[Table]:
        """Find the table in a file and open it; raises ``WorklistError`` on opening and while its rows are read."""

    def write_table(
        self, path: Path, layout: Layout, fills: Iterable[Fill], out: Sink, lines: LineTable | None = None
    ) -> None:
        """Write a copy of the file with results filled in, and with orders' lines where it has sheets.

        Raises:
            WorklistError: If the file can no longer be read.
            OSError: If ``out`` takes no more.
        """

    def try_table(self, path: Path, layout: Layout, fills: Iterable[Fill]) -> None:
        """Find out whether results can be filled in.

        Raises:
            WorklistError: If they cannot.
        """

    def why_no_lines(self, path: Path, layout: Layout, lines: LineTable) -> str:
        """Say why orders' lines cannot be a sheet of it; empty if they can."""
