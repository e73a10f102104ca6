"""Changes the user's own ``coupa.toml`` line by line, and leaves all other lines as they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr, ValidationError
from pydantic_settings import EnvSettingsSource

from coupa_async.app.configuration.setting_errors import one_line
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.settings_files import DOT_ENV, TOML, DotEnvFile, TomlFile, file_text, toml_values
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.domain.errors import SettingsError
from coupa_async.domain.pages.links import split
from coupa_async.runtime.temporary_files import staged


def known(text: str) -> str:
    """Find a setting by its name in a file, its flag or its variable.

    Raises:
        SettingsError: If there is none.
    """
    names = {name: name for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.validation_alias, AliasChoices):
            names |= {str(choice).lower(): name for choice in field.validation_alias.choices}
    word = text.lower().lstrip("-").replace("-", "_")
    found = names.get(word) or names.get(word.removeprefix("coupa_"))
    if found is None:
        raise SettingsError(f"no setting {text!r}: coupa-async config shows all")
    return found


def origins() -> list[tuple[str, Mapping[str, Any]]]:
    """Return the values of each source except flags, the strongest source first."""
    user = user_file()
    return [
        ("environment", EnvSettingsSource(Settings)()),
        (".env", DotEnvFile(Settings, DOT_ENV)()),
        ("coupa.toml", TomlFile(Settings, TOML)()),
        (str(user), TomlFile(Settings, user)()),
    ]


def write(path: Path, name: str, text: str) -> None:
    """Set a setting in a file.

    Raises:
        SettingsError: If the setting cannot have that value, or it holds a password, or the file cannot be written.
    """
    if split(text).password:
        raise SettingsError(f"{name}: the address holds a password, which a file of settings is no place for")
    value = _checked(name, text)
    if isinstance(value, SecretStr):
        raise SettingsError(f"{name}: a file of settings is no place for a secret")
    _change(path, name, f"{name} = {_toml(value)}")


def remove(path: Path, name: str) -> None:
    """Remove a setting from a file, if it is in it.

    Raises:
        SettingsError: If the file cannot be written.
    """
    if path.exists():
        _change(path, name, None)


def _checked(name: str, text: str) -> Any:
    try:
        settings = Settings.model_construct()
        Settings.__pydantic_validator__.validate_assignment(settings, name, text)
    except ValidationError as error:
        raise SettingsError(one_line(error)) from error
    value = getattr(settings, name)
    if value is None:
        raise SettingsError(f"{name}: no value: coupa-async config unset {name} takes it out")
    return value


def _change(path: Path, name: str, line: str | None) -> None:
    try:
        text, before = (file_text(path), toml_values(path)) if path.exists() else ("", {})
        wanted = {key: value for key, value in before.items() if key != name} | (tomllib.loads(line) if line else {})
        changed = _with_line(text, name, line)
        if not _says(changed, wanted):
            raise SettingsError(f"{path}: {name} stands there in several lines: change it with an editor")
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path) as part:
            part.write_text(changed, encoding="utf-8")
            part.replace(path)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: cannot be changed: {error}") from error


def _says(text: str, wanted: Mapping[str, object]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except ValueError:
        return False


def _with_line(text: str, name: str, line: str | None) -> str:
    """Replace the line that sets this name; if there is none, add one before the first table."""
    lines = text.splitlines()
    places = [place for place, other in enumerate(lines) if re.match(rf"\s*{name}\s*=", other)]
    tables = [place for place, other in enumerate(lines) if other.lstrip().startswith("[")]
    if places:
        lines[places[0] : places[0] + 1] = [line] if line else []
    elif line:
        lines.insert(tables[0] if tables else len(lines), line)
    return "".join(f"{other}\n" for other in lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    # A string of JSON is one of TOML.
    return json.dumps(list(value) if isinstance(value, tuple) else str(value), ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )
