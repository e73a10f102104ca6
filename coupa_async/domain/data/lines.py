"""The lines of an order as its pages print them, and the columns that they go to."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.data.fields import Kind
from coupa_async.domain.data.labels import column_name
from coupa_async.domain.data.record import OrderData, Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line.

    Attributes:
        id: Of its row; tells it from the order's other lines.
        fields: Texts by the names of ``LINE_FIELDS``. None is empty.
        parts: The parts of its account, in their order.
        labels: Texts by the tenant's own labels, in the order of the page.
    """

    id: str = ""
    fields: Pairs = ()
    parts: tuple[str, ...] = ()
    labels: Pairs = ()

    def field(self, name: str) -> str:
        """Return the text of a field; empty if there is none."""
        return next((text for known, text in self.fields if known == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLines:
    """The lines of an order that were read.

    Attributes:
        lines: In the order of the pages.
        announced: How many there are; ``None`` if the pages do not say.
        has_more: Whether there are others that were not read.
    """

    lines: tuple[OrderLine, ...] = ()
    announced: int | None = None
    has_more: bool = False

    @property
    def note(self) -> str:
        """Say how many were read of how many; empty if all were."""
        if not self.has_more:
            return ""
        if self.announced is None:
            return f"{len(self.lines):,} lines were read, and there are more"
        return f"{len(self.lines):,} of {self.announced:,} lines were read"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesOfOrder:
    """The lines of one order among others.

    Attributes:
        number: The order's, as the spreadsheet shows it.
        data: Of the order.
    """

    number: str
    data: OrderData
    lines: OrderLines


@dataclass(frozen=True, slots=True)
class LineField:
    """A column of lines.

    Attributes:
        name: The field's.
        kind: How its text is read.
    """

    name: str
    kind: Kind = Kind.TEXT

    @property
    def column(self) -> str:
        """The header of its column."""
        return column_name(self.name)

    @property
    def is_typed(self) -> bool:
        """Whether it is a number or a date where its text certainly is one."""
        return self.kind is not Kind.TEXT


LINE_FIELDS = (
    LineField("line"),
    LineField("item"),
    LineField("quantity", Kind.NUMBER),
    LineField("price", Kind.NUMBER),
    LineField("total", Kind.AMOUNT),
    LineField("currency"),
    LineField("status"),
    LineField("received", Kind.NUMBER),
    LineField("invoiced", Kind.NUMBER),
    LineField("need-by date", Kind.DATE),
    LineField("legal entity"),
    LineField("commodity"),
    LineField("account"),
)
