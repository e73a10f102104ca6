"""Which columns are ours to fill: what the user filled is never replaced, whatever its header says. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.standing import NOT_AN_ORDER
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, cell_text, is_blank
from coupa_async.services.spreadsheet.table import Header

_NUMBERED = re.compile(r"(.*) \(([2-9]|[1-9][0-9])\)")
_OUTCOMES = frozenset((*Outcome, NOT_AN_ORDER))
_WITNESSES = 4  # of our headers, which nobody has by chance
_ALWAYS_FILLED = ("ATTACHMENTS_FOUND", "ATTACHMENTS_DOWNLOADED", "LAST_PROCESSED")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPlaces:
    """Where results go.

    Attributes:
        columns: The column (0-based) of each of ours.
        names: What each is headed.
        are_ours: Whether an earlier run filled them.
        warning: What the user should know; empty for nothing.
    """

    columns: tuple[int, ...]
    names: tuple[str, ...]
    are_ours: bool
    warning: str = ""


@dataclass(slots=True)
class ResultColumns:
    """Tells our columns from the user's by their headers and by what stands in them, row after row.

    Attributes:
        header: The table's.
        names: All columns of ours.
        written: What the columns are headed that earlier runs are known to have filled; ``None`` where nobody knows.
    """

    header: Header
    names: Sequence[str] = RESULT_COLUMNS
    written: Set[str] | None = None
    _alike: dict[int, str] = field(init=False, default_factory=dict)
    _own: dict[str, int] = field(init=False)
    _filled: set[int] = field(init=False, default_factory=set)
    _typed_in: set[int] = field(init=False, default_factory=set)
    _is_foreign: bool = field(init=False, default=False)
    _was_written: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Find the columns that may be ours."""
        known = {name.casefold(): name for name in self.names}
        for column, shown in enumerate(self.header.names):
            numbered = _NUMBERED.fullmatch(shown)
            name = known.get((numbered[1] if numbered else shown).casefold())
            if name is not None and column != self.header.order_column:
                self._alike[column] = name
        ours = {at: name for at, name in self._alike.items() if self.written is None or self._was_headed(at)}
        # Of one name, ours stands right of what the user had before the first run, and left of what was added since.
        self._own = {name: column for column, name in ours.items()}
        status = self._own.get("STATUS", len(self.header.names))
        self._own |= {name: column for column, name in reversed(ours.items()) if column > status}

    def note(self, cells: Sequence[object]) -> None:
        """Look at a row that results would go to."""
        if not self._alike:
            return
        for column in self._alike:
            if column < len(cells) and not is_blank(cells[column]):
                self._filled.add(column)
        status = self._text(cells, "STATUS")
        if status and status not in _OUTCOMES:
            self._is_foreign = True
        is_written = bool(status or self._text(cells, "LAST_PROCESSED"))
        self._was_written = self._was_written or is_written
        if not is_written:
            self._typed_in |= {at for at in self._alike if at < len(cells) and not is_blank(cells[at])}

    def is_completed(self, cells: Sequence[object]) -> bool:
        """Tell a row that is filled as a completed order's is, if the columns turn out to be ours."""
        if not self._own or self._text(cells, "STATUS") != Outcome.COMPLETED:
            return False
        shown = {name: self._text(cells, name) for name in _ALWAYS_FILLED}
        return all(shown.values()) and shown["ATTACHMENTS_FOUND"] == shown["ATTACHMENTS_DOWNLOADED"]

    def places(self, width: int) -> ResultPlaces:
        """Choose the columns, after the last row; those that are missing go right of everything, in their order.

        Args:
            width: How many columns the table uses anywhere, so that a value below no header is not overwritten.
        """
        are_ours = (
            "STATUS" in self._own
            and len(self._own.keys() & set(RESULT_COLUMNS)) >= _WITNESSES
            and self._was_written
            and not self._is_foreign
        )
        columns: list[int] = []
        names: list[str] = []
        renamed: dict[str, str] = {}
        taken = {name.casefold() for name in self.header.names}
        for name in self.names:
            column = self._own[name] if are_ours and self._is_ours(name) else self._empty(name)
            if column is None:
                column, width = width, width + 1
                shown = _free(name, taken)
                if shown != name:
                    renamed[name] = shown
            else:
                shown = self.header.names[column]
            columns.append(column)
            names.append(shown)
        return ResultPlaces(
            columns=tuple(columns),
            names=tuple(names),
            are_ours=are_ours,
            warning=_renaming_warning(self.header, renamed),
        )

    def _text(self, cells: Sequence[object], name: str) -> str:
        column = self._own.get(name, len(cells))
        return cell_text(cells[column]) if column < len(cells) else ""

    def _is_ours(self, name: str) -> bool:
        """Tell a column of ours.

        Data an earlier run may not have asked for: where nobody knows, a column of it stands right of our first, and
        holds nothing in rows that no run has filled.
        """
        column = self._own.get(name)
        if column is None or name in RESULT_COLUMNS or self.written is not None:
            return column is not None
        return column > self._own["STATUS"] and column not in self._typed_in

    def _was_headed(self, column: int) -> bool:
        return self.written is not None and self.header.names[column] in self.written

    def _empty(self, name: str) -> int | None:
        return next(
            (column for column, known in self._alike.items() if known == name and column not in self._filled), None
        )


def _free(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    return next(shown for number in range(2, 1_000) if (shown := f"{name} ({number})").casefold() not in taken)


def _renaming_warning(header: Header, renamed: Mapping[str, str]) -> str:
    if not renamed:
        return ""
    alike = {name.casefold(): name for name in reversed(header.names)}
    pairs = ", ".join(f"{alike[name.casefold()]!r} (ours is {shown!r})" for name, shown in renamed.items())
    return f"columns of yours that are headed like results stay as they are: {pairs}"
