"""``login``: a person signs in once, in a window. Also checks or forgets the sign-in."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.sign_in import SignInState, forget_sign_in, sign_in, sign_in_state
from coupa_async.app.sign_in_api import api_sign_in_state, sign_in_to_api
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.display.live import span_text
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, message
from coupa_async.domain.errors import SettingsError
from coupa_async.domain.events import Event, Warned


class Login(Settings):
    """Sign in once, in a window; later runs go in with what that leaves."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async login")
    tells_notes: ClassVar[bool] = True
    unused: ClassVar[frozenset[str]] = frozenset(Settings.model_fields) - {
        "language",
        *("base_url", "login_url", "storage_state", "backend", "channel", "browser_path", "driver_path"),
        *("playwright_ws", "selenium_url", "client_cert", "client_key", "allowed_hosts", "page_timeout_s"),
        *("client_id", "client_secret", "scopes", "token_rest_s"),
    }

    api: bool = Field(False, description="sign in to the API instead, by a code that is typed in any browser")
    status: bool = Field(False, description="say whether you are signed in; opens no window")
    forget: bool = Field(False, description="remove what a sign-in left on this machine")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


async def login(settings: Login) -> int:
    """Sign in, or check or forget the sign-in.

    Returns:
        0 if signed in, or forgotten; 3 if signed out.

    Raises:
        SignInError: If the person did not sign in, or the sign-in does not hold.
        InputError: If there is no browser or no screen, or the profile is in use.
    """
    console = Console(stderr=True)

    def say(text: str) -> None:
        print_text(console, as_typed(message(text)))

    def notify(event: Event, /) -> None:
        if isinstance(event, Warned):
            say(event.text)

    for text in settings.notes:
        say(text)
    if settings.status and settings.forget:
        raise SettingsError("--status and --forget: one of them at a time")
    if settings.forget:
        for path in forget_sign_in(settings):
            say(_("removed %(path)s") % {"path": path})
        state = SignInState(tenant=settings.tenant(), signed_in=False)
    elif settings.api:
        state = await (api_sign_in_state(settings) if settings.status else sign_in_to_api(settings, notify))
    else:
        state = await (sign_in_state(settings) if settings.status else sign_in(settings, notify))
    say(_summary(state, settings))
    if settings.json_:
        print(json.dumps(asdict(state)), flush=True)  # noqa: T201 - the line that scripts read
    return state.exit_code


def _summary(state: SignInState, settings: Login) -> str:
    if settings.forget:
        return _("forgotten: the next run at %(address)s has to sign in") % {"address": state.tenant}
    if not state.signed_in:
        signed_out = _("signed out of %(address)s: coupa-async login") % {"address": state.tenant}
        return f"{signed_out} --api" if settings.api else signed_out
    since = (state.since or "").replace("T", " ")
    signed_in = _("signed in to %(address)s since %(since)s") % {"address": state.tenant, "since": since}
    if not state.lasts_s:
        return signed_in
    lasts = _("it lasts %(span)s unused, and longer while it is used") % {"span": span_text(state.lasts_s)}
    return f"{signed_in}\n{lasts}"
