"""What is wrong with a setting, in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from pydantic_settings import SettingsError

from coupa_async.domain import errors


@contextmanager
def plain_settings_errors() -> Iterator[None]:
    """Turn the errors of pydantic into one line that names the setting.

    Raises:
        SettingsError: In their place.
    """
    try:
        yield
    except ValidationError as error:
        raise errors.SettingsError(one_line(error)) from error
    except SettingsError as error:
        text = str(error.__cause__ or error).removeprefix("error parsing CLI: ")
        raise errors.SettingsError(f"{text}: see --help") from error


def one_line(error: ValidationError) -> str:
    """Describe the first error in one line."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "settings"
    is_said = first["type"] in ("missing", "value_error")
    given = "" if is_said else f" (got {first.get('input')!r:.60})"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}{given}"
