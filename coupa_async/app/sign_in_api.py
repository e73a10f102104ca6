"""Have a person sign in to the tenant's API by a code, and check whether that still holds."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from coupa_async.app.compose import browser_options
from coupa_async.app.compose_api import make_api_backend
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.sign_in import SignInState, errors_with_cures
from coupa_async.domain.api.device import DeviceCode
from coupa_async.domain.errors import SignInError
from coupa_async.domain.events import Warned
from coupa_async.ports import Observer, Profile
from coupa_async.services.api.sign_in import ApiSignIn

_PROFILE = "login"


async def sign_in_to_api(settings: Settings, notify: Observer) -> SignInState:
    """Have a person sign in, then ask the API for an order, to see that the token is taken.

    Args:
        settings: Which tenant and client.
        notify: Receives what the person has to do.

    Raises:
        SignInError: If nobody signs in, or what that gives does not hold.
        SettingsError: If the client is not set, or the address is no Coupa.
        OutageError: If the tenant cannot be reached.
    """

    def show(device: DeviceCode) -> None:
        code, minutes = device.user_code, round(device.lasts_s / 60)
        notify(Warned(text=f"open {device.address} in any browser and enter the code {code}, within {minutes} minutes"))

    with errors_with_cures():
        await make_api_backend(settings, browser_options(settings), signs_in=True).sign_in_person(show)
        notify(Warned(text="signed in; asking the API for an order to see that it holds"))
        return await _look(settings)


async def api_sign_in_state(settings: Settings) -> SignInState:
    """Check whether the API takes the token that is kept, or gives another without a person.

    Raises:
        SettingsError, OutageError: As :func:`sign_in_to_api`.
    """
    with errors_with_cures():
        try:
            return await _look(settings)
        except SignInError:
            return SignInState(tenant=settings.tenant(), signed_in=False, exit_code=3)


async def _look(settings: Settings) -> SignInState:
    backend = make_api_backend(settings, browser_options(settings))
    with tempfile.TemporaryDirectory() as folder:
        async with backend.session(Profile(name=_PROFILE, directory=Path(folder) / "profile")) as session:
            await ApiSignIn(settings.tenant()).probe(session)
    since = datetime.fromtimestamp(settings.token_file().stat().st_mtime)
    return SignInState(tenant=settings.tenant(), signed_in=True, since=since.isoformat(timespec="seconds"))
