"""Reads what was typed after a command into its settings."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from pydantic import Field
from pydantic_settings import CliApp, CliPositionalArg, CliSettingsSource

from coupa_async.app.settings import Command, plain_settings_errors
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.help_formatter import HelpFormatter

T = TypeVar("T", bound=Command)


class FolderCommand(Command):
    """A command about an output folder: it needs no tenant."""

    dir: CliPositionalArg[Path] = Field(description="the output folder of a run")
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
    with plain_settings_errors():
        source: CliSettingsSource[T] = CliSettingsSource(command, case_sensitive=False, formatter_class=HelpFormatter)
        return CliApp.run(command, cli_args=words, cli_settings_source=source)
