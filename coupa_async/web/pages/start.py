"""Where everybody begins."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from coupa_async.domain.errors import SettingsError
from coupa_async.web.rendering import page
from coupa_async.web.site import site_of


async def start(request: Request) -> Response:
    """Show what there is to do."""
    site = site_of(request)
    tenant, error = "", ""
    try:
        tenant = (await to_thread.run_sync(site.read_settings)).base_url or ""
    except SettingsError as wrong:
        error = str(wrong)
    runs = await to_thread.run_sync(site.runner.book.all)
    return page(request, "start.html", tenant=tenant, error=error, runs=runs[:3])
