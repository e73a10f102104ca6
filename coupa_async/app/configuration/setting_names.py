"""Names of settings that nobody reads: a slip of the pen in a variable or a file, told with the nearest right one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic import AliasChoices

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.settings_files import DOT_ENV, TOML, encoding_of, toml_values
from coupa_async.app.configuration.user_folders import user_file

_PREFIX = "COUPA_"
# How near a variable without our prefix must be to one of ours to be a slip of the pen, not another program's.
_NEAR = 0.85


def unknown_names(
    command: type[Settings], environment: Mapping[str, str], others: Callable[[], Iterable[type[Command]]] = tuple
) -> list[str]:
    """Look for settings that are set and that nobody reads. Blocking.

    Args:
        command: Whose settings are known.
        environment: The variables.
        others: Returns the other commands, whose settings are no slips either. Asked only if something looks like one.

    Returns:
        A sentence each, with the nearest right name.

    Raises:
        SettingsError: If a file of settings cannot be read.
    """
    found = _unknown_names([command], environment)
    return _unknown_names([command, *others()], environment) if found else found


def _unknown_names(commands: Sequence[type[Command]], environment: Mapping[str, str]) -> list[str]:
    variables = set[str]().union(*map(_variables, commands))
    fields = {name for command in commands for name in command.model_fields}
    in_toml = fields.union(*map(_aliases, commands))
    found = []
    dot_env = dotenv_values(DOT_ENV, encoding=encoding_of(DOT_ENV), interpolate=False) if DOT_ENV.is_file() else {}
    for place, names in (("environment", environment), (str(DOT_ENV), dot_env)):
        slips = [name for name in names if name.upper() not in variables and _is_meant_for_us(name, variables)]
        found += [_sentence(place, name, variables, name.upper()) for name in slips]
    for path in (TOML, user_file()):
        values = toml_values(path) if path.is_file() else {}
        found += [f"{path}: the lines below [{name}] are not read: take that line out" for name in _tables(values)]
        slips = [name for name in values if name not in in_toml and not isinstance(values[name], dict)]
        found += [_sentence(str(path), name, fields, name.lower().removeprefix("coupa_")) for name in slips]
    misnamed = [Path(f"{path}.txt") for path in (DOT_ENV, TOML, user_file())]
    return found + [f"{path} is not read: rename it to {path.stem}" for path in misnamed if path.is_file()]


def _variables(command: type[Command]) -> set[str]:
    aliases = {alias.upper() for alias in _aliases(command)}
    return aliases | {f"{_PREFIX}{name.upper()}" for name in command.model_fields}


def _aliases(command: type[Command]) -> set[str]:
    choices = [field.validation_alias for field in command.model_fields.values()]
    return {str(item) for choice in choices if isinstance(choice, AliasChoices) for item in choice.choices}


def _tables(values: Mapping[str, object]) -> list[str]:
    return [name for name, value in values.items() if isinstance(value, dict)]


def _is_meant_for_us(name: str, variables: Iterable[str]) -> bool:
    return name.upper().startswith(_PREFIX) or bool(get_close_matches(name.upper(), variables, 1, _NEAR))


def _sentence(place: str, name: str, known: Iterable[str], word: str) -> str:
    nearest = get_close_matches(word.replace("-", "_"), sorted(known), 1)
    cure = f"did you mean {nearest[0]}?" if nearest else "coupa-async config shows all"
    return f"{place}: {name} is no setting and is not read: {cure}"
