"""Numbers, sizes, times and words of the program as a person reads them, in a page's language."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import datetime
from typing import Any

from coupa_async.app.configuration.setting_states import SettingState
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.redaction import redacted
from coupa_async.domain.totals.causes import Cause
from coupa_async.services.languages.messages import translated as message_in
from coupa_async.web.words import CAUSES, CHECKS, LABELS, OUTCOMES, VALUES


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
            "check": self.check,
            "said": self.said,
            "translated": self.translated,
            "label": self.label,
            "value": self.value,
        }

    def check(self, name: str) -> str:
        """Return what a check looks at."""
        return self._texts.gettext(CHECKS[name]) if name in CHECKS else self.said(name)

    def said(self, text: str) -> str:
        """Translate a text of the program that is not of a template."""
        return self._texts.gettext(text) if text else ""

    def translated(self, message: object) -> str:
        """Translate what is known of a message that the program has put together; without secrets."""
        text = redacted(str(message))
        if not text or not isinstance(self._texts, gettext.GNUTranslations):
            return text
        whole = self._texts.gettext(text)
        return whole if whole != text else message_in(text, self._texts)

    def label(self, state: SettingState) -> str:
        """Return what a setting is called where a run is begun."""
        return self._texts.gettext(LABELS.get(state.name) or state.description)

    def value(self, value: object) -> str:
        """Return what a setting's value is called; a dash for none."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return self._texts.gettext(VALUES[text]) if text in VALUES else text or "-"

    def outcome(self, outcome: Outcome) -> str:
        """Return an outcome's name."""
        return self._texts.gettext(OUTCOMES[outcome])

    def cause(self, cause: Cause) -> str:
        """Return what a cause is."""
        return self._texts.gettext(CAUSES[cause][0])

    def cure(self, cause: Cause) -> str:
        """Return what to do about it."""
        return self._texts.gettext(CAUSES[cause][1])

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
