"""Numbers, sizes, times and words of the program as a person reads them, in a page's language."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import datetime
from typing import Any

from coupa_async.domain.causes import Cause
from coupa_async.domain.outcome import Outcome


def _(text: str) -> str:
    """Mark a text for the catalogue; it is translated when it is shown."""
    return text


_OUTCOMES = {
    Outcome.PENDING: _("Pending"),
    Outcome.COMPLETED: _("Completed"),
    Outcome.NO_ATTACHMENTS: _("No attachments"),
    Outcome.PARTIAL: _("Partial"),
    Outcome.FAILED: _("Failed"),
    Outcome.PO_NOT_FOUND: _("Not found"),
    Outcome.TIMEOUT: _("Timed out"),
}
_CAUSES = {
    Cause.NOT_FOUND: (
        _("Coupa shows no such order, or not to you"),
        _("Check the number. If a colleague can open it, ask for access to its company."),
    ),
    Cause.NO_ACCESS: (
        _("Coupa lets you see the order but not its file"),
        _("Ask whoever owns the order for access to its attachments."),
    ),
    Cause.GONE: (
        _("Coupa names a file that it no longer has"),
        _("Open the order in Coupa: if the file does not open there either, ask its supplier for it."),
    ),
    Cause.BUSY: (_("Coupa was busy or out of order"), _("Try these again in a while.")),
    Cause.LATE: (
        _("It took too long"),
        _("Try these again. If it happens often, raise the time limits in the settings."),
    ),
    Cause.NOT_A_FILE: (
        _("A page came where a file was asked for"),
        _("Open the file in Coupa once by hand: it may ask for something first. Then try again."),
    ),
    Cause.ELSEWHERE: (
        _("The file lies at an address that is not asked"),
        _("Open it by hand; if the address is one of your company, add it to the allowed hosts in the settings."),
    ),
    Cause.TOO_LARGE: (
        _("A file is too large, or the disk is full"),
        _("Free space on the disk, or allow larger files in the settings, then try again."),
    ),
    Cause.IN_USE: (_("Another program holds a file open"), _("Close the program that shows it, then try again.")),
    Cause.BROKEN: (
        _("A file did not come whole"),
        _("Try these again. If it stays so, open the file in Coupa: it may be broken there, too."),
    ),
    Cause.WRONG_ORDER: (
        _("The order's address shows another order"),
        _("Give the order's link in a column of the spreadsheet, or set how addresses are made in the settings."),
    ),
    Cause.NETWORK: (_("The network did not carry it"), _("Check network and VPN, then try again.")),
    Cause.PROGRAM: (
        _("The program met something that nobody foresaw"),
        _("Try these again. If it stays so, save a bundle for support under Help."),
    ),
    Cause.INCOMPLETE: (
        _("The order's page announces more than it shows"),
        _("Open the order in Coupa and compare; what was there is kept. Then try again."),
    ),
    Cause.OTHER: (_("Other reasons"), _("See the reason of each order.")),
}


class Formats:
    """The filters of the templates."""

    def __init__(self, texts: gettext.NullTranslations) -> None:
        """Take a language's catalogue."""
        self._texts = texts

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "number": self.number,
            "size": self.size,
            "span": self.span,
            "moment": self.moment,
            "outcome": self.outcome,
            "cause": self.cause,
            "cure": self.cure,
            "said": self.said,
        }

    def said(self, text: str) -> str:
        """Translate a text of the program that is not of a template."""
        return self._texts.gettext(text) if text else ""

    def outcome(self, outcome: Outcome) -> str:
        """Return an outcome's name."""
        return self._texts.gettext(_OUTCOMES[outcome])

    def cause(self, cause: Cause) -> str:
        """Return what a cause is."""
        return self._texts.gettext(_CAUSES[cause][0])

    def cure(self, cause: Cause) -> str:
        """Return what to do about it."""
        return self._texts.gettext(_CAUSES[cause][1])

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number with the language's separators."""
        marks = {",": self._texts.pgettext("thousands separator", ","), ".": self._texts.pgettext("decimal point", ".")}
        return "".join(marks.get(char, char) for char in f"{value:,.{digits}f}")

    def size(self, size_bytes: float) -> str:
        """Write a size."""
        for unit, factor in (("GB", 1e9), ("MB", 1e6)):
            if size_bytes >= factor:
                return f"{self.number(size_bytes / factor, 1)} {unit}"
        return f"{self.number(size_bytes / 1e3, 1)} kB"

    def span(self, seconds: float) -> str:
        """Write a duration as a person would say it."""
        if seconds < 90:
            return f"{seconds:.0f} s"
        minutes = round(seconds / 60)
        return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"

    def moment(self, at: datetime | str) -> str:
        """Write a time with its day."""
        when = datetime.fromisoformat(at) if isinstance(at, str) else at
        return when.strftime(self._texts.pgettext("date and time", "%Y-%m-%d %H:%M"))
