"""What the report shows of orders' data: the columns that were asked for, and what the orders come to."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from coupa_async.domain.data.fields import DataField, Kind, chosen_fields
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.totals.amounts import GROUPS, Amount, Amounts
from coupa_async.services.records.journal import Journal

_MOST_VALUES = 200


@dataclass(slots=True)
class ReportData:
    """The data of the orders of a report.

    Attributes:
        fields: Columns of its table.
        formats: How the pages write numbers and dates.
        asked: The keys of the orders that are added up; none for all.
        amounts: What they come to.
    """

    fields: Sequence[DataField] = ()
    formats: Formats = field(default_factory=Formats)
    asked: Set[str] = frozenset()
    amounts: Amounts = field(default_factory=Amounts)

    @classmethod
    def of(cls, journal: Journal, names: str, asked: Set[str]) -> ReportData:
        """Look through the data of all orders. Blocking.

        Args:
            journal: Has it.
            names: The fields that the latest run asked for, separated by commas; empty for none.
            asked: The keys of the orders that are added up; none for all.
        """
        fields = chosen_fields(names.split(","))
        return cls(fields, Formats.of(journal.data()), asked) if fields else cls()

    def values(self, result: OrderResult) -> list[str]:
        """Return an order's values, and add it to what the orders come to."""
        if self.fields and result.data and (not self.asked or result.number.key in self.asked):
            self.amounts.add(result.data, result.supplier, self.formats)
        return [_shown(self.formats.value(known, result.data)) for known in self.fields]

    def columns(self) -> list[tuple[str, bool]]:
        """Return the columns' names, and whether each has numbers."""
        return [(known.name, known.kind in (Kind.NUMBER, Kind.AMOUNT)) for known in self.fields]

    def groups(self) -> list[object]:
        """Return what the orders come to: by group, its values, the most frequent first, and how many others."""
        if not self.amounts.all.orders:
            return []
        return [[name, self._rows(name), max(len(self.amounts.groups[name]) - _MOST_VALUES, 0)] for name in GROUPS]

    def _rows(self, group: str) -> list[object]:
        return [_row(value, amount) for value, amount in islice(self.amounts.largest(group), _MOST_VALUES)]


def _row(value: str, amount: Amount) -> list[object]:
    return [value, amount.orders, amount.texts()]


def _shown(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
