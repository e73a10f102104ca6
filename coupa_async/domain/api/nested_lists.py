"""Judges lists inside of records: whether they are whole. A list does not say that somebody cut it.

A tenant may leave lists empty below some depth, or give their beginning only, and may do so in lookups and not in a
record asked for by its id. So a list is whole where a longer one was seen: of the same name, in the same kind of
document, asked for in the same way. The longest ones are compared with what the API lists by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto

from coupa_async.domain.order import AttachmentSource

_SURE = 20  # so many of a length were whole: it is no limit


class AskedBy(Enum):
    """How a record was asked for."""

    NUMBERS = auto()
    NUMBER = auto()
    ID = auto()


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where lists are that a tenant treats alike.

    Attributes:
        kind: The kind of document.
        asked_by: How it was asked for.
        name: Of the list.
    """

    kind: AttachmentSource
    asked_by: AskedBy
    name: str


@dataclass(slots=True)
class NestedLists:
    """What was seen of lists in records, during a run."""

    _longest: defaultdict[ListPlace, int] = field(default_factory=lambda: defaultdict(int))
    _whole: Counter[tuple[ListPlace, int]] = field(default_factory=Counter)
    _cut: set[ListPlace] = field(default_factory=set)

    def see(self, place: ListPlace, length: int) -> None:
        """Note a list's length."""
        self._longest[place] = max(self._longest[place], length)

    def is_whole(self, place: ListPlace, length: int) -> bool:
        """Return whether a list of this length is certainly all. An empty one never is before another was seen."""
        if length < self._longest[place]:
            return True
        return length > 0 and place not in self._cut and self._whole[place, length] >= _SURE

    def compare(self, place: ListPlace, length: int, listed: int) -> None:
        """Note how many there are of what a list of this length had in it."""
        if listed > length:
            self._cut.add(place)
        else:
            self._whole[place, length] += 1
