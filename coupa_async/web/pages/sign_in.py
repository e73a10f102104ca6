"""Sign in: whether we are, a window to do it in, and forgetting it. The page never asks for a password."""

from __future__ import annotations

from datetime import datetime, timedelta

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from coupa_async.app.sign_in import SignInState, forget_sign_in, sign_in_state
from coupa_async.domain.errors import CoupaError
from coupa_async.web.rendering import fragment, page
from coupa_async.web.requests import read_form
from coupa_async.web.site import site_of


async def show(request: Request) -> Response:
    """Show the page; the state comes after it, for the tenant has to be asked."""
    return page(request, "sign_in.html", job=site_of(request).sign_in.latest)


async def state(request: Request) -> Response:
    """Ask the tenant whether we are signed in."""
    site = site_of(request)
    found: SignInState | None = None
    error, until = "", None
    if site.sign_in.active is None:
        try:
            settings = await to_thread.run_sync(site.read_settings)
            found = await sign_in_state(settings)
            until = datetime.now() + timedelta(seconds=found.lasts_s) if found.lasts_s else None
        except CoupaError as wrong:
            error = str(wrong)
    return HTMLResponse(fragment(request, "parts/sign_in_state.html", state=found, error=error, until=until))


async def progress(request: Request) -> Response:
    """Tell how the sign-in gets on."""
    job = site_of(request).sign_in.latest
    head = {} if job is None or job.is_over else {"x-go-on": "1"}
    return HTMLResponse(fragment(request, "parts/sign_in_progress.html", job=job), headers=head)


async def begin(request: Request) -> Response:
    """Open the window of a sign-in."""
    site = site_of(request)
    await read_form(request, site.access)
    site.sign_in.begin()
    return RedirectResponse(f"{site.access.base}/sign-in", 303)


async def give_up(request: Request) -> Response:
    """Close it again."""
    site = site_of(request)
    await read_form(request, site.access)
    site.sign_in.give_up()
    return RedirectResponse(f"{site.access.base}/sign-in", 303)


async def forget(request: Request) -> Response:
    """Remove the sign-in from this computer."""
    site = site_of(request)
    await read_form(request, site.access)
    settings = await to_thread.run_sync(site.read_settings)
    await to_thread.run_sync(forget_sign_in, settings)
    return RedirectResponse(f"{site.access.base}/sign-in", 303)
