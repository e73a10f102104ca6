"""Sign in by hand in a window, check whether a sign-in still holds, and forget it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coupa_async.app.compose import find_backend, make_sign_in, sign_in_by_hand
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.domain.errors import (
    BrowserMissingError,
    BusyError,
    LaunchError,
    NotATenantError,
    OutageError,
    PageError,
    PageTimeoutError,
    SessionLostError,
    SettingsError,
    SignInError,
    SignInRequiredError,
    UnreachableError,
)
from coupa_async.domain.events import Warned
from coupa_async.ports import Observer, Profile
from coupa_async.services.profiles.profiles import BASE, base_profile, forget_base

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """Whether we are signed in.

    Attributes:
        since: When the session was last renewed, ISO 8601; ``None`` if there is none.
        lasts_s: How many seconds it lasts unused; ``None`` if the tenant does not say.
    """

    tenant: str
    signed_in: bool
    since: str | None = None
    lasts_s: float | None = None
    exit_code: int = 0


async def sign_in(settings: Settings, notify: Observer) -> SignInState:
    """Have a person sign in, then check without a window that the next run will be signed in.

    Args:
        settings: Which tenant and browser.
        notify: Receives what the person has to do, and the progress.

    Raises:
        SignInError: If the person did not sign in, or the sign-in does not hold.
        InputError: If there is no browser or no screen, or the profile is in use.
    """
    if not has_screen(sys.platform, os.environ):
        raise SettingsError(
            "login opens a window, and there is no screen here (DISPLAY is not set): sign in where there is one and "
            f"bring {settings.state_file()} over, or set COUPA_USERNAME and COUPA_PASSWORD"
        )
    own = settings.model_copy(update={"lane": "browser"})
    with errors_with_cures():
        await sign_in_by_hand(own, notify)
        notify(Warned(text="signed in; opening the browser again, without a window, to see that it holds"))
        return await _look(own, datetime.now())


async def sign_in_state(settings: Settings) -> SignInState:
    """Check over HTTP whether we are signed in. If not, check in a browser, which an SSO may sign in without a person.

    Raises:
        OutageError: If the tenant cannot be reached.
        SignInError: If its answer is none that it should give.
        InputError: If there is no browser, or the profile is in use.
    """
    with errors_with_cures():
        return await _state(settings)


def forget_sign_in(settings: Settings) -> tuple[Path, ...]:
    """Remove the sign-in from this machine. Blocking.

    Returns:
        What was removed.
    """
    state, token, base = settings.state_file(), settings.token_file(), profiles_dir() / BASE
    found = tuple(path for path in (state, token, base) if path.exists())
    forget_base(profiles_dir())
    _remove(state)
    _remove(token)
    return found


@contextmanager
def errors_with_cures() -> Iterator[None]:
    """Turn errors of a sign-in into those that a person can do something about."""
    try:
        yield
    except LaunchError as error:
        raise BrowserMissingError(f"{error}: coupa-async doctor says more") from error
    except SessionLostError as error:
        _log.info("the window of the sign-in: %s", error)
        raise SignInError(
            "the browser's window was closed before the sign-in was done: coupa-async login opens it again"
        ) from error
    except NotATenantError as error:
        raise SettingsError(str(error)) from error
    except (UnreachableError, BusyError, PageTimeoutError) as error:
        raise OutageError(f"{error}: check network, VPN, proxy and COUPA_BASE_URL, then try again") from error
    except PageError as error:
        raise SignInError(f"{error}: check network, proxy, COUPA_BASE_URL and COUPA_LOGIN_URL") from error


async def _state(settings: Settings) -> SignInState:
    state = settings.state_file()
    since = datetime.fromtimestamp(state.stat().st_mtime) if state.is_file() else datetime.now()
    try:
        # Also where nothing is kept: an address that lets everybody in is signed in to, as doctor says as well.
        return await _look(settings.model_copy(update={"lane": "direct"}), since)
    except SignInRequiredError:
        if not (profiles_dir() / BASE).is_dir():
            return _out(settings)
    try:
        return await _look(settings.model_copy(update={"lane": "browser"}), datetime.now())
    except SignInRequiredError:
        return _out(settings)


async def _look(settings: Settings, since: datetime) -> SignInState:
    """Open a page that every signed-in user may see, and keep the cookies that the tenant renews.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page.
        PageError: If the page cannot be read now.
    """
    backend, _ = find_backend(settings)
    flow = make_sign_in(settings)
    state = settings.state_file()
    with _profile(settings.lane, state) as profile:
        async with backend.session(profile) as session:
            await flow.look(session)
            try:
                lasts_s = await flow.length_s(session)
            except PageError:
                lasts_s = None  # over HTTP its answer is no page; that it let us in, it has said already
            await session.save_state(state)
    return SignInState(
        tenant=settings.tenant(), signed_in=True, since=since.isoformat(timespec="seconds"), lasts_s=lasts_s
    )


@contextmanager
def _profile(lane: str, state: Path) -> Iterator[Profile]:
    """Give the profile of a person's sign-in. Over HTTP the kept state is all of it, so none is made or held."""
    if lane != "direct":
        with base_profile(profiles_dir(), state) as profile:
            yield profile
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Profile(name="status", directory=Path(folder) / "profile", state=state)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be removed ({error.strerror}): remove it yourself") from error


def _out(settings: Settings) -> SignInState:
    return SignInState(tenant=settings.tenant(), signed_in=False, exit_code=3)


def has_screen(platform: str, environment: Mapping[str, str]) -> bool:
    """Return whether a window can be opened. On Linux that needs a display server."""
    return not platform.startswith("linux") or any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
