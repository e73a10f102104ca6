"""Asks short questions if a person is there. An unattended run never asks."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm, IntPrompt, Prompt

from coupa_async.app.settings import Settings
from coupa_async.domain.errors import SettingsError

_LANES = ["auto", "direct", "browser"]


def is_person_there(settings: Settings) -> bool:
    """Return whether questions may be asked: no ``--no-input``, no ``ENABLE_INTERACTIVE_UI=false``, and a terminal."""
    may = settings.interactive and not getattr(settings, "no_input", False) and not getattr(settings, "json_", False)
    return may and sys.stdin.isatty() and sys.stderr.isatty()


def ask_for_messages(settings: Settings) -> dict[str, object]:
    """Ask whether Outlook messages are wanted as PDF, too, if that is not set.

    Returns:
        Settings in place of those given.
    """
    if settings.msg_pdf is not None or not is_person_there(settings):
        return {}
    try:
        question = "Save Outlook messages (.msg) as PDF, too?"
        return {"msg_pdf": Confirm.ask(question, default=False, console=Console(stderr=True))}
    except EOFError:
        return {}


def ask_for_input(settings: Settings, given: Path | None) -> tuple[Path, dict[str, object]]:
    """Ask for the spreadsheet, workers and lane if ``run`` was not given a spreadsheet.

    Returns:
        The spreadsheet, and settings in place of those given.

    Raises:
        SettingsError: If no person is there.
    """
    if given is not None:
        return given, {}
    if not is_person_there(settings):
        raise SettingsError("INPUT is missing: name the spreadsheet with the orders: coupa-async run orders.xlsx")
    console = Console(stderr=True)
    try:
        path = Path(Prompt.ask("Spreadsheet with the orders", console=console).strip().strip("'\"")).expanduser()
        workers = IntPrompt.ask("Browsers side by side", default=settings.workers, console=console)
        lane = Prompt.ask("Lane", choices=_LANES, default=settings.lane, console=console)
    except EOFError as error:
        raise SettingsError("nobody answered: name the spreadsheet: coupa-async run orders.xlsx") from error
    return path, {"workers": max(1, min(workers, 64)), "lane": lane}
