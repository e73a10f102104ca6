"""``login``: a person signs in once, in a window; whether that holds, and for how long; or forgets it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.cli.board import span_text
from coupa_async.cli.compose import find_backend, make_entry, sign_in_by_hand
from coupa_async.cli.settings import Settings, profiles_dir
from coupa_async.domain.errors import (
    BrowserMissingError,
    LaunchError,
    PageError,
    SessionLostError,
    SettingsError,
    SignInError,
    SignInRequiredError,
)
from coupa_async.domain.events import Event, Warned
from coupa_async.services.profiles import BASE, base_profile, forget_base


class Login(Settings):
    """Sign in once, in a window; later runs go in with what that leaves."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async login")

    status: bool = Field(False, description="say whether you are signed in; opens no window")
    forget: bool = Field(False, description="remove what a sign-in left on this machine")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Whether the tenant knows us.

    Attributes:
        since: When the session was last renewed, ISO 8601; ``None`` if there is none.
        lasts_s: How long it lasts unused; ``None`` if the tenant does not say.
    """

    tenant: str
    signed_in: bool
    since: str | None = None
    lasts_s: float | None = None
    exit_code: int = 0


async def login(settings: Login) -> int:
    """Sign in, or say or forget whether that was done.

    Returns:
        0 if signed in, or forgotten; 3 if signed out.

    Raises:
        SignInError: If the person did not sign in, or the sign-in does not hold.
        InputError: If there is no browser or no screen, or the profile is in use.
    """
    console = Console(stderr=True)
    if settings.status and settings.forget:
        raise SettingsError("--status and --forget: one of them at a time")
    try:
        if settings.forget:
            stands = _forget(settings, console)
        elif settings.status:
            stands = await _status(settings)
        else:
            stands = await _by_hand(settings, console)
    except LaunchError as error:
        raise BrowserMissingError(f"{error}: coupa-async doctor says more") from error
    except SessionLostError as error:
        raise SignInError(f"the browser's window was closed before the sign-in was done ({error})") from error
    except PageError as error:
        raise SignInError(f"{error}: check network, proxy, COUPA_BASE_URL and COUPA_LOGIN_URL") from error
    console.print(_story(stands, settings), highlight=False, markup=False, soft_wrap=True)
    if settings.json_:
        print(json.dumps(asdict(stands)), flush=True)  # noqa: T201 - the line that scripts read
    return stands.exit_code


async def _by_hand(settings: Login, console: Console) -> _Standing:
    """Have a person sign in, then see in a browser without a window that the next run will be let in."""
    if not has_screen(sys.platform, os.environ):
        raise SettingsError(
            "login opens a window, and there is no screen here (DISPLAY is not set): sign in where there is one and "
            f"bring {settings.state_file()} over, or set COUPA_USERNAME and COUPA_PASSWORD"
        )

    def tell(event: Event, /) -> None:
        if isinstance(event, Warned):
            console.print(event.text, highlight=False, markup=False, soft_wrap=True)

    own = settings.model_copy(update={"lane": "browser"})
    await sign_in_by_hand(own, tell)
    console.print("signed in; opening the browser again, without a window, to see that it holds", highlight=False)
    return await _look(own, datetime.now())


async def _status(settings: Login) -> _Standing:
    """Ask over HTTP; only if that is refused, ask in a browser, which an SSO may let in without a person."""
    state = settings.state_file()
    since = datetime.fromtimestamp(state.stat().st_mtime) if state.is_file() else None
    try:
        if since is not None:
            return await _look(settings.model_copy(update={"lane": "direct"}), since)
    except SignInRequiredError:
        since = None
    if not (profiles_dir() / BASE).is_dir():
        return _out(settings)
    try:
        return await _look(settings.model_copy(update={"lane": "browser"}), datetime.now())
    except SignInRequiredError:
        return _out(settings)


async def _look(settings: Login, since: datetime) -> _Standing:
    """Open a page that every signed-in user may see, and keep what the tenant renews with it.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page.
        PageError: If it is not to be had now.
    """
    backend, _ = find_backend(settings)
    entry = make_entry(settings)
    state = settings.state_file()
    with base_profile(profiles_dir(), state) as profile:
        async with backend.session(profile) as session:
            await entry.look(session)
            try:
                lasts_s = await entry.length_s(session)
            except PageError:
                lasts_s = None  # over HTTP its answer is no page; that it let us in, it has said already
            await session.save_state(state)
    return _Standing(
        tenant=settings.tenant(), signed_in=True, since=since.isoformat(timespec="seconds"), lasts_s=lasts_s
    )


def _forget(settings: Login, console: Console) -> _Standing:
    """Say what is removed, and remove it."""
    state, base = settings.state_file(), profiles_dir() / BASE
    for path in (state, base):
        if path.exists():
            console.print(f"removing {path}", highlight=False, markup=False, soft_wrap=True)
    forget_base(profiles_dir())
    _remove(state)
    return _Standing(tenant=settings.tenant(), signed_in=False)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be removed ({error.strerror}): remove it yourself") from error


def _out(settings: Login) -> _Standing:
    return _Standing(tenant=settings.tenant(), signed_in=False, exit_code=3)


def _story(stands: _Standing, settings: Login) -> str:
    if settings.forget:
        return f"forgotten: the next run at {stands.tenant} has to sign in"
    if not stands.signed_in:
        return f"signed out of {stands.tenant}: coupa-async login"
    since = (stands.since or "").replace("T", " ")
    lasts = f"\nit lasts {span_text(stands.lasts_s)} unused, and longer while it is used" if stands.lasts_s else ""
    return f"signed in to {stands.tenant} since {since}{lasts}"


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a window can be opened: on Linux, if a display server is named."""
    return not platform.startswith("linux") or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
