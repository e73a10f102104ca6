"""Which column of a sheet is what: the order numbers, the folders, the results."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from coupa_async.domain.errors import WorklistError
from coupa_async.domain.naming import UNKNOWN

RESULT_COLUMNS = (
    "STATUS",
    "SUPPLIER",
    "ATTACHMENTS_FOUND",
    "ATTACHMENTS_DOWNLOADED",
    "AttachmentName",
    "LAST_PROCESSED",
    "ERROR_MESSAGE",
    "DOWNLOAD_FOLDER",
    "COUPA_URL",
)
SEPARATOR = "<|>"
SUPPLIER = "{supplier}"
_HEADER_ROWS = 20
_EXACT = "ponumber"
_SYNONYMS = frozenset(
    [
        "po",
        "pono",
        "ponr",
        "ponum",
        "poid",
        "purchaseorder",
        "purchaseorderno",
        "purchaseordernumber",
        "ordernumber",
        "orderno",
        "pedido",
        "nopedido",
        "numeropedido",
        "numerodopedido",
        "pedidodecompra",
        "numerodopedidodecompra",
        "numerodepedido",
        "ordemdecompra",
        "numerodaordemdecompra",
        "ordendecompra",
        "numerodeorden",
        "bestellnummer",
        "bestellung",
        "numerodecommande",
        "bondecommande",
    ]
)

Row = Sequence[object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things are on a sheet.

    Attributes:
        header_row: From 1, as a spreadsheet program counts.
        header: The header's cells as text.
        order: The column of the order numbers, from 0.
        folders: The columns that make the folders; ``None`` among them stands for the supplier.
        if_filled: Whether ``folders`` counts only if one of its cells holds a value, else the supplier alone.
        results: The column of each result column; those not there yet come after the last one.
    """

    header_row: int
    header: tuple[str, ...]
    order: int
    folders: tuple[int | None, ...]
    if_filled: bool
    results: dict[str, int]

    @property
    def added(self) -> tuple[str, ...]:
        """The result columns that the sheet does not have yet."""
        return tuple(name for name in RESULT_COLUMNS if self.results[name] >= len(self.header))


def find_layout(rows: Iterable[Row], *, po_column: str | None, folder_columns: tuple[str, ...] | None) -> Layout | None:
    """Find the header among the first rows of a sheet, and what its columns are.

    Returns:
        ``None`` if no row of them has a column of order numbers.

    Raises:
        WorklistError: If a folder column asked for is not there.
    """
    for number, row in enumerate(islice(rows, _HEADER_ROWS), 1):
        header = tuple(shown(value) for value in row)
        order = _order_column(header, po_column)
        if order is not None:
            while header and not header[-1]:
                header = header[:-1]
            folders, if_filled = _folders(header, folder_columns)
            return Layout(
                header_row=number,
                header=header,
                order=order,
                folders=folders,
                if_filled=if_filled,
                results=_results(header),
            )
    return None


def shown(value: object) -> str:
    """Write a cell's value as a person sees it, without spaces around."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ")
    return str(value).strip()


def levels(row: Row, layout: Layout) -> tuple[str | None, ...]:
    """Read the folders above an order's own from its row."""
    return tuple(None if at is None else (cell(row, at) or UNKNOWN) for at in layout.folders)


def cell(row: Row, at: int) -> str:
    """Read a cell as a person sees it; a row that is too short has blanks."""
    return shown(row[at]) if at < len(row) else ""


def _order_column(header: tuple[str, ...], po_column: str | None) -> int | None:
    folded = [_fold(name) for name in header]
    if po_column is not None:
        return folded.index(_fold(po_column)) if _fold(po_column) in folded else None
    if _EXACT in folded:
        return folded.index(_EXACT)
    return next((at for at, name in enumerate(folded) if name in _SYNONYMS), None)


def _folders(header: tuple[str, ...], asked: tuple[str, ...] | None) -> tuple[tuple[int | None, ...], bool]:
    if asked is not None:
        return tuple(None if name == SUPPLIER else _named(header, name) for name in asked), False
    if SEPARATOR not in header:
        return (None,), False
    own = {_fold(name) for name in RESULT_COLUMNS}
    right = range(header.index(SEPARATOR) + 1, len(header))
    columns = tuple(at for at in right if header[at] and _fold(header[at]) not in own)
    return (columns, True) if columns else ((None,), False)


def _named(header: tuple[str, ...], name: str) -> int:
    folded = [_fold(one) for one in header]
    if _fold(name) not in folded:
        there = ", ".join(one for one in header if one)
        raise WorklistError(f"COUPA_FOLDER_COLUMNS: the sheet has no column {name!r}: it has {there}")
    return folded.index(_fold(name))


def _results(header: tuple[str, ...]) -> dict[str, int]:
    folded = [_fold(name) for name in header]
    places, end = {}, len(header)
    for name in RESULT_COLUMNS:
        if _fold(name) in folded:
            places[name] = folded.index(_fold(name))
        else:
            places[name], end = end, end + 1
    return places


def _fold(name: str) -> str:
    """Compare headers without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z0-9]", "", plain.casefold())
