"""What is wrong with a setting, in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from coupa_async.domain import errors

# What pydantic says of a value, as a person would say it.
_SAYINGS: Mapping[str, str] = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "int_type": "is not a whole number",
    "float_parsing": "is not a number",
    "float_type": "is not a number",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "greater_than": "is not more than {gt}",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "literal_error": "is none of {expected}",
    "enum": "is none of {expected}",
}


@contextmanager
def plain_settings_errors(written: Callable[[str], str] = str) -> Iterator[None]:
    """Turn the errors of pydantic into one line that names the setting.

    Args:
        written: Returns a setting's name as the person wrote it.

    Raises:
        SettingsError: In their place.
    """
    try:
        yield
    except ValidationError as error:
        raise errors.SettingsError(one_line(error, written)) from error
    except SettingsError as error:
        text = str(error.__cause__ or error).removeprefix("error parsing CLI: ")
        raise errors.SettingsError(f"{text}: see --help") from error


def one_line(error: ValidationError, written: Callable[[str], str] = str) -> str:
    """Describe the first error in one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{written(where) if where else 'settings'}: {_saying(first)}"


def _saying(error: Mapping[str, Any]) -> str:
    kind, given, context = error["type"], error.get("input"), error.get("ctx") or {}
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    shown = f"{given!r:.60}" if isinstance(given, str) else f"{given!s:.60}"
    if saying := _SAYINGS.get(kind):
        return f"{shown} {saying.format_map(context)}"
    return f"{error['msg']} (got {shown})"
