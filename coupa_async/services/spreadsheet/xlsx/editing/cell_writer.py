"""Cells of ours as markup, with the styles that keep a text a text and show a date as one. ECMA-376-1 §18.8.45."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache

from coupa_async.services.spreadsheet.cells import CELL_CHARS, Value, looks_like_formula
from coupa_async.services.spreadsheet.xlsx.editing.edits import Cells
from coupa_async.services.spreadsheet.xlsx.markup import (
    attribute,
    cell_markup,
    column_letters,
    is_empty,
    plain,
    start_tag,
)

_FORMATS = start_tag(b"cellXfs")
_FORMATS_END = re.compile(rb"</(?:[\w.-]+:)?cellXfs\s*>")
_FORMAT = start_tag(b"xf")
_FORMAT_END = re.compile(rb"</(?:[\w.-]+:)?xf\s*>")
_COUNT = re.compile(rb"(?<=\scount=[\"'])[0-9]+(?=[\"'])")
_NAMED = re.compile(rb' (\w+)="(\w+)"')
_AS_TEXT = b' quotePrefix="1"'  # stays text when the user edits it: ECMA-376-1 §18.8.45
_AS_DATE = b' numFmtId="14" applyNumberFormat="1"'
_AS_MOMENT = b' numFmtId="22" applyNumberFormat="1"'
_DAY_S = 86_400
_FIRST_DAY, _FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)


class CellWriter:
    """Makes the markup of cells, and the styles that they need."""

    def __init__(self, markup: bytes, *, counts_from_1904: bool) -> None:
        """Read the styles; a workbook without any that are understood gets none.

        Args:
            markup: The part that holds them; empty for none.
            counts_from_1904: Whether the workbook's dates do.
        """
        self._markup = markup
        self._seen = plain(self._markup)
        self._formats = _formats(self._seen)
        self._added: dict[tuple[int, bytes], int] = {}
        self._first_day = _FIRST_DAY_1904 if counts_from_1904 else _FIRST_DAY

    def new_cells(self, prefix: bytes, row: int, style: bytes, cells: Cells) -> bytes:
        """Make the cells that a row does not have yet, an empty text being none; arguments as for :meth:`cell`."""
        name, own = prefix.decode(), f' s="{style.decode()}"' if style else ""
        text_end = f"</{name}t></{name}is></{name}c>"
        is_simple = _is_simple("".join([value for _, value in cells if isinstance(value, str)]))
        pieces: list[str] = []
        for column, value in cells:
            if value == "":
                continue
            if isinstance(value, str) and is_simple and value[-1] != " " and (value[0].isalnum() or value[0] in "/\\"):
                start = f'<{name}c r="{_letters(column)}{row}"{own} t="inlineStr"><{name}is><{name}t>'
                pieces += (start, value, text_end)
            elif isinstance(value, int):
                pieces.append(f'<{name}c r="{_letters(column)}{row}"{own}><{name}v>{value}</{name}v></{name}c>')
            else:
                pieces.append(self.cell(prefix, b"%b%d" % (column_letters(column), row), style, value).decode())
        return "".join(pieces).encode()

    def cell(self, prefix: bytes, reference: bytes, style: bytes, value: Value) -> bytes:
        """Make a cell.

        Args:
            prefix: Of the sheet's elements, with its colon; mostly empty.
            reference: Such as ``b"K2"``.
            style: That of the cell so far; empty for none.
            value: A text stays one, whatever it begins with. A date is shown as its workbook's country shows dates.
        """
        if isinstance(value, date):
            is_moment = isinstance(value, datetime)
            days = self._days(value)
            if days > 0 and int(style or b"0") < len(self._formats):
                return cell_markup(prefix, reference, self._style(style, _AS_MOMENT if is_moment else _AS_DATE), days)
            return cell_markup(prefix, reference, style, str(value))
        if isinstance(value, str) and looks_like_formula(value):
            style = self._style(style, _AS_TEXT)
        return cell_markup(prefix, reference, style, value)

    def _days(self, value: date) -> int | Decimal:
        """Count the days from the workbook's first one, with the part of the last that a time of day is."""
        if not isinstance(value, datetime):
            return (value - self._first_day).days
        since = value.replace(tzinfo=None) - datetime.combine(self._first_day, time.min)
        return since.days + round(Decimal(since.seconds) / _DAY_S, 10)

    def _style(self, style: bytes, added: bytes) -> bytes:
        """Give a style that is another one with attributes added; that other one if there is none to be had."""
        number = int(style or b"0")
        if number >= len(self._formats):
            return style
        start, end = self._formats[number]
        tag = self._seen[start:end].partition(b">")[0]
        if all(attribute(tag, name) in (value, b"true") for name, value in _NAMED.findall(added)):
            return style
        return b"%d" % self._added.setdefault((number, added), len(self._formats) + len(self._added))

    def markup(self) -> bytes:
        """Write the styles, those that were asked for at the end."""
        if not self._added:
            return self._markup
        start, end = _FORMATS.search(self._seen), _FORMATS_END.search(self._seen)
        if start is None or end is None:
            return self._markup
        added = b"".join(_changed(self._markup[slice(*self._formats[number])], more) for number, more in self._added)
        count = b"%d" % (len(self._formats) + len(self._added))
        tag = _COUNT.sub(count, self._markup[start.start() : start.end()], count=1)
        before, between = self._markup[: start.start()], self._markup[start.end() : end.start()]
        return before + tag + between + added + self._markup[end.start() :]


@cache
def _letters(column: int) -> str:
    return column_letters(column).decode()


def _is_simple(text: str) -> bool:
    """Tell texts that go into cells as they are, but for their ends: no markup, and nothing cut off."""
    return (
        text.isprintable()
        and len(text) * 2 <= CELL_CHARS
        and "&" not in text
        and "<" not in text
        and ">" not in text
        and "_x" not in text
    )


def _changed(markup: bytes, added: bytes) -> bytes:
    match = _FORMAT.match(markup)
    if match is None:
        return markup
    names = b"|".join(name for name, _ in _NAMED.findall(added))
    kept = re.sub(rb"\s(?:" + names + rb")\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", match["attributes"])
    return markup[: match.start("attributes")] + added + kept + markup[match.end("attributes") :]


def _formats(seen: bytes) -> list[tuple[int, int]]:
    """Find where each cell format stands."""
    start, end = _FORMATS.search(seen), _FORMATS_END.search(seen)
    if start is None or end is None or is_empty(start["attributes"]):
        return []
    found: list[tuple[int, int]] = []
    for match in _FORMAT.finditer(seen, start.end(), end.start()):
        stop = match if is_empty(match["attributes"]) else _FORMAT_END.search(seen, match.end(), end.start())
        if stop is None:
            return []
        found.append((match.start(), stop.end()))
    return found
