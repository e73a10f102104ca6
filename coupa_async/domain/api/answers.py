"""Reads JSON of the API as it may come: hyphens or underscores in keys, numbers or texts, fields nobody has told of."""

from __future__ import annotations

import json
from collections.abc import Mapping

Record = Mapping[str, object]
_SHOWN_CHARS = 200
_LONGEST_ERROR = 100_000  # of an answer that says what is wrong


class NotJsonError(ValueError):
    """A text is no JSON. Cure: it is a page, or was cut short; whoever asked for it tells."""


def read_json(text: str) -> object:
    """Read JSON. Keys come with underscores, and numbers as the texts that they were written as.

    Raises:
        NotJsonError: If it is none.
    """
    try:
        return json.loads(
            text, parse_float=str, parse_int=str, parse_constant=lambda word: None, object_pairs_hook=_plain
        )
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)[:_SHOWN_CHARS]) from error


def records(value: object) -> list[Record] | None:
    """Return a list's records; ``None`` for what is no list, or has something else in it."""
    if not isinstance(value, list):
        return None
    found: list[Record] = [item for item in value if isinstance(item, dict)]
    return found if len(found) == len(value) else None


def text(record: Record, *names: str) -> str:
    """Return the first of these fields that says something; empty if none does."""
    found = (record.get(name) for name in names)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")


def inside(record: Record, name: str) -> Record:
    """Return the record in a field; an empty one if there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def error_text(answer: str) -> str:
    """Return what an error of the API says, in one line; empty if it says nothing.

    Seen shapes: ``{"errors": {"field": ["…"]}}``, and of OAuth ``{"error": "…", "error_description": "…"}``.
    """
    try:
        value = read_json(answer) if len(answer) <= _LONGEST_ERROR else None
    except NotJsonError:
        return ""
    if not isinstance(value, dict):
        return ""
    parts = [text(value, "error"), text(value, "error_description", "message")]
    errors = value.get("errors")
    if isinstance(errors, dict):
        parts += [item for told in errors.values() for item in (told if isinstance(told, list) else [told])]
    shown = ": ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part)
    return shown[:_SHOWN_CHARS]


def _plain(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        found.setdefault(key.replace("-", "_"), value)
    return found
