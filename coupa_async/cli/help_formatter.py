"""What ``--help`` looks like: values named by what a person types, and no defaults that say nothing."""

from __future__ import annotations

import re
from argparse import Action, RawDescriptionHelpFormatter

_TYPED = {"str": "TEXT", "Path": "PATH", "int": "N", "float": "X"}

_NOTHING = re.compile(r" \(default: (None|False|\(\))\)$")


class HelpFormatter(RawDescriptionHelpFormatter):
    """pydantic-settings' help, without Python's words for types."""

    def add_argument(self, action: Action) -> None:
        """Add an option with its value's name; a field that only Python needs an underscore for is not a second one."""
        action.option_strings = [
            option_string for option_string in action.option_strings if not option_string.endswith("-")
        ]
        if isinstance(action.metavar, str):
            item = action.metavar.removeprefix("tuple[").removesuffix(",...]")
            several = ",…" if item != action.metavar else ""
            action.metavar = _TYPED.get(item, item) + several
        super().add_argument(action)

    def _get_help_string(self, action: Action) -> str | None:
        return action.help and _NOTHING.sub("", action.help)
