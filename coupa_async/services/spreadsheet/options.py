"""What the user says of how a spreadsheet is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from coupa_async.domain.data.fields import DataField
from coupa_async.domain.order import OrderNumber
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistOptions:
    """How a spreadsheet is to be read.

    Attributes:
        sheet: The worksheet with the orders; ``None`` finds it.
        po_column: Header of the column with the order numbers; ``None`` finds it.
        folder_columns: Headers of the columns that make the folders, or ``{supplier}``; ``()`` is flat; ``None`` lets
            the sheet decide.
        id_column: Header of a column with the orders' ids or links in Coupa; ``None`` finds those of known names.
        group_column: Header of the column that tells whose an order is; ``None`` finds one of a known name.
        visible_only: Whether rows that are hidden, by a filter or by hand, are left out.
        encoding: Of a text file; ``None`` finds it.
        data: Orders' data that gets a column each.
        language: Of the notes that are written into it.
        corrected: Numbers in place of those that it has, by the keys of these.
        written: The headers of columns that earlier runs are known to have filled in it; ``None`` where nobody knows.
    """

    sheet: str | None = None
    po_column: str | None = None
    folder_columns: tuple[str, ...] | None = None
    id_column: str | None = None
    group_column: str | None = None
    visible_only: bool = False
    encoding: str | None = None
    data: tuple[DataField, ...] = ()
    language: str = "en"
    corrected: Mapping[str, OrderNumber] = field(default_factory=lambda: MappingProxyType({}))
    written: frozenset[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All columns of ours, as they are headed where nothing else is."""
        return (*RESULT_COLUMNS, *(field.column for field in self.data))
