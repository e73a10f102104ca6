"""Settings: every one with its words, its value and where that comes from; changes go into the user's own file."""

from __future__ import annotations

from collections.abc import Sequence

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coupa_async.app.configuration import user_settings
from coupa_async.app.configuration.setting_groups import setting_groups
from coupa_async.app.configuration.setting_states import SettingState, setting_states
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.domain.errors import SettingsError
from coupa_async.web.rendering import page
from coupa_async.web.requests import Form, read_form
from coupa_async.web.site import Site, site_of


async def show(request: Request) -> Response:
    """Show them."""
    return await _show(request)


async def save(request: Request) -> Response:
    """Write what was changed; what was emptied is taken out of the user's file."""
    site = site_of(request)
    form = await read_form(request, site.access)
    try:
        await to_thread.run_sync(_save, site, form)
    except SettingsError as error:
        return await _show(request, str(error), form)
    return RedirectResponse(f"{site.access.base}/settings#{form.text('group')}", 303)


async def _show(request: Request, error: str = "", form: Form | None = None) -> Response:
    site = site_of(request)
    groups: dict[str, list[SettingState]] = {}
    try:
        states = {state.name: state for state in await to_thread.run_sync(_states, site)}
        groups = {title: [states[name] for name in names] for title, names in setting_groups().items()}
    except SettingsError as wrong:
        error = error or str(wrong)
    typed = {name: form.text(name) for name in states if name in form} if form and groups else {}
    status = 422 if error else 200
    return page(request, "settings.html", status=status, groups=groups, error=error, typed=typed, file=str(user_file()))


def _states(site: Site) -> Sequence[SettingState]:
    return setting_states(site.read_settings())


def _save(site: Site, form: Form) -> None:
    for state in _states(site):
        text = form.text(state.name)
        if state.name not in form or state.is_secret or state.is_out_of_reach or text == _text(state):
            continue
        if text:
            user_settings.write(user_file(), state.name, text)
        else:
            user_settings.remove(user_file(), state.name)


def _text(state: SettingState) -> str:
    """Return what the page shows of a value of the user's own; a default is shown as such, and its field is empty."""
    value = state.value
    return (str(value).lower() if isinstance(value, bool) else str(value)) if state.is_own else ""
