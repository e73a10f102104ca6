"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a measurement came to.

    Attributes:
        notes: How it was measured, or why it was not.
    """

    title: str
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"## {self.title}", "", *self.notes, ""]
        if self.rows:
            ruler = ["---", *("---:" for _ in self.head[1:])]
            lines += [f"| {' | '.join(item)} |" for item in (self.head, ruler, *self.rows)]
            lines.append("")
        return "\n".join(lines)
