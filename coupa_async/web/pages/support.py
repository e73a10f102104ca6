"""Help: what is where, and a bundle for whoever helps, shown before it is saved."""

from __future__ import annotations

from importlib.metadata import version

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from coupa_async.app.configuration.setting_states import setting_states
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.app.diagnose import diagnose
from coupa_async.app.support_bundle import support_bundle
from coupa_async.web.rendering import page
from coupa_async.web.requests import read_form
from coupa_async.web.site import site_of


async def show(request: Request) -> Response:
    """Show the page."""
    return page(request, "help.html", version=version("coupa-async"), file=str(user_file()), bundle="")


async def bundle(request: Request) -> Response:
    """Gather the bundle, and show it."""
    site = site_of(request)
    await read_form(request, site.access)
    settings = await to_thread.run_sync(site.read_settings)
    states = await to_thread.run_sync(setting_states, settings)
    found = await diagnose(settings)
    runs = await to_thread.run_sync(site.runner.known_runs.all)
    text = await to_thread.run_sync(support_bundle, found, states, runs[0].root if runs else None)
    return page(request, "help.html", version=version("coupa-async"), file=str(user_file()), bundle=text)


async def save_bundle(request: Request) -> Response:
    """Hand out the bundle that was shown, as it may have been changed."""
    site = site_of(request)
    form = await read_form(request, site.access)
    head = {"content-disposition": 'attachment; filename="coupa-async-support.txt"'}
    return Response(form.text("bundle") + "\n", media_type="text/plain; charset=utf-8", headers=head)
