"""Which sheet of a workbook has the orders, told from the sheets' first rows alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.cells import is_blank
from coupa_async.services.spreadsheet.columns.column_choice import find_header, no_header
from coupa_async.services.spreadsheet.table import Header, Row

ORDER_SHEET = "PO_Data"
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetHead:
    """What decides about a sheet.

    Attributes:
        title: Its name.
        is_visible: Whether the spreadsheet program shows it.
        rows: Its first rows.
    """

    title: str
    is_visible: bool
    rows: Sequence[Row]


def choose_sheet(
    path: Path, sheets: Sequence[SheetHead], po_column: str | None, wanted: str | None
) -> tuple[int, Header, tuple[str, ...]]:
    """Choose the sheet that the user wants; else ``PO_Data``; else the first with a column of order numbers.

    Visible sheets go before hidden ones.

    Returns:
        Its index, its header, and the names of the other sheets with such a column that could be meant: none if the
        user or the name ``PO_Data`` has said which.

    Raises:
        WorklistError: If there is no such sheet, or it has no such column; the message names those that have one.
    """
    if not sheets:
        raise WorklistError(f"{path}: the workbook has no worksheet: put the orders in one named {ORDER_SHEET}")
    headers = [find_header(sheet.rows, po_column) for sheet in sheets]
    order = sorted(range(len(sheets)), key=lambda index: not sheets[index].is_visible)
    candidates = [index for index in order if headers[index] is not None]
    named = _named(sheets, ORDER_SHEET) if wanted is None else _named(sheets, wanted)
    if wanted is not None and named is None:
        names = _listed([sheets[index] for index in candidates] or sheets)
        have = "has order numbers in" if candidates else "has the sheets"
        raise WorklistError(f"{path}: there is no sheet {wanted!r}; it {have} {names}: name one with --sheet")
    chosen = named if named is not None else next(iter(candidates), None)
    if chosen is not None and (header := headers[chosen]) is not None:
        others = () if named is not None else tuple(sheets[index].title for index in candidates if index != chosen)
        return chosen, header, others
    if chosen is None:
        chosen = next((index for index in order if not _is_empty(sheets[index])), order[0])
    error = no_header(path, sheets[chosen].rows, po_column, sheets[chosen].title)
    if candidates:
        found = _listed([sheets[index] for index in candidates])
        raise WorklistError(f"{error}; or name a sheet that has one with --sheet: {found}")
    if rest := [sheet for index, sheet in enumerate(sheets) if index != chosen]:
        raise WorklistError(f"{error}; nor has any other sheet: {_listed(rest)}")
    raise error


def _named(sheets: Sequence[SheetHead], name: str) -> int | None:
    """Find a sheet by its name, the same in every letter before one that differs in case or in spaces around it."""
    exact = (index for index, sheet in enumerate(sheets) if sheet.title == name)
    folded = name.strip().casefold()
    alike = (index for index, sheet in enumerate(sheets) if sheet.title.strip().casefold() == folded)
    return next(exact, next(alike, None))


def _is_empty(sheet: SheetHead) -> bool:
    return all(is_blank(cell) for row in sheet.rows for cell in row.cells)


def _listed(sheets: Sequence[SheetHead]) -> str:
    names = [f"{sheet.title!r}" + ("" if sheet.is_visible else " (hidden)") for sheet in sheets]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
