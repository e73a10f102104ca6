"""Where everybody begins: whether a run can start, with each problem's cure, and the ways on."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from coupa_async.app.configuration import user_settings
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.app.diagnose import Diagnosis, diagnose
from coupa_async.domain.errors import CoupaError
from coupa_async.services.diagnostics.checks import Severity
from coupa_async.web.rendering import fragment, page
from coupa_async.web.requests import read_form
from coupa_async.web.site import site_of


async def start(request: Request) -> Response:
    """Show what there is to do; the checks come after it, for they take their time."""
    site = site_of(request)
    runs = await to_thread.run_sync(site.runner.known_runs.all)
    return page(request, "start.html", runs=runs[:3])


async def checks(request: Request) -> Response:
    """Check whether a run can start."""
    site = site_of(request)
    found, error, has_tenant = Diagnosis([]), "", True
    try:
        settings = await to_thread.run_sync(site.read_settings)
        has_tenant = settings.base_url is not None
        found = await diagnose(settings)
    except CoupaError as wrong:
        error = str(wrong)
    to_mend = [finding for finding in found.findings if finding.mark is not Severity.GOOD]
    good = [finding for finding in found.findings if finding.mark is Severity.GOOD]
    given = {"to_mend": to_mend, "good": good, "error": error, "has_tenant": has_tenant, "code": found.exit_code}
    return HTMLResponse(fragment(request, "parts/checks.html", **given))


async def set_tenant(request: Request) -> Response:
    """Keep the tenant's address, typed once, in the user's own settings."""
    site = site_of(request)
    form = await read_form(request, site.access)
    address = form.text("base_url")
    if "://" not in address:
        address = f"https://{address}"
    await to_thread.run_sync(user_settings.write, user_file(), "base_url", address)
    return RedirectResponse(f"{site.access.base}/", 303)
