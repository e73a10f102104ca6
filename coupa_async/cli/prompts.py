"""Asks short questions if a person is there. An unattended run never asks."""

from __future__ import annotations

import getpass
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.prompt import Confirm, DefaultType, InvalidResponse, Prompt
from rich.text import Text

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.language import _
from coupa_async.domain.errors import SettingsError
from coupa_async.services.languages.catalogue import mark

_YES, _NO = frozenset({"y", "yes", "s", "sim", "si", "sí"}), frozenset({"n", "no", "não", "nao"})
_AUTO = "auto"
_LANES = ["auto", "api", "direct", "browser"]


_HOW_NOT_ASKED = mark(
    "(not asked again after: coupa-async config set msg_pdf true, or false; not now: --msg-pdf, --no-msg-pdf)"
)


class _YesNo(Confirm):
    """A question that takes yes and no in the languages of those who are asked."""

    def __init__(self, prompt: str, **given: Any) -> None:
        super().__init__(prompt, **given)
        self.choices = [_("y"), _("n")]

    def render_default(self, default: DefaultType) -> Text:
        return Text(f"({_('y') if default else _('n')})", "prompt.default")

    def process_response(self, value: str) -> bool:
        word = value.strip().casefold()
        if word not in _YES | _NO:
            raise InvalidResponse(_("Please answer y (s) or n"))
        return word in _YES


class _Workers(Prompt):
    """A question that takes a number, or auto."""

    def process_response(self, value: str) -> str:
        word = value.strip().casefold()
        if word != _AUTO and not (word.isascii() and word.isdecimal()):
            raise InvalidResponse(_("Please write a number, or auto"))
        return word


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Have Ctrl-C end what waits for a person's answer at once.

    The event loop's own handler would only cancel its task, which takes effect after the answer.

    Raises:
        KeyboardInterrupt: On Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
    console = Console(stderr=True)
    console.print(_(_HOW_NOT_ASKED), highlight=False, markup=False, style="dim")
    try:
        with ended_by_interrupt():
            return {
                "msg_pdf": _YesNo.ask(_("Save Outlook messages (.msg) as PDF, too?"), default=False, console=console)
            }
    except EOFError:
        return {}


def ask_yes_no(question: str, *, default: bool) -> bool:
    """Ask something that is yes or no; nobody's answer is the default."""
    try:
        with ended_by_interrupt():
            return _YesNo.ask(question, default=default, console=Console(stderr=True))
    except EOFError:
        return default


def ask_for_password(question: str) -> str:
    """Ask for a password; where no terminal is, read it from stdin."""
    with ended_by_interrupt():
        return getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()


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
        with ended_by_interrupt():
            path = Path(Prompt.ask(_("Spreadsheet with the orders"), console=console).strip().strip("'\"")).expanduser()
            workers = _ask_for_workers(settings, console)
            lane = Prompt.ask(_("Lane"), choices=_LANES, default=settings.lane, console=console)
    except EOFError as error:
        raise SettingsError("nobody answered: name the spreadsheet: coupa-async run orders.xlsx") from error
    return path, {"workers": workers, "lane": lane}


def _ask_for_workers(settings: Settings, console: Console) -> int | None:
    """Ask how many; ``None`` for as many as are best."""
    answer = _Workers.ask(_("Browsers side by side"), default=str(settings.workers or _AUTO), console=console)
    return None if answer == _AUTO else max(1, min(int(answer), 64))
