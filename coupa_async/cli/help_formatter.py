"""What ``--help`` looks like: options in groups, values named by what a person types, no defaults that say nothing."""

from __future__ import annotations

from argparse import SUPPRESS, Action, RawDescriptionHelpFormatter
from collections.abc import Collection, Iterable
from textwrap import TextWrapper
from typing import Any

from coupa_async.app.configuration.command_settings import Command
from coupa_async.app.configuration.setting_groups import OFTEN, setting_groups
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.language import _
from coupa_async.services.languages.catalogue import mark

HELP_ALL = "--help-all"
_TYPED = {"str": mark("TEXT"), "Path": mark("PATH"), "int": "N", "float": "X"}
_LONG = 30
_DEFAULT = " (default: "
_NOTHING = ("None", "False", "()", "")
# What argparse says by itself.
_OWN = (mark("positional arguments"), mark("options"), mark("show this help message and exit"))


class HelpFormatter(RawDescriptionHelpFormatter):
    """The help of pydantic-settings, in groups and without Python's words for types.

    Attributes:
        prog: The command's name.
        hidden: Settings that are not shown.
        is_cut: Whether some that apply are among them.
    """

    prog = ""
    hidden: Collection[str] = ()
    is_cut = False

    def add_usage(
        self, usage: str | None, actions: Iterable[Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        """Add the line that shows how the command is typed: its options are listed below it, with what they are."""
        places = [action for action in actions if not action.option_strings]
        given = "".join(f" {self._placeholder(action)}" for action in places)
        options = _("[OPTIONS]")
        super().add_usage(f"{self.prog} {options}{given}", [], [], _("usage: ") if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin a section."""
        super().start_section(_(heading) if heading else heading)

    def add_text(self, text: str | None) -> None:
        """Add what the command is for."""
        super().add_text(_(text) if text else text)

    def add_arguments(self, actions: Iterable[Action]) -> None:
        """Add a section's options: the command's own first, then those of ``Settings``, each group in a section."""
        by_name = {action.dest: action for action in actions}
        groups = setting_groups(by_name)
        shared = {name for names in groups.values() for name in names}
        super().add_arguments([action for name, action in by_name.items() if name not in shared])
        for title, names in groups.items():
            if shown := [name for name in names if name not in self.hidden]:
                self.end_section()
                self.start_section(title)
                super().add_arguments([by_name[name] for name in shown])
        if shared and self.is_cut:
            self.end_section()
            self.start_section(None)
            shows = _("%(command)s shows all settings; docs/reference/settings.md says more of each.")
            super().add_text(shows % {"command": f"{self.prog} {HELP_ALL}"})

    def add_argument(self, action: Action) -> None:
        """Add an option with its value's name; a field that only Python needs an underscore for is not a second one."""
        action.option_strings = [
            option_string for option_string in action.option_strings if not option_string.endswith("-")
        ]
        if isinstance(action.metavar, str):
            item = action.metavar.removeprefix("tuple[").removesuffix(",...]")
            several = ",…" if item != action.metavar else ""
            item = item if len(item) < _LONG else "str"  # the line beside it lists them
            action.metavar = (_(_TYPED[item]) if item in _TYPED else item) + several
        super().add_argument(action)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = TextWrapper(
            width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        return "\n".join(lines.fill(line) for line in text.splitlines())

    def _placeholder(self, action: Action) -> str:
        name = str(action.metavar or action.dest)
        return f"[{name}]" if action.nargs in ("?", "*") else name

    def _get_help_string(self, action: Action) -> str | None:
        if not action.help or action.help == SUPPRESS:
            return action.help
        text, sign, end = action.help.rpartition(_DEFAULT)
        if not sign or not end.endswith(")"):
            return _(action.help)
        default = end.removesuffix(")").removesuffix(".0")
        shown = _("default: %(value)s") % {"value": default}
        return _(text) if default in _NOTHING else f"{_(text)} ({shown})"


def help_formatter(command: type[Command], *, is_all: bool) -> type[HelpFormatter]:
    """Make the help of a command.

    Args:
        command: The command; settings that it does not use are not shown.
        is_all: Whether settings that are seldom needed are shown as well.
    """
    seldom = set() if is_all else (set(Settings.model_fields) - set(OFTEN)) | command.seldom

    class Formatter(HelpFormatter):
        prog = command.model_config.get("cli_prog_name") or ""
        hidden = command.unused | seldom
        is_cut = bool(seldom - command.unused) and issubclass(command, Settings)

    return Formatter


def applicable_actions(command: type[Command], actions: Iterable[Action]) -> list[Action]:
    """Return the options that a command takes and shows."""
    return [action for action in actions if action.help != SUPPRESS and action.dest not in command.unused]
