"""The columns of orders' data that were asked for, and what goes into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from coupa_async.domain.data.fields import DataField, Kind, unseen_labels
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.spreadsheet.cells import NUMBER_DIGITS, Value, Values

_SHOWN_CHARS = 40


@dataclass(slots=True, kw_only=True)
class DataColumns:
    """Columns of data, one for each field.

    Attributes:
        fields: What was asked for.
        formats: How the pages write numbers and dates.
        labels: All labels that the pages have; ``None`` if no page was read.
    """

    fields: tuple[DataField, ...] = ()
    formats: Formats = field(default_factory=Formats)
    labels: frozenset[str] | None = None
    _unread: int = 0
    _doubtful: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Sequence[DataField], pages: Iterable[OrderData]) -> DataColumns:
        """Look through the data of all orders, which tells how numbers and dates are written. Blocking."""
        formats, labels, count = Formats(), set[str](), 0
        for data in pages if fields else ():
            formats.learn(data)
            labels.update(label for label, _ in data.labels)
            count += 1
        return cls(fields=tuple(fields), formats=formats, labels=frozenset(labels) if count else None)

    def values(self, result: OrderResult) -> Values:
        """Return an order's data in the order of the fields; what it does not have is empty."""
        was_read = result.outcome in (Outcome.COMPLETED, Outcome.NO_ATTACHMENTS, Outcome.PARTIAL)
        self._unread += bool(self.fields) and was_read and result.data is NO_DATA
        return tuple(self._value(field, result.data) for field in self.fields)

    def notes(self) -> list[str]:
        """Say what the values that were asked of :meth:`values` leave open, a sentence each."""
        notes = [f"--data: no order's page has a field {name!r}" for name in self._unseen()]
        if self._unread:
            notes.append(
                f"{self._unread:,} orders were done before their data was asked for: --refresh-data reads their pages"
            )
        for column, texts in self._doubtful.items():
            example = f"{texts[0][:_SHOWN_CHARS]!r}"
            notes.append(f"{column}: {len(texts):,} values, such as {example}, stay text: their format is not certain")
        return notes

    def _unseen(self) -> tuple[str, ...]:
        return () if self.labels is None else unseen_labels(self.fields, self.labels)

    def _value(self, field: DataField, data: OrderData) -> Value:
        value = self.formats.value(field, data)
        if isinstance(value, Decimal) and len(value.as_tuple().digits) > NUMBER_DIGITS:
            value = field.text(data)
        if isinstance(value, str) and value and field.kind is not Kind.TEXT:
            self._doubtful.setdefault(field.column, []).append(value)
        return value
