"""What orders come to, by status, currency, supplier and company. Amounts of two currencies are never added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.data.formats import Formats
from coupa_async.domain.data.record import OrderData

GROUPS = ("status", "currency", "supplier", "company code")
_TOTAL, _CURRENCY = chosen_fields(("total", "currency"))


@dataclass(slots=True)
class Amount:
    """What some orders come to.

    Attributes:
        orders: How many there are.
        sums: The sums of their totals, by currency; of no currency under the empty name.
        unsummed: How many of them have no total that is certainly a number.
    """

    orders: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    unsummed: int = 0

    def add(self, total: object, currency: str) -> None:
        """Add an order."""
        self.orders += 1
        if isinstance(total, Decimal):
            self.sums[currency] = self.sums.get(currency, Decimal()) + total
        else:
            self.unsummed += 1

    def texts(self) -> list[str]:
        """Return the sums as people read them, by currency."""
        return [f"{value:,f} {currency}".strip() for currency, value in sorted(self.sums.items())]


@dataclass(slots=True)
class Amounts:
    """What orders come to, in all and in groups.

    Attributes:
        all: All of them.
        groups: By the group's name, then by value; the empty value is that of orders that have none.
    """

    all: Amount = field(default_factory=Amount)
    groups: dict[str, dict[str, Amount]] = field(default_factory=lambda: {name: {} for name in GROUPS})

    def add(self, data: OrderData, supplier: str, formats: Formats) -> None:
        """Add an order whose data was read."""
        total, currency = formats.value(_TOTAL, data), _CURRENCY.text(data)
        values = {
            "status": data.field("status"),
            "currency": currency,
            "supplier": supplier,
            "company code": data.field("company code"),
        }
        self.all.add(total, currency)
        for name, value in values.items():
            self.groups[name].setdefault(value, Amount()).add(total, currency)

    def largest(self, group: str) -> Iterator[tuple[str, Amount]]:
        """Return the values of a group, that of the most orders first."""
        return iter(sorted(self.groups[group].items(), key=lambda item: (-item[1].orders, item[0])))

    def to_json(self) -> Mapping[str, object]:
        """Return them for scripts: sums as texts, which keep their digits."""
        return {
            name: {value: {"orders": amount.orders, "sums": _texts(amount)} for value, amount in self.largest(name)}
            for name in GROUPS
        }


def _texts(amount: Amount) -> dict[str, str]:
    return {currency: f"{value:f}" for currency, value in sorted(amount.sums.items())}
