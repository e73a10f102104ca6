"""What goes into a sheet's cells, by row. Pure."""

from __future__ import annotations

import marshal
from collections.abc import Sequence

from coupa_async.services.spreadsheet.cells import Value, Values

Cells = Sequence[tuple[int, Value]]
"""Columns, 1-based and ascending, and what goes there."""


class Edits:
    """The cells to set. Rows hold their values packed, for a hundred thousand of them are held at once."""

    def __init__(self, columns: Sequence[int]) -> None:
        """Begin with none.

        Args:
            columns: The column (0-based) of each value.
        """
        self._places = sorted((column + 1, index) for index, column in enumerate(columns))
        self._values: dict[int, Values | bytes] = {}
        self._cells: dict[int, Cells] = {}

    def fill(self, rows: Sequence[int], values: Values) -> None:
        """Have rows get values, in place of those that they had."""
        packed = _packed(values)
        for row in rows:
            self._values[row] = packed

    def put(self, row: int, cells: Cells) -> None:
        """Have a row get cells of its own, whatever its values are."""
        self._cells[row] = cells

    def rows(self) -> list[int]:
        """Tell the rows that get something, in order."""
        return sorted(self._values.keys() | self._cells.keys()) if self._cells else sorted(self._values)

    def cells(self, row: int) -> Cells:
        """Tell what goes into a row."""
        if row in self._cells:
            return self._cells[row]
        values = self._values.get(row)
        if values is None:
            return ()
        if isinstance(values, bytes):
            values = marshal.loads(values)  # noqa: S302 - ours, of this process
        return [(column, value) for column, index in self._places if (value := values[index]) is not None]

    def widest(self) -> int:
        """Tell the last column that gets something; 0 for none."""
        own = max((cells[-1][0] for cells in self._cells.values() if cells), default=0)
        return max(own, self._places[-1][0] if self._places and self._values else 0)


def _packed(values: Values) -> Values | bytes:
    """Pack values into a third of the memory, but for dates and decimals, which stay as they are."""
    try:
        return marshal.dumps(values)  # type: ignore[arg-type]
    except ValueError:
        return values
