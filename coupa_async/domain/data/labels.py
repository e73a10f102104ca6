"""Names that people gave to columns and fields, compared by what they say."""

from __future__ import annotations

import unicodedata


def words(text: str) -> frozenset[str]:
    """Return the words of a text, for tables that are read more easily as one."""
    return frozenset(text.split())


def folded(name: str) -> str:
    """Reduce a name to what it says: accents, case, spaces and punctuation do not count."""
    return "".join(char for char in unicodedata.normalize("NFKD", name).casefold() if char.isalnum())


def column_name(name: str) -> str:
    """Write a name in plain capitals: ``Nº do item`` is ``NO_DO_ITEM``."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return "_".join("".join(char if char.isalnum() else " " for char in plain).upper().split())
