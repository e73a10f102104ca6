"""What a workbook's sheet and a text file have in common: numbered rows below a header, and where results go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, Values

Row = tuple[int, Sequence[object]]
"""A row's number, 1-based as the spreadsheet program shows it, and its cells."""

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
        delimiter: What stands between cells; empty for a workbook.
        uncalculated: Columns (0-based) with formulas of which no result was ever stored: their cells read as empty.
        reserved: How many columns merged ranges reach into, at the header or below it.
        losses: What an updated copy of the workbook cannot keep, in plain words.
        links: Where cells lead outside the workbook, by row and column, both 1-based.
    """

    header: Header
    rows: Iterator[Row]
    sheet: str = ""
    delimiter: str = ""
    uncalculated: frozenset[int] = frozenset()
    reserved: int = 0
    losses: tuple[str, ...] = ()
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where results go in a table.

    Attributes:
        sheet: As in ``Table``.
        delimiter: As in ``Table``.
        header_row: The header's number, 1-based.
        columns: The column (0-based) of each of our columns.
        names: What each of them is headed.
        width: How many columns are in use already; result columns from here on are new and need a header.
    """

    sheet: str
    delimiter: str
    header_row: int
    columns: tuple[int, ...]
    names: tuple[str, ...] = RESULT_COLUMNS
    width: int


class Format(Protocol):
    """One kind of file. Both functions block."""

    def open_table(self, path: Path, po_column: str | None) -> AbstractContextManager[Table]:
        """Find the table in a file and open it; raises ``WorklistError`` on opening and while its rows are read."""

    def write_table(self, path: Path, layout: Layout, fills: Iterable[Fill], out: BinaryIO) -> None:
        """Write a copy of the file with results filled in.

        Raises:
            WorklistError: If the file can no longer be read.
            OSError: If ``out`` takes no more.
        """
