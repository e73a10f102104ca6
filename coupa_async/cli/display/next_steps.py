"""What a person can do after a run, as commands to copy. What ended the run decides: what to change comes first."""

from __future__ import annotations

import os
from collections.abc import Iterator

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_settings import origins
from coupa_async.app.runs.summary import AGAIN, Summary
from coupa_async.cli.invocation import as_typed, shown_path
from coupa_async.cli.language import _
from coupa_async.domain.errors import (
    CoupaError,
    OutageError,
    ProgramError,
    RestartIntensityError,
    SignInError,
    SignInRefusedError,
)
from coupa_async.domain.outcome import Outcome

Step = tuple[str, str]
"""What kind of step it is, and its command, with a reason behind it."""


def next_steps(summary: Summary) -> Iterator[Step]:
    """Tell what to do next, the first thing first."""
    for name, text in _steps(summary):
        yield name, as_typed(text)


def _steps(summary: Summary) -> Iterator[Step]:
    folder = shown_path(summary.output_dir)
    if not summary.is_at_work:
        open_orders = summary.outcomes[Outcome.PENDING]
        if open_orders and summary.error is not None and not summary.is_demo:
            yield from _first(summary.error, summary)
        if summary.bad_rows and summary.input is not None:
            yield _("correct"), _why(shown_path(summary.input), _("its rows that name no order, if they should"))
        fewer = " --workers 1" if isinstance(summary.error, RestartIntensityError) else ""
        if open_orders:
            yield _("go on"), f"coupa-async retry {folder}{fewer}"
        elif any(summary.outcomes[item] for item in AGAIN):
            yield _("again"), f"coupa-async retry {folder}"
    if summary.report is not None:
        yield _("look"), f"coupa-async report {folder} --open"
    if summary.is_demo:
        yield _("yours"), _why("coupa-async setup", _("for your own orders: the address of your Coupa, once"))


def _first(error: CoupaError, summary: Summary) -> Iterator[Step]:
    """Say what to change before a run can go on, for it would end as this one did."""
    tenant = _tenant_flag(str(summary.settings.get("base_url") or ""))
    match error:
        case SignInRefusedError(origin=origin) if origin:
            known = str(summary.settings.get("sign_in_origins") or "").replace(" ", "")
            trusted = ",".join(filter(None, (known, origin)))
            yield (
                _("first"),
                _why(f"coupa-async config set sign_in_origins {trusted}", _("if that is your identity provider")),
            )
            yield _("or"), f"coupa-async login{tenant}"
        case SignInRefusedError(is_of_credentials=True):
            yield (
                _("first"),
                _why(_new_password(), _("this one would be refused again, and too many tries lock an account")),
            )
            yield (
                _("or"),
                _why(f"coupa-async login{tenant}", _("in a window, without COUPA_USERNAME and COUPA_PASSWORD")),
            )
        case SignInError():
            yield _("first"), f"coupa-async login{tenant}"
        case OutageError():
            yield _("first"), _why(f"coupa-async doctor{tenant}", _("says where the way to your Coupa ends"))
        case RestartIntensityError():
            yield _("first"), _why(f"coupa-async doctor{tenant}", _("says what the browser or the memory lacks"))
        case ProgramError():
            yield (
                _("first"),
                _why(f"coupa-async doctor{tenant} --json", _("send what it says, with run.log, to whoever helps you")),
            )


def _why(command: str, reason: str) -> str:
    return f"{command}  ({reason})"


def _tenant_flag(base_url: str) -> str:
    """Return the flag that names the run's tenant, where the settings that are read here would name another or none."""
    try:
        here = Settings.read().base_url
    except CoupaError:
        here = None
    return "" if not base_url or here == base_url else f" --base-url {base_url}"


def _new_password() -> str:
    """Return how to give another password, in the place where the present one comes from."""
    place = next((place for place, values in origins() if "password" in values), "")
    if not place:
        return "coupa-async config set password"
    if place != "environment":
        return f"change COUPA_PASSWORD in {place}"
    if os.name == "nt":
        return "$env:COUPA_PASSWORD = Read-Host 'new password'"
    return "read -rs COUPA_PASSWORD && export COUPA_PASSWORD"
