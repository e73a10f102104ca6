"""What a cell of a worksheet holds, read from its markup. ECMA-376-1 §18.3.1.4."""

from __future__ import annotations

import re
from datetime import datetime

from coupa_async.services.spreadsheet.cells import UNCALCULATED, is_blank
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.reading.number_formats import NumberFormats
from coupa_async.services.spreadsheet.xlsx.reading.shared_strings import SharedStrings
from coupa_async.services.spreadsheet.xlsx.text import plain_text, rich_text

_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,9})")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)")
_VALUE = re.compile(rb"<(?:[\w.-]{1,40}:)?v(?:\s[^<>]*)?>([^<]*)<")
_DIGIT = re.compile(rb"<v>-?[0-9]")
_HAS_FORMULA = re.compile(rb"<(?:[\w.-]{1,40}:)?f[\s/>]")


class CellReader:
    """Reads the values of one workbook's cells."""

    def __init__(self, strings: SharedStrings, formats: NumberFormats) -> None:
        """Take what the workbook's sheets share."""
        self._strings, self._formats = strings, formats

    def value(self, attributes: bytes, inside: bytes) -> object:
        """Read a cell.

        Args:
            attributes: Of its element.
            inside: What is in it.

        Raises:
            CannotEditError: If it refers to a text that the workbook does not have.
        """
        if not inside:
            return None
        kind = match[1] if (match := _TYPE.search(attributes)) else b"n"
        if kind == b"inlineStr":
            return rich_text(inside)
        stored = _VALUE.search(inside)
        if stored is None or (not stored[1] and kind != b"str"):
            has_no_result = kind != b"str" and _HAS_FORMULA.search(inside)
            return UNCALCULATED if has_no_result else None
        style = _STYLE.search(attributes)
        return self.stored(kind, stored[1], style[1] if style else b"")

    def stored(self, kind: bytes, value: bytes, style: bytes) -> object:
        """Read the value that a cell stores.

        Args:
            kind: The cell's type; ``n`` for a number.
            value: As stored.
            style: The number of the cell's style; empty for none.

        Raises:
            CannotEditError: If it refers to a text that the workbook does not have.
        """
        if kind == b"s":
            return self._shared(value)
        text = plain_text(value)
        if kind == b"n":
            return self._number(text, style)
        if kind == b"b":
            return text.strip() in ("1", "true")
        if kind == b"d":
            return _moment(text)
        return text

    def is_blank(self, attributes: bytes, inside: bytes) -> bool:
        """Tell a cell that shows nothing; arguments as for :meth:`value`."""
        is_number = b' t="' not in attributes and _DIGIT.match(inside)  # which needs no look at its style
        return not is_number and is_blank(self.value(attributes, inside))

    def _shared(self, number: bytes) -> str:
        try:
            return self._strings[int(number)]
        except (ValueError, IndexError) as error:
            shown = number[:20].decode(errors="replace")
            raise CannotEditError(f"a cell has the text {shown!r} of a list that ends before") from error

    def _number(self, text: str, style: bytes) -> object:
        try:
            number: int | float = int(text)
        except ValueError:
            try:
                number = float(text)
            except ValueError:
                return text
        return self._formats.shown(number, int(style)) if style else number


def _moment(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
