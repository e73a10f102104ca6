"""``setup``: the address of the user's Coupa and the sign-in, asked for once and kept in the user's own settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import ClassVar

from anyio import to_thread
from pydantic import Field
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from rich.console import Console
from rich.prompt import Prompt

from coupa_async.app.configuration import user_settings
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.app.diagnose import Diagnosis, check_address, check_browser
from coupa_async.app.sign_in import has_screen, sign_in
from coupa_async.cli.commands.login import Login
from coupa_async.cli.display.findings import show_findings
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, message
from coupa_async.cli.prompts import ask_yes_no, ended_by_interrupt, is_person_there
from coupa_async.domain.errors import OutageError, SettingsError
from coupa_async.domain.events import Event, Warned
from coupa_async.services.diagnostics.checks import Finding, Severity
from coupa_async.services.languages.catalogue import mark

_EXAMPLE = "https://TENANT.coupahost.com"
# Checks that say nothing of the address if they go wrong, as where a VPN is off.
_OF_THE_NETWORK = ("DNS", "proxy", "connection")
_QUESTION = mark("The address of your Coupa (any link of it that you paste will do)")


class Setup(Settings):
    """Ask for the address of your Coupa, check it, keep it in your own settings, and sign in."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async setup")
    tells_notes: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = Login.unused | {"base_url"}

    address: CliPositionalArg[str | None] = Field(
        None, description=f"the address, or any link of your Coupa; asked for if it is left out: {_EXAMPLE}"
    )
    no_input: bool = Field(False, description="never ask a person, and open no window")


async def setup(settings: Setup) -> int:
    """Set the program up.

    Returns:
        0 if a run can start; 3 if all that it lacks is a sign-in; 2 if the address or the browser is no use.

    Raises:
        SettingsError: If the address is none, or nobody is there to say it, or it cannot be kept.
        OutageError: If the network does not lead there, and nobody is there to say that it is right all the same.
        SignInError: If the person did not sign in.
    """
    console, may_ask = Console(stderr=True), is_person_there(settings)
    for text in settings.notes:
        print_text(console, message(text), style="yellow")
    chosen, findings = await _choose(settings, console, may_ask=may_ask)
    for name, value in _to_keep(chosen, findings).items():
        await to_thread.run_sync(user_settings.write, user_file(), name, value)
        kept = {"name": name, "value": value, "file": user_file()}
        print_text(console, _("%(name)s is %(value)s: kept in %(file)s") % kept, indent=4)
    for text in _stronger(str(chosen.base_url)):
        print_text(console, text, style="yellow", indent=4)
    code = Diagnosis(findings).exit_code
    if code == 3 and may_ask and has_screen(sys.platform, os.environ):
        code = await _sign_in(chosen, console)
    said = {0: _("ready: coupa-async run orders.xlsx"), 3: _("coupa-async login is what is left to do")}
    print_text(console, as_typed(said.get(code, _("a run cannot start yet: coupa-async doctor says more"))))
    return code


async def _choose(settings: Setup, console: Console, *, may_ask: bool) -> tuple[Settings, Sequence[Finding]]:
    """Find an address that answers. A person may keep one that does not, as where the VPN is off just now.

    Raises:
        SettingsError: If there is none, and nobody to ask.
        OutageError: Likewise, where the network does not lead there.
    """
    given = settings.address
    while True:
        given = given or _ask(settings, may_ask=may_ask)
        try:
            chosen = settings.model_copy(update={"base_url": origin_of_link(given)})
        except SettingsError as error:
            if not may_ask:
                raise
            print_text(console, message(str(error)), style="red")
            given = None
            continue
        print_text(console, _("looking at %(address)s") % {"address": chosen.base_url}, style="dim")
        of_address, of_browser = await check_address(chosen), await check_browser(chosen)
        findings = [*of_browser, *of_address]
        show_findings(findings, console)
        wrong = [item for item in of_address if item.mark is Severity.BAD and item.name != "sign-in"]
        if not wrong:
            return chosen, findings
        if not may_ask:
            kind = OutageError if wrong[0].name in _OF_THE_NETWORK else SettingsError
            raise kind(f"{chosen.base_url} is not kept: {wrong[0].text}: {wrong[0].cure}".rstrip(": "))
        if ask_yes_no(_("Keep this address all the same?"), default=False):
            return chosen, findings
        given = None


def origin_of_link(text: str) -> str:
    """Return the address of a Coupa from what somebody pasted: a link of an order, or a host alone.

    Raises:
        SettingsError: If it is no address.
    """
    link = text.strip().strip("<>\"'")
    try:
        return Settings.read(base_url=link if "://" in link else f"https://{link}").tenant()
    except SettingsError as error:
        raise SettingsError(str(error).removeprefix("base_url: ")) from error


def _ask(settings: Setup, *, may_ask: bool) -> str:
    if not may_ask:
        raise SettingsError(f"nobody is asked here: say the address: coupa-async setup {_EXAMPLE}")
    try:
        with ended_by_interrupt():
            console = Console(stderr=True)
            if settings.base_url:
                return Prompt.ask(_(_QUESTION), default=settings.base_url, console=console)
            such_as = _("such as %(example)s") % {"example": _EXAMPLE}
            return Prompt.ask(f"{_(_QUESTION)}, {such_as}", console=console)
    except EOFError as error:
        raise SettingsError(f"nobody answered: say the address: coupa-async setup {_EXAMPLE}") from error


def _to_keep(chosen: Settings, findings: Sequence[Finding]) -> dict[str, str]:
    """Return what goes into the user's own settings: the address, and a browser that is not the usual one."""
    kept = {"base_url": str(chosen.base_url)}
    cure = next((item.cure for item in findings if item.name == "channel"), "")
    found = cure.rpartition("COUPA_CHANNEL=")[2]
    return kept | ({"channel": found} if found else {})


def _stronger(base_url: str) -> Iterator[str]:
    """Say what goes before the user's own settings, and says something else."""
    for place, values in user_settings.origins():
        other = str(values.get("base_url") or "")
        if place != str(user_file()) and other and other.rstrip("/") != base_url:
            told = {"place": place, "address": other}
            yield _("%(place)s says %(address)s, which goes before it: take COUPA_BASE_URL out there") % told


async def _sign_in(chosen: Settings, console: Console) -> int:
    if not ask_yes_no(_("Sign in now, in a window?"), default=True):
        return 3

    def notify(event: Event, /) -> None:
        if isinstance(event, Warned):
            print_text(console, as_typed(message(event.text)))

    return (await sign_in(chosen, notify)).exit_code
