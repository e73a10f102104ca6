"""The door: one-time tokens, the second start, the signs of life, the end."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from coupa_async.services.languages.catalogue import LANGUAGES
from coupa_async.web.rendering import LANGUAGE_COOKIE, fragment, page, translated
from coupa_async.web.requests import read_form
from coupa_async.web.serving.access import USED_TOKEN
from coupa_async.web.site import site_of


async def enter(request: Request) -> Response:
    """Change a one-time token for the cookie.

    The answer is a page that goes on by itself: on a redirect, a browser that came from elsewhere would keep a cookie
    that is ``SameSite=Strict`` to itself.
    """
    site = site_of(request)
    if not site.access.enter(request.query_params.get("token", "")):
        # As any window that is not let in: a page of ours has what only windows that were let in may see.
        return PlainTextResponse(f"{translated(request, USED_TOKEN.text)}\n", USED_TOKEN.status)
    return HTMLResponse(fragment(request, "enter.html"), headers={"set-cookie": site.access.cookie()})


async def another(request: Request) -> Response:
    """Give a second start of the program an address for one more window."""
    return JSONResponse({"address": site_of(request).access.address()})


async def alive(request: Request) -> Response:
    """Answer a window's sign of life with what goes on, for its title and its notification."""
    site = site_of(request)
    run = site.runner.latest
    state = "" if run is None else "at work" if run.is_at_work else "over"
    return JSONResponse({"run": run.known.id if run else "", "name": run.known.name if run else "", "state": state})


async def choose_language(request: Request) -> Response:
    """Remember a language."""
    site = site_of(request)
    form = await read_form(request, site.access)
    to = form.text("here")
    is_ours = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    answer = RedirectResponse(site.access.base + (to if is_ours else "/"), 303)
    if (language := form.text("language")) in LANGUAGES:
        cookie = {"max_age": 365 * 86400, "path": site.access.base, "httponly": True, "samesite": "strict"}
        answer.set_cookie(LANGUAGE_COOKIE, language, **cookie)  # type: ignore[arg-type]
    return answer


async def end(request: Request) -> Response:
    """End the program; a run that goes on is asked to stop first, and is waited for."""
    site = site_of(request)
    await read_form(request, site.access)
    if (run := site.runner.active) is not None:
        run.switch.press()
    answer = page(request, "ended.html", is_waiting=run is not None)
    site.closing.set()
    return answer
