"""Names that people gave to columns and fields, compared by what they say."""

from __future__ import annotations

import unicodedata


def words(text: str) -> frozenset[str]:
    """Return the words of a text, for tables that are read more easily as one."""
    return frozenset(text.split())


def folded(name: str) -> str:
    """Reduce a name to what it says: accents, case, spaces and punctuation do not count."""
    return "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if char.isalnum())
