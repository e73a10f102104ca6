"""Which column is what, told from the header's texts alone; the same for workbooks and text files. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from coupa_async.domain.data.fields import PREFIX
from coupa_async.domain.data.labels import folded
from coupa_async.domain.errors import BadOrderNumberError, WorklistError
from coupa_async.domain.order import OrderNumber
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, cell_text
from coupa_async.services.spreadsheet.columns.headers import (
    GROUPS,
    LINKS,
    ORDER_COLUMN,
    WEAK_ORDER_NUMBERS,
    meanings,
    order_numbers,
)
from coupa_async.services.spreadsheet.table import Header, Row

HEAD_ROWS = 20
SUPPLIER = "{supplier}"

_SEPARATOR = "<|>"
_SHOWN_NAMES = 12
_NUMBERED = re.compile(r" \([0-9]+\)$")
_LIKELY = re.compile(r"#?\s*(?:P[OM])[\s\-_#]*[0-9]{3,}|4[05][0-9]{8}|[0-9]{7,10}", re.IGNORECASE)
_ORDER_NUMBERS = order_numbers()
_WEAK_ORDER_NUMBERS = meanings(WEAK_ORDER_NUMBERS)
_LINKS = meanings(LINKS)
_GROUPS = meanings(GROUPS)


def find_header(head: Sequence[Row], po_column: str | None) -> Header | None:
    """Find the header: the first row with a column of order numbers.

    A column headed exactly ``PO_NUMBER`` (any case), in any row, goes before one whose header only means it, so that
    a title above the table such as "Purchase order" is not taken for it.

    Args:
        head: The table's first ``HEAD_ROWS`` rows.
        po_column: The column's header, if the user gave it.
    """
    exact = (po_column or ORDER_COLUMN).strip().casefold()
    meant = {folded(po_column)} if po_column else _ORDER_NUMBERS
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name.casefold() == exact,
        lambda name: folded(name) in meant and name != "",
        lambda name: po_column is None and folded(name) in _WEAK_ORDER_NUMBERS,
    )
    for is_order_column in tests:
        for number, cells, *_ in head:
            names = tuple(cell_text(cell) for cell in cells)
            for column, name in enumerate(names):
                if is_order_column(name):
                    return Header(row=number, names=names, order_column=column)
    return None


def no_header(path: Path, head: Sequence[Row], po_column: str | None, sheet: str = "") -> WorklistError:
    """Say in one line what was looked for and what was there instead."""
    place = f"{path}, sheet {sheet!r}" if sheet else str(path)
    number, first = next(((number, row) for number, cells, *_ in head if (row := _shown(cells))), (0, []))
    if not number:
        return WorklistError(f"{place}: the first {HEAD_ROWS} rows are empty: a header with {ORDER_COLUMN} is needed")
    if po_column is None and _is_number(first[0]):
        return WorklistError(
            f"{place}: row {number} begins with the order number {first[0]!r} where a header is expected: "
            f"put a row above it that names the column {ORDER_COLUMN}"
        )
    if po_column is None and (likely := _likely(head, number)):
        return WorklistError(
            f"{place}: no header says which column holds the order numbers; the one headed {likely[0]!r} looks like it "
            f'(row {likely[1]}: {likely[2]!r}): if so, add --po-column "{likely[0]}"'
        )
    wanted = (
        f"no column is headed {po_column!r}" if po_column else f"no column of order numbers (such as {ORDER_COLUMN})"
    )
    return WorklistError(
        f"{place}: {wanted} in the first {HEAD_ROWS} rows; row {number} has {_listed(first)}: "
        f"name the right one with --po-column"
    )


def sheet_folder_columns(header: Header) -> tuple[int, ...]:
    """Find the columns that make the folders: those right of the first column headed exactly ``<|>``.

    Columns without a header, further separators, the order numbers and columns that a run fills in are none of them.
    """
    if _SEPARATOR not in header.names:
        return ()
    others = {*RESULT_COLUMNS, "", _SEPARATOR}
    start = header.names.index(_SEPARATOR) + 1
    return tuple(
        column
        for column, name in enumerate(header.names)
        if column >= start
        and column != header.order_column
        and _NUMBERED.sub("", name) not in others
        and not _is_data(name)
    )


def _is_data(name: str) -> bool:
    """Return whether a column holds orders' data that a run has filled in, this one or an earlier one."""
    return name.startswith(PREFIX) and name == name.upper()


def named_folder_columns(header: Header, wanted: Sequence[str], path: Path) -> tuple[int | None, ...]:
    """Find the columns that the user named for the folders; ``None`` where the supplier was asked for.

    Raises:
        WorklistError: If the sheet has no such column.
    """
    by_name: dict[str, int] = {}
    for key in (str.casefold, folded):  # a header that is spelt so goes before one that only says the same
        for column, name in enumerate(header.names):
            by_name.setdefault(key(name), column)
    columns: list[int | None] = []
    for name in wanted:
        if name.strip().casefold() == SUPPLIER:
            columns.append(None)
        elif (found := by_name.get(name.strip().casefold(), by_name.get(folded(name) or name))) is not None:
            columns.append(found)
        else:
            raise WorklistError(
                f"{path}: no column is headed {name!r}, as COUPA_FOLDER_COLUMNS asks; "
                f"row {header.row} has {_listed(_shown(header.names))}"
            )
    return tuple(columns)


def link_columns(header: Header, id_column: str | None, path: Path) -> tuple[int, ...]:
    """Find the columns that may lead to orders' pages, one that the user named first.

    Raises:
        WorklistError: If the sheet has no column of that name.
    """
    named = () if id_column is None else (_named(header, id_column, path, "--id-column"),)
    known = (column for column, name in enumerate(header.names) if folded(name) in _LINKS and name)
    return tuple(dict.fromkeys((*named, *known)))


def group_column(header: Header, wanted: str | None, path: Path) -> int | None:
    """Find the column that tells whose an order is; ``None`` if there is none.

    Raises:
        WorklistError: If the sheet has no column of the name that the user gave.
    """
    if wanted is not None:
        return _named(header, wanted, path, "--group-column")
    return next((column for column, name in enumerate(header.names) if name and folded(name) in _GROUPS), None)


def _named(header: Header, name: str, path: Path, option: str) -> int:
    found = next((column for column, known in enumerate(header.names) if folded(known) == folded(name)), None)
    if found is None:
        shown = _listed(_shown(header.names))
        raise WorklistError(f"{path}: no column is headed {name!r}, as {option} asks; row {header.row} has {shown}")
    return found


def _likely(head: Sequence[Row], header_row: int) -> tuple[str, int, str] | None:
    """Find the column whose cells look like order numbers: its header, and a row with such a cell."""
    names = next(([cell_text(cell) for cell in row.cells] for row in head if row.number == header_row), [])
    best: tuple[int, tuple[str, int, str]] | None = None
    for column, name in enumerate(names):
        below = [
            (row.number, cell_text(row.cells[column]))
            for row in head
            if row.number > header_row and column < len(row.cells)
        ]
        filled = [item for item in below if item[1]]
        alike = [item for item in filled if _LIKELY.fullmatch(item[1])]
        if name and alike and len(alike) * 5 >= len(filled) * 4 and (best is None or len(alike) > best[0]):
            best = len(alike), (name, *alike[0])
    return best[1] if best else None


def _is_number(text: str) -> bool:
    try:
        OrderNumber.parse(text)
    except BadOrderNumberError:
        return False
    return True


def _shown(cells: Sequence[object]) -> list[str]:
    return [text for text in map(cell_text, cells) if text]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:_SHOWN_NAMES])
    return f"{shown} and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else shown
