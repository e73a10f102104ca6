"""How a tenant's pages write numbers and dates: what the pages of one language prove together, else the language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from coupa_async.domain.data.dates import DateOrder, order_of, proven_order, read_date
from coupa_async.domain.data.fields import KNOWN, DataField, Kind
from coupa_async.domain.data.lines import LINE_FIELDS, OrderLine
from coupa_async.domain.data.numbers import currency_digits, decimal_sign_of, proven_sign, read_number
from coupa_async.domain.data.record import OrderData

Value = str | Decimal | date
_TYPED = tuple(known for known in KNOWN if known.kind is not Kind.TEXT)
_TYPED_OF_LINES = tuple(known for known in LINE_FIELDS if known.kind is not Kind.TEXT)


@dataclass(slots=True)
class Formats:
    """What pages prove. If those of one language contradict each other, what they leave open stays text."""

    _signs: dict[str, set[str]] = field(default_factory=dict)
    _orders: dict[str, set[DateOrder]] = field(default_factory=dict)

    @classmethod
    def of(cls, pages: Iterable[OrderData]) -> Formats:
        """Learn from the data of many orders."""
        formats = cls()
        for data in pages:
            formats.learn(data)
        return formats

    def learn(self, data: OrderData) -> None:
        """Learn from the data of one order."""
        for known in _TYPED:
            self._learn(known.kind, known.text(data), data.language)

    def learn_lines(self, lines: Iterable[OrderLine], language: str) -> None:
        """Learn from the lines of one order."""
        for line in lines:
            for known in _TYPED_OF_LINES:
                self._learn(known.kind, line.field(known.name), language)

    def decimal_sign(self, language: str) -> str:
        """Return the decimal sign of pages of a language; empty if it is not certain."""
        proven = self._signs.get(language)
        if proven is None:
            return decimal_sign_of(language)
        return next(iter(proven)) if len(proven) == 1 else ""

    def date_order(self, language: str) -> DateOrder | None:
        """Return the order of day and month of pages of a language; ``None`` if it is not certain."""
        proven = self._orders.get(language)
        if proven is None:
            return order_of(language)
        return next(iter(proven)) if len(proven) == 1 else None

    def value(self, wanted: DataField, data: OrderData) -> Value:
        """Read a field: a number or a date where its text is certainly one, else the text; empty if there is none."""
        return self.typed(wanted.kind, wanted.text(data), data.language, data.field("currency"))

    def typed(self, kind: Kind, text: str, language: str, currency: str) -> Value:
        """Read a text.

        Args:
            kind: What it may be.
            text: As printed.
            language: Of its page.
            currency: The code of an amount's currency.
        """
        if not text or kind is Kind.TEXT:
            return text
        found: Decimal | date | None
        if kind is Kind.DATE:
            found = read_date(text, self.date_order(language))
        else:
            digits = currency_digits(currency) if kind is Kind.AMOUNT else None
            found = read_number(text, self.decimal_sign(language), digits)
        return text if found is None else found

    def _learn(self, kind: Kind, text: str, language: str) -> None:
        if kind is Kind.DATE:
            if order := proven_order(text):
                self._orders.setdefault(language, set()).add(order)
        elif sign := proven_sign(text):
            self._signs.setdefault(language, set()).add(sign)
