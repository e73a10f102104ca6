"""Reads dates as pages print them, where what they mean is certain.

`03/04/2025` is in March or in April: which, only the user's own format tells, and that need not be the
page's language's. So a text is read by what its own form proves; where that leaves two meanings, by
the order that the other dates of the pages prove, or that the language has; else not at all.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from enum import Enum, auto

from coupa_async.domain.data.labels import words

_FIRST_YEAR, _LAST_YEAR = 1950, 2199  # years of other calendars lie outside
_CENTURY, _LAST_SHORT = 2000, 68
_TIME = r"(?:,? (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))? ?(?P<half>[AaPp]\.?[Mm]\.?)?)?"
_YEAR_FIRST = re.compile(rf"(?P<y>[0-9]{{4}})(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep)(?P<d>[0-9]{{1,2}})\.?{_TIME}")
_YEAR_LAST = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[-/.])(?P<b>[0-9]{{1,2}})(?P=sep)(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_DAY_NAMED = re.compile(
    rf"(?P<d>[0-9]{{1,2}})(?:\.|º|er)?[ -](?:de )?(?P<m>[^\W\d_]{{3,12}})\.?,?[ -](?:de )?(?P<y>[0-9]{{4}}){_TIME}"
)
_MONTH_NAMED = re.compile(rf"(?P<m>[^\W\d_]{{3,12}})\.? (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y>[0-9]{{4}}){_TIME}")
_LONGEST = 60

# By month, in English, Portuguese, Spanish, French, German, Italian, Swedish and Dutch.
_NAMES = (
    "jan january janeiro enero ene janvier janv januar januari gennaio gen jänner",
    "feb february fev fevereiro febrero février févr févr februar februari febbraio",
    "mar march março marzo mars märz mär maart mrt",
    "apr april abr abril avril avr aprile",
    "may mai maio mayo maj mei mag maggio",
    "jun june junho junio juin juni giugno giu",
    "jul july julho julio juillet juil juli luglio lug",
    "aug august ago agosto août augusti augustus",
    "sep sept september set setembro septiembre septembre settembre",
    "oct october out outubro octubre octobre oktober okt ottobre ott",
    "nov november novembro noviembre novembre",
    "dec december dez dezembro dic diciembre déc décembre dezember dicembre",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
_DAY_FIRST = words(
    "en-gb en-ie en-au en-nz en-in en-sg en-hk pt pt-br pt-pt es fr fr-be fr-ch it de da nb no nl fi pl cs sk ro tr ru"
    " uk bg el hr sl id vi"
)


class DateOrder(Enum):
    """Which comes first in a date whose year is last."""

    DAY = auto()
    MONTH = auto()


def order_of(language: str) -> DateOrder | None:
    """Return the order that a page's language has; ``None`` if that is not certain: English alone has both."""
    tag = language.replace("_", "-").casefold()
    if tag in ("en-us", "es-us"):
        return DateOrder.MONTH
    root = tag.partition("-")[0]
    is_day = tag in _DAY_FIRST or (root in _DAY_FIRST and tag not in ("fr-ca", "es-pr", "es-pa"))
    return DateOrder.DAY if is_day else None


def read_date(text: str, order: DateOrder | None = None) -> date | None:
    """Read a date.

    Args:
        text: As printed.
        order: Of day and month, as far as the page tells.

    Returns:
        A ``datetime`` if a time is printed with it; ``None`` if the text is no date, or may mean two.
    """
    plain = _squeezed(text)
    for pattern in (_YEAR_FIRST, _DAY_NAMED, _MONTH_NAMED):
        if match := pattern.fullmatch(plain):
            return _dated(match, match["y"], match["m"], match["d"])
    match = _YEAR_LAST.fullmatch(plain)
    if match is None:
        return None
    first, second = int(match["a"]), int(match["b"])
    if match["sep"] == "." and len(match["y"]) == 4:
        order = DateOrder.DAY  # no country writes the month first with points
    order = order or _proven(match)
    if order is None and (first != second or len(match["y"]) == 2):
        return None
    day, month = (second, first) if order is DateOrder.MONTH else (first, second)
    return _dated(match, match["y"], month, day)


def proven_order(text: str) -> DateOrder | None:
    """Return the order of day and month that a date's own form proves; ``None`` if it proves none."""
    match = _YEAR_LAST.fullmatch(_squeezed(text))
    return _proven(match) if match else None


def _proven(match: re.Match[str]) -> DateOrder | None:
    first, second, is_short = int(match["a"]), int(match["b"]), len(match["y"]) == 2
    if second > 12 and 1 <= first <= 12:
        return DateOrder.MONTH
    # A short year may as well come first.
    return DateOrder.DAY if first > 12 and 1 <= second <= 12 and not is_short else None


def _dated(match: re.Match[str], year_text: str, month_text: str | int, day: str | int) -> date | None:
    year = int(year_text)
    if len(year_text) == 2:
        year = year + _CENTURY if year <= _LAST_SHORT else 0
    month = month_text if isinstance(month_text, int) else _month(month_text)
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not month:
        return None
    try:
        found = date(year, month, int(day))
        return found if match["hour"] is None else datetime.combine(found, _time(match))
    except ValueError:  # no month has that day, or no day that hour
        return None


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.get(text.casefold(), 0)


def _time(match: re.Match[str]) -> time:
    hour, half = int(match["hour"]), (match["half"] or "").replace(".", "").casefold()
    if half and not 1 <= hour <= 12:
        raise ValueError
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _squeezed(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else ""
