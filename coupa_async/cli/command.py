"""Reads what was typed after a command into its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from pydantic import AliasChoices, Field
from pydantic_settings import CliApp, CliPositionalArg, CliSettingsSource, SettingsError

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.setting_errors import plain_settings_errors
from coupa_async.app.configuration.setting_names import unknown_names
from coupa_async.app.configuration.setting_places import as_written
from coupa_async.app.configuration.settings import LANGUAGE, Language, Settings
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.help_formatter import HELP_ALL, help_formatter
from coupa_async.cli.left_over import explained
from coupa_async.domain import errors

T = TypeVar("T", bound=Command)


class FolderCommand(Command):
    """A command about an output folder: it needs no tenant."""

    dir: CliPositionalArg[Path] = Field(description="the output folder of a run")
    language: Language | None = Field(None, description=LANGUAGE)
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


def settings_class(name: str) -> type[Command]:
    """Import a command's settings."""
    found: type[Command] = getattr(import_module(f"coupa_async.cli.commands.{name}"), COMMANDS[name][0])
    return found


def read(name: str, words: list[str]) -> Command:
    """Read what was typed after a command's name.

    Raises:
        SettingsError: One line that names the setting.
    """
    module = import_module(f"coupa_async.cli.commands.{name}")
    own: Callable[[list[str]], Command] | None = getattr(module, "read", None)
    return own(words) if own is not None else parse(settings_class(name), words)


def parse(command: type[T], words: list[str]) -> T:
    """Read what was typed; the rest comes from the environment and from files.

    Args:
        command: The command.
        words: What follows its name.

    Raises:
        SettingsError: One line that names the setting.
    """
    is_all = HELP_ALL in words
    words = ["--help"] if is_all else words
    _refuse_unused(command, words)
    written = partial(as_written, command=command, words=words, environment=os.environ)
    with plain_settings_errors(written), _explaining(command, words):
        formatter = help_formatter(command, is_all=is_all)
        source: CliSettingsSource[T] = CliSettingsSource(command, case_sensitive=False, formatter_class=formatter)
        settings = CliApp.run(command, cli_args=words, cli_settings_source=source)
    if isinstance(settings, Settings):
        settings.add_notes(unknown_names(type(settings), os.environ, all_settings))
    return settings


def all_settings() -> list[type[Command]]:
    """Import the settings of every command."""
    return [settings_class(name) for name in COMMANDS]


def _refuse_unused(command: type[Command], words: Sequence[str]) -> None:
    """Say of a flag that means nothing to this command that it does.

    Raises:
        SettingsError: If there is one.
    """
    flags = {flag: name for name in command.unused for flag in flags_of(name)}
    for word in words:
        flag = word.partition("=")[0] if word.startswith("--") else word[:2]
        if flag in flags:
            name = command.model_config.get("cli_prog_name", "coupa-async")
            raise errors.SettingsError(f"{flag} means nothing to {name}: leave it out")


def flags_of(name: str) -> set[str]:
    """Return the flags of a setting."""
    choices = Settings.model_fields[name].validation_alias
    names = {name, *(str(choice) for choice in choices.choices)} if isinstance(choices, AliasChoices) else {name}
    words = {word.lower().replace("_", "-") for word in names}
    short = Settings.model_config.get("cli_shortcuts") or {}
    return {
        *(f"--{word}" for word in words),
        *(f"--no-{word}" for word in words),
        *(f"-{short[word]}" for word in words if isinstance(short.get(word), str)),
    }


@contextmanager
def _explaining(command: type[Command], words: Sequence[str]) -> Iterator[None]:
    """Say of words that fit nowhere what was meant.

    Raises:
        SettingsError: In place of argparse's, which says only what was left over.
    """
    try:
        yield
    except SettingsError as error:
        text = explained(command, words, str(error.__cause__ or error))
        if not text:
            raise
        raise errors.SettingsError(text) from error
