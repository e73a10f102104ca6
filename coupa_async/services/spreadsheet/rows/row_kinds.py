"""Rows of a spreadsheet that hold no order by their nature: totals, rulers, a printed list's repeated header. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coupa_async.domain.data.labels import folded
from coupa_async.services.spreadsheet.cells import cell_text, is_blank
from coupa_async.services.spreadsheet.table import Header, Row

_TOTALS = re.compile(
    r"\W*(?:grand\s+|sub-?\s*)?(?:totals?|totais|totales|totale|totaal|totaux|sum|sums|average|count)\b"
    r"|\W*(?:sous-?|zwischen|gesamt|end)(?:total|summe)\b"
    r"|\W*(?:gesamt|summe|suma|soma|somma|razem|итого|всего|合計|总计|總計|小計)(?:\b|(?=\W)|$)"
    r"|\W*(?:valor|importe|montant|importo)\s+totale?\b",
    re.IGNORECASE,
)
_MORE = frozenset(("geral", "general", "amount", "value", "valor", "importe", "betrag"))
_CURRENCY_CHARS = 3
_OVER_CELLS = re.compile(r"\b(?:SUM|SUBTOTAL|AGGREGATE|COUNTA?|COUNTIFS?|SUMIFS?|AVERAGE|MIN|MAX)\s*\(", re.IGNORECASE)


def why_no_order(row: Row, used: int, header: Header, *, is_text: bool) -> str:
    """Say what kind of row one is that names no order; empty if an order's number is missing or wrong in it.

    Args:
        row: The row, which is not blank.
        used: How many of its columns hold something.
        header: The table's.
        is_text: Whether it is a line of a text file, where a line that ends before the orders' column is none of them.
    """
    texts = [cell_text(cell) for cell in row.cells[:used]]
    own = texts[header.order_column] if header.order_column < used else ""
    if own and folded(own) == folded(header.names[header.order_column]):
        return "a repeated header"
    if not any(char.isalnum() for text in texts for char in text):
        return "a ruler"
    first = next(text for text in texts if text)
    if _is_total(own or first, is_own=bool(own)):
        return "a totals row"
    if not any(char.isalnum() for char in own):
        if own:
            return "a totals row" if _has_numbers(row.cells[:used]) else "a ruler"
        if any(_OVER_CELLS.search(formula) for formula in row.formulas()):
            return "a totals row"
        if is_text and used <= header.order_column:
            return "a line outside of the table"
    return ""


def _is_total(text: str, *, is_own: bool) -> bool:
    """Tell a text that names totals. In another column than the orders' it says no more: "Total Energies" is a name."""
    found = _TOTALS.match(text)
    if found is None:
        return False
    if is_own:
        return not any(char.isdigit() for char in text)
    rest = "".join(char if char.isalpha() else " " for char in text[found.end() :]).split()
    return all(len(word) <= _CURRENCY_CHARS or word.casefold() in _MORE for word in rest)


def _has_numbers(cells: Sequence[object]) -> bool:
    return any(not is_blank(cell) and any(char.isdigit() for char in cell_text(cell)) for cell in cells)
