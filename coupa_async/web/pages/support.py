"""Help: what is where, the documentation, and a bundle for whoever helps, shown before it is saved."""

from __future__ import annotations

from importlib.metadata import version

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from coupa_async.app.configuration.setting_states import setting_states
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.app.diagnose import diagnose
from coupa_async.app.support_bundle import support_bundle
from coupa_async.web.documents import ROOMS, documents, html_of
from coupa_async.web.pages.orders import NO_SUCH
from coupa_async.web.rendering import page
from coupa_async.web.requests import RefusedError, read_form
from coupa_async.web.site import site_of


async def show(request: Request) -> Response:
    """Show the page."""
    return await _help(request, "")


async def document(request: Request) -> Response:
    """Show a page of the documentation."""
    known = await to_thread.run_sync(documents)
    found = known.get(f"{request.path_params['room']}/{request.path_params['name']}")
    if found is None:
        raise RefusedError(NO_SUCH)
    html = await to_thread.run_sync(html_of, found, f"{site_of(request).access.base}/help")
    return page(request, "document.html", document=found, html=html)


async def _help(request: Request, text: str) -> Response:
    known = await to_thread.run_sync(documents)
    rooms = [(room, [found for found in known.values() if found.room == room]) for room in ROOMS]
    about = version("coupa-async")
    return page(request, "help.html", bundle=text, version=about, file=str(user_file()), rooms=rooms)


async def bundle(request: Request) -> Response:
    """Gather the bundle, and show it."""
    site = site_of(request)
    await read_form(request, site.access)
    settings = await to_thread.run_sync(site.read_settings)
    states = await to_thread.run_sync(setting_states, settings)
    found = await diagnose(settings)
    runs = await to_thread.run_sync(site.runner.known_runs.all)
    text = await to_thread.run_sync(support_bundle, found, states, runs[0].root if runs else None)
    return await _help(request, text)


async def save_bundle(request: Request) -> Response:
    """Hand out the bundle that was shown, as it may have been changed."""
    site = site_of(request)
    form = await read_form(request, site.access)
    head = {"content-disposition": 'attachment; filename="coupa-async-support.txt"'}
    return Response(form.text("bundle") + "\n", media_type="text/plain; charset=utf-8", headers=head)
