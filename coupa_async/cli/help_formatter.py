"""What ``--help`` looks like: options in groups, values named by what a person types, no defaults that say nothing."""

from __future__ import annotations

import re
from argparse import Action, RawDescriptionHelpFormatter
from collections.abc import Iterable

from coupa_async.app.setting_groups import setting_groups

_TYPED = {"str": "TEXT", "Path": "PATH", "int": "N", "float": "X"}

_NOTHING = re.compile(r" \(default: (None|False|\(\))\)$")


class HelpFormatter(RawDescriptionHelpFormatter):
    """The help of pydantic-settings, in groups and without Python's words for types."""

    def add_arguments(self, actions: Iterable[Action]) -> None:
        """Add a section's options: the command's own first, then those of ``Settings``, each group in a section."""
        by_name = {action.dest: action for action in actions}
        groups = setting_groups(by_name)
        shared = {name for names in groups.values() for name in names}
        super().add_arguments([action for name, action in by_name.items() if name not in shared])
        for title, names in groups.items():
            self.end_section()
            self.start_section(title)
            super().add_arguments([by_name[name] for name in names])

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
