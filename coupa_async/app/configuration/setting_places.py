"""Where a setting's value was written: a flag, a variable, or a line of a file, in the person's own spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.settings_files import DOT_ENV, TOML, file_text
from coupa_async.app.configuration.user_folders import user_file

_PREFIX = "COUPA_"


def as_written(name: str, command: type[Command], words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return a setting's name as the person wrote it, with what it is for. Blocking.

    Args:
        name: The name that pydantic gives it: a field's, or one of its aliases; of a list with the place of an item.
        command: Whose setting it is.
        words: What was typed after the command's name.
        environment: The variables.
    """
    field_name, field = _field(name.partition(".")[0], command)  # of a list, which item it is
    if field is None:
        return name
    place = next(_places(_names(field_name, field), command, words, environment), field_name)
    says_it = place.casefold().replace("-", "_").endswith(field_name)
    return place if says_it and place.islower() else f"{place} ({field_name})"


def _field(name: str, command: type[Command]) -> tuple[str, FieldInfo | None]:
    for field_name, field in command.model_fields.items():
        if name.casefold() in {item.casefold() for item in _names(field_name, field)}:
            return field_name, field
    return name, None


def _names(field_name: str, field: FieldInfo) -> list[str]:
    choices = field.validation_alias
    aliases = [str(item) for item in choices.choices] if isinstance(choices, AliasChoices) else []
    return list(dict.fromkeys([field_name, *aliases]))


def _places(
    names: Sequence[str], command: type[Command], words: Sequence[str], environment: Mapping[str, str]
) -> Iterator[str]:
    """Give the places that have a value, the strongest first."""
    flags = {f"--{name.lower().replace('_', '-')}" for name in names}
    short = {f"-{flag}" for name, flag in (command.model_config.get("cli_shortcuts") or {}).items() if name in
             {item.replace("_", "-") for item in names} and isinstance(flag, str)}  # fmt: skip
    yield from (word.partition("=")[0] for word in words if word.partition("=")[0] in flags | short)
    if command.is_typed:
        return
    variables = {name.upper() for name in names} | {f"{_PREFIX}{name.upper()}" for name in names}
    bare = {name.upper() for name in names[1:]} | {f"{_PREFIX}{names[0].upper()}"}
    yield from (name for name in environment if name.upper() in bare)
    yield from _lines(DOT_ENV, r"\s*(?:export\s+)?(\w+)\s*=", variables)
    for path in (TOML, user_file()):
        yield from _lines(path, r"\s*(\w+)\s*=", {name.upper() for name in names})


def _lines(path: Path, pattern: str, names: set[str]) -> Iterator[str]:
    if not path.is_file():
        return
    for number, line in enumerate(file_text(path).splitlines(), start=1):
        if (found := re.match(pattern, line)) and found[1].upper() in names:
            yield f"{path}, line {number}: {found[1]}"
