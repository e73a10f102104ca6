"""What a number in a cell shows as, by the cell's style: a date, a text with zeros, or itself. ECMA-376-1 §18.8.30."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zipfile import ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from coupa_async.services.spreadsheet.xlsx.book import Book, elements, parse_part

_SECTION = re.compile(r'((?:"[^"]*+"|\\.|[^;"\\]++)*+)')
_CONDITION = re.compile(r"\[[^\[\]]*\]")
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|(0)|([-/ ()+:$])', re.DOTALL)


class NumberFormats:
    """How the numbers of one workbook show."""

    def __init__(self, package: ZipFile, book: Book) -> None:
        """Read the workbook's styles."""
        self._epoch = MAC_EPOCH if book.counts_from_1904 else WINDOWS_EPOCH
        self._codes: list[str] = []
        if not book.styles:
            return
        markup = parse_part(package, book.styles)
        own = {entry.get("numFmtId", ""): entry.get("formatCode", "") for entry in elements(markup, "numFmt")}
        for formats in markup.iterfind("{*}cellXfs"):
            for entry in formats.iterfind("{*}xf"):
                number = entry.get("numFmtId", "0")
                known = BUILTIN_FORMATS.get(int(number), "") if number.isdigit() else ""
                self._codes.append(own.get(number, known))

    def shown(self, number: float, style: int) -> object:
        """Tell what a cell holds: a date, a time, a text with its zeros, or the number."""
        code = self._codes[style] if style < len(self._codes) else ""
        if code in ("", "General", "0"):
            return number
        if is_date_format(code):
            return self._moment(number)
        padded = with_zeros(code, int(number)) if number >= 0 and float(number).is_integer() else None
        return number if padded is None else padded

    def _moment(self, number: float) -> object:
        try:
            moment: date | datetime | time | timedelta | None = from_excel(number, self._epoch)
        except (OverflowError, ValueError):
            return number  # as 20251231 is, which Excel shows as ########
        return moment


def with_zeros(code: str, number: int) -> str | None:
    """Show a number by a format of zeros and fixed texts, such as ``"PO"0000000``; ``None`` by any other."""
    section = _SECTION.match(code)
    first = _CONDITION.sub("", section[1]) if section else ""
    pieces: list[str | None] = []
    position = 0
    while position < len(first):
        token = _TOKEN.match(first, position)
        if token is None:
            return None
        pieces.append(None if token[3] else (token[1] or token[2] or token[4] or ""))
        position = token.end()
    places = pieces.count(None)
    if not places:
        return None
    digits = list(str(number).zfill(places))
    shown: list[str] = []
    for index, piece in enumerate(pieces):
        if piece is not None:
            shown.append(piece)
            continue
        after = pieces[index + 1 :].count(None)
        shown.extend(digits[: len(digits) - after])
        digits = digits[len(digits) - after :]
    return "".join(shown)
