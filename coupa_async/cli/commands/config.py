"""``config``: shows each setting, its value and where that comes from; changes the user's own file of settings."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import Field, PrivateAttr, SecretStr
from pydantic_settings import CliPositionalArg, CliSettingsSource, SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration import user_settings
from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.setting_states import setting_states
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.app.password import forget_password, keep_password, require_keyring
from coupa_async.cli.command import parse
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.language import _
from coupa_async.cli.prompts import ask_for_password
from coupa_async.domain.errors import SettingsError
from coupa_async.services.languages.catalogue import mark

# Secrets, which the system's keyring keeps, and the setting that says whose each is.
_OWNERS = {"password": "username", "client_secret": "client_id"}


class Config(Settings):
    """Show each setting and where it comes from; set NAME VALUE and unset NAME change your own file of settings."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async config")

    action: CliPositionalArg[Literal["show", "set", "unset"]] = Field("show", description="what to do; default: show")
    name: CliPositionalArg[str | None] = Field(None, description="the setting, as in coupa.toml: base_url")
    value: CliPositionalArg[str | None] = Field(None, description="its value; a password is asked for instead")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    _flags: frozenset[str] = PrivateAttr(frozenset())


class Change(Command):
    """Change your own file of settings."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async config")

    action: CliPositionalArg[Literal["set", "unset"]] = Field(description="what to do")
    name: CliPositionalArg[str] = Field(description="the setting, as in coupa.toml: base_url")
    value: CliPositionalArg[str | None] = Field(None, description="its value; a password is asked for instead")


def read(words: list[str]) -> Config:
    """Read the command. A file that is wrong can still be changed.

    Raises:
        SettingsError: One line that names the setting.
    """
    if words[:1] in (["set"], ["unset"]):
        return Config.model_construct(**parse(Change, words).model_dump())
    settings = parse(Config, words)
    settings._flags = frozenset(CliSettingsSource(Settings, cli_parse_args=_without_own(words))())
    return settings


_ORIGINS = (mark("flag"), mark("environment"), mark("keyring"), mark("default"))
_SECRETS = (mark("password"), mark("client secret"))  # what the keyring has, as it is asked for


async def config(settings: Config) -> int:
    """Show or change settings.

    Returns:
        0.

    Raises:
        SettingsError: If there is no such setting, or it cannot have that value, or is a secret.
    """
    if settings.action == "show":
        _show(settings)
        return 0
    name = user_settings.known(settings.name or "")
    is_secret = name in _OWNERS
    if settings.action == "unset":
        forget_password(*_whose(name)) if is_secret else user_settings.remove(user_file(), name)
    elif is_secret:
        _keep(name, settings.value)
    elif settings.value is None:
        raise SettingsError(f"{name}: no value: coupa-async config set {name} VALUE")
    else:
        user_settings.write(user_file(), name, settings.value)
    where = _("the system's keyring") if is_secret else user_file()
    told = _("%(name)s is set in %(place)s") if settings.action == "set" else _("%(name)s is no longer in %(place)s")
    print(told % {"name": name, "place": where})  # noqa: T201 - the answer
    return 0


def _show(settings: Config) -> None:
    rows = {state.name: (state.value, state.origin) for state in setting_states(settings, settings._flags)}
    if settings.json_:
        told = {name: {"value": value, "from": origin} for name, (value, origin) in rows.items()}
        print(json.dumps({"settings": told, "file": str(user_file())}), flush=True)  # noqa: T201 - the line that scripts read
        return
    width = max(map(len, rows))
    console = Console()
    for name, (value, origin) in rows.items():
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        place = _(origin) if origin in _ORIGINS else origin
        text = "  ".join(filter(None, (f"{name:<{width}}", shown, f"({place})")))
        print_text(console, text, indent=width + 2, style="dim" if origin == "default" else "")
    print_text(console, "\n" + _("your own file of settings: %(file)s") % {"file": user_file()})


def _keep(name: str, value: str | None) -> None:
    shown = name.replace("_", " ")
    if value is not None:
        raise SettingsError(f"a {shown} is never on a command line: coupa-async config set {name} asks for it")
    require_keyring()
    base_url, owner = _whose(name)
    asked = {"what": _(shown), "owner": owner, "address": base_url}
    given = ask_for_password(_("%(what)s of %(owner)s at %(address)s: ") % asked)
    if not given.strip("\r\n"):
        raise SettingsError(f"nothing was typed: no {shown} is kept")
    keep_password(base_url, owner, SecretStr(given.strip("\r\n")))


def _whose(name: str) -> tuple[str, str]:
    """Return the tenant, and who of it a secret belongs to."""
    settings = Settings.read()
    owner, owner_name = getattr(settings, _OWNERS[name]), _OWNERS[name]
    if settings.base_url is None or owner is None:
        what, whose = name.replace("_", " "), "user" if owner_name == "username" else "client"
        raise SettingsError(f"set base_url and {owner_name} first: a {what} is kept for one {whose} at one address")
    return settings.base_url, owner


def _without_own(words: list[str]) -> list[str]:
    return [word for word in words if word not in ("show", "--json")]
