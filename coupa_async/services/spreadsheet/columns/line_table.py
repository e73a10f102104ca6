"""The table of orders' lines: its columns, and a row for each line. It is never held as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.labels import column_name
from coupa_async.domain.data.lines import LINE_FIELDS, LinesOfOrder, OrderLine
from coupa_async.domain.totals.counts import counted
from coupa_async.services.spreadsheet.cells import NUMBER_DIGITS, Value

TITLE = "COUPA_LINES"
MOST_ROWS = 1_048_575  # below a sheet's header
ORDER = "ORDER"
FIXED = (ORDER, *(known.column for known in LINE_FIELDS))
_PART = "ACCOUNT_{}"
_OWN = re.compile(r"[^\W_a-z]+(?:_[^\W_a-z]+)*")
_MOST_COLUMNS = 400
_CELL_BYTES = 70  # of markup, around a text
_SHOWN_CHARS = 40

Orders = Callable[[], Iterator[LinesOfOrder]]
"""Begins to read the lines of all orders anew."""


@dataclass(slots=True, kw_only=True)
class LineTable:
    """The lines of all orders as a table.

    Attributes:
        orders: Begins to read them anew.
        formats: How the pages write numbers and dates.
        parts: How many parts an account has at most.
        labels: Headers by the tenant's own labels, in the order in which they were met.
        rows: How many lines there are.
        size_bytes: What they take as a sheet's markup, roughly.
        left_out: How many labels have no column: more than any tenant has in earnest.
    """

    orders: Orders
    formats: Formats = field(default_factory=Formats)
    parts: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    size_bytes: int = 0
    left_out: int = 0
    _doubtful: dict[str, tuple[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, orders: Orders) -> LineTable:
        """Look through the lines of all orders, which tell the columns and how numbers and dates are written."""
        table, names = cls(orders=orders), dict[str, None]()
        for order in orders():
            table.formats.learn(order.data)
            table.formats.learn_lines(order.lines.lines, order.data.language)
            for line in order.lines.lines:
                table.parts = max(table.parts, len(line.parts))
                names.update(dict.fromkeys(label for label, _ in line.labels))
                table.size_bytes += _size_bytes(order.number, line)
            table.rows += len(order.lines.lines)
        table.labels = dict(list(_headers(names).items())[:_MOST_COLUMNS])
        table.left_out = len(names) - len(table.labels)
        return table

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        parts = (_PART.format(number) for number in range(1, self.parts + 1))
        return (*FIXED, *parts, *dict.fromkeys(self.labels.values()))

    def lines(self) -> Iterator[Sequence[Value]]:
        """Return the rows, one for each line; what a line does not have is empty."""
        self._doubtful.clear()
        places = {name: place for place, name in enumerate(self.header)}
        for order in self.orders():
            for line in order.lines.lines:
                yield self._row(order, line, places)

    def notes(self) -> list[str]:
        """Say what the rows that were read last leave open, a sentence each."""
        notes = [
            f"{TITLE}: {counted(count, 'value')} of {column} {'stays' if count == 1 else 'stay'} text, such as "
            f"{text[:_SHOWN_CHARS]!r}: {'its' if count == 1 else 'their'} format is not certain"
            for column, (text, count) in self._doubtful.items()
        ]
        if self.left_out:
            notes.append(f"{TITLE}: {self.left_out:,} fields of lines have no column: there are too many")
        return notes

    def _row(self, order: LinesOfOrder, line: OrderLine, places: dict[str, int]) -> Sequence[Value]:
        row: list[Value] = [""] * len(places)
        row[0] = order.number
        currency = line.field("currency") or order.data.field("currency")
        for known in LINE_FIELDS:
            text = line.field(known.name)
            value = self.formats.typed(known.kind, text, order.data.language, currency)
            if isinstance(value, Decimal) and len(value.as_tuple().digits) > NUMBER_DIGITS:
                value = text
            if known.is_typed and isinstance(value, str) and value:
                first, count = self._doubtful.get(known.column, (value, 0))
                self._doubtful[known.column] = first, count + 1
            row[places[known.column]] = value
        for number, part in enumerate(line.parts, 1):
            row[places[_PART.format(number)]] = part
        for label, text in line.labels:
            if label in self.labels:
                place = places[self.labels[label]]
                row[place] = row[place] or text
        return row


def is_header(names: Sequence[str]) -> bool:
    """Tell a header of ours: our columns in their order, and further ones of which each is named as ours are."""
    return tuple(names[: len(FIXED)]) == FIXED and all(_OWN.fullmatch(name) for name in names[len(FIXED) :])


def _headers(labels: dict[str, None]) -> dict[str, str]:
    """Name the columns of the tenant's own labels; a name of ours, or of an account's part, gets a word before it."""
    headers: dict[str, str] = {}
    for label in labels:
        name = column_name(label) or "FIELD"
        headers[label] = f"FIELD_{name}" if name in FIXED or re.fullmatch(r"ACCOUNT_[0-9]+", name) else name
    return headers


def _size_bytes(number: str, line: OrderLine) -> int:
    texts = (number, *(text for _, text in line.fields), *line.parts, *(text for _, text in line.labels))
    return sum(len(text) + _CELL_BYTES for text in texts if text)
