"""Every setting with its value and where that comes from, for whoever shows or changes settings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from pydantic import SecretStr

from coupa_async.app.configuration import user_settings
from coupa_async.app.configuration.setting_values import shown
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import user_file

HIDDEN = "(hidden)"
_IN_KEYRING = ("password", "client_secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingState:
    """A setting as it stands.

    Attributes:
        value: As a report may show it: a secret is ``HIDDEN``, an address redacted.
        origin: ``flag``, ``environment``, a file, ``keyring`` or ``default``.
        description: What it is.
        choices: The values it may have, if it has only these; else empty.
        is_secret: Whether no file may hold it.
    """

    name: str
    value: object
    origin: str
    description: str
    choices: tuple[str, ...]
    is_secret: bool

    @property
    def is_own(self) -> bool:
        """Whether the user's own file of settings has it."""
        return self.origin == str(user_file())

    @property
    def is_out_of_reach(self) -> bool:
        """Whether something stronger than the user's own file sets it."""
        return self.origin not in ("default", str(user_file()))


def setting_states(settings: Settings, flags: Collection[str] = ()) -> list[SettingState]:
    """Return every setting, in the order of their declaration. Blocking.

    Args:
        settings: As read.
        flags: Names of those that were typed.

    Raises:
        SettingsError: If a file of settings cannot be read.
    """
    origins = user_settings.origins()

    def origin(name: str) -> str:
        if name in flags:
            return "flag"
        found = next((origin for origin, values in origins if name in values), None)
        return found or ("keyring" if name in _IN_KEYRING and getattr(settings, name) else "default")

    return [
        SettingState(
            name=name,
            value=_value(settings, name),
            origin=origin(name),
            description=field.description or "",
            choices=_choices(field.annotation),
            is_secret=SecretStr in _parts(field.annotation),
        )
        for name, field in Settings.model_fields.items()
    ]


def _value(settings: Settings, name: str) -> object:
    value = getattr(settings, name)
    return "" if value is None else HIDDEN if isinstance(value, SecretStr) else shown(value)


def _choices(annotation: object) -> tuple[str, ...]:
    for part in _parts(annotation):
        if part is bool:
            return ("true", "false")
        if get_origin(part) is Literal:
            return tuple(map(str, get_args(part)))
    return ()


def _parts(annotation: object) -> tuple[object, ...]:
    """Return what a type is made of, without ``None`` and without notes on it."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(part for item in get_args(annotation) if item is not NoneType for part in _parts(item))
    return (annotation,)
