"""What is wrong with the words of a command: a name with spaces in pieces, a slip of the pen, a value left out."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic_settings import CliSettingsSource

from coupa_async.app.configuration.command_settings import Command
from coupa_async.cli.help_formatter import applicable_actions

_LEFT_OVER = "unrecognized arguments: "
_NO_VALUE = re.compile(r"argument (?P<names>\S+): expected (?:one|at least one) argument")
_MISSING = "the following arguments are required: "


def explained(command: type[Command], words: Sequence[str], error: str) -> str:
    """Say what is wrong with the words of a command, and how to write them.

    Args:
        command: The command.
        words: What was typed after its name.
        error: What argparse says of them.

    Returns:
        Empty if it is of something else.
    """
    name = command.model_config.get("cli_prog_name") or "coupa-async"
    if _LEFT_OVER in error:
        return _of_left_over(command, name, words, error.partition(_LEFT_OVER)[2].split())
    if found := _NO_VALUE.search(error):
        flag = next((flag for flag in found["names"].split("/") if flag in words), found["names"])
        return f"{flag} needs a value after it: {name} --help"
    if _MISSING in error:
        return f"{error.partition(_MISSING)[2]} is missing: {name} --help"
    return ""


def _of_left_over(command: type[Command], name: str, words: Sequence[str], left: Sequence[str]) -> str:
    if flag := next((word.partition("=")[0] for word in left if word.startswith("-")), ""):
        nearest = get_close_matches(flag, options(command), 1)
        return f"{flag} is no option: " + (f"did you mean {nearest[0]}?" if nearest else f"{name} --help-all")
    shown, whole = repr(" ".join(left)), _in_quotes(words, left)
    if not whole or any(Path(word).exists() for word in left):
        return f"{shown} is left over: {name} --help"
    return f"{shown} is left over: a name with spaces is written in quotes: {name} {whole}"


def options(command: type[Command]) -> dict[str, str]:
    """Return the long options that a command takes and shows, with what they are for."""
    parser: ArgumentParser = CliSettingsSource[Any](command).root_parser
    return {
        option: (action.help or "").partition(" (default:")[0]
        for action in applicable_actions(command, parser._actions)
        for option in action.option_strings
        if option.startswith("--") and option.islower()
    }


def _in_quotes(words: Sequence[str], left: Sequence[str]) -> str:
    """Write the words anew, with what was left over and the word before it in quotes; empty if they stand elsewhere."""
    size = len(left) + 1
    for start in range(len(words) - size + 1):
        part, after = words[start : start + size], words[start + size :]
        if [*part[1:]] == [*left] and not part[0].startswith("-"):
            return " ".join(f'"{word}"' if " " in word else word for word in (*words[:start], " ".join(part), *after))
    return ""
