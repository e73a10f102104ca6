"""An order's data as its page prints it. Numbers and dates are read when they are written somewhere, not before."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.data.labels import folded

Pairs = tuple[tuple[str, str], ...]
"""Names and texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderData:
    """What an order's page shows.

    Attributes:
        language: The page's, such as ``pt-BR``; empty if it does not say.
        fields: Texts by the names of ``domain.data.fields``, of those that are found by ids. None is empty.
        labels: Texts by the tenant's own labels, each once, in the order of the page; empty where the page says so.
    """

    language: str = ""
    fields: Pairs = ()
    labels: Pairs = ()

    def __bool__(self) -> bool:
        """Return whether the page showed any data."""
        return bool(self.fields or self.labels)

    def field(self, name: str) -> str:
        """Return the text of a field; empty if there is none."""
        return next((text for known, text in self.fields if known == name), "")

    def labelled(self, names: frozenset[str]) -> str:
        """Return the text of the first label that is one of these, folded; empty if there is none."""
        return next((text for label, text in self.labels if text and folded(label) in names), "")


NO_DATA = OrderData()
