"""Every address of the page, and what answers it."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from coupa_async.domain.errors import UnexpectedError
from coupa_async.web.pages import begin, entry, orders, run, start
from coupa_async.web.pages.orders import NO_SUCH
from coupa_async.web.rendering import page
from coupa_async.web.requests import RefusedError
from coupa_async.web.serving.guard import Guard
from coupa_async.web.site import Site

_HERE = Path(__file__).parent


def make_site(site: Site) -> Guard:
    """Put the pages together, with the guard before them."""
    below = [
        Route("/enter", entry.enter),
        Route("/another", entry.another, methods=["POST"]),
        Route("/alive", entry.alive),
        Route("/language", entry.choose_language, methods=["POST"]),
        Route("/end", entry.end, methods=["POST"]),
        Route("/", start.start),
        Route("/demo", begin.begin_demo, methods=["POST"]),
        Route("/orders", orders.choose),
        Route("/orders/upload", orders.upload, methods=["POST"]),
        Route("/orders/paste", orders.paste, methods=["POST"]),
        Route("/orders/template.csv", orders.template),
        Route("/orders/{sheet}", orders.understood),
        Route("/orders/{sheet}/change", orders.change, methods=["POST"]),
        Route("/orders/{sheet}/rows.csv", orders.bad_rows),
        Route("/orders/{sheet}/begin", begin.begin, methods=["POST"]),
        Route("/runs/{run}", run.show),
        Route("/runs/{run}/events", run.events),
        Route("/runs/{run}/stop", run.stop, methods=["POST"]),
        Route("/runs/{run}/again", run.again, methods=["POST"]),
        Route("/runs/{run}/open", run.open_it, methods=["POST"]),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    handlers = {RefusedError: _refused, 404: _not_there, 405: _not_there, 500: _unexpected}
    app = Starlette(routes=[Mount(site.access.base, routes=below)], exception_handlers=handlers)
    app.state.site = site
    return Guard(app, site.access, site.presence.note)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - it is what this handles
    answer = page(request, "refused.html", status=error.refusal.status, text=error.refusal.text)
    answer.headers["connection"] = "close"  # what else is being sent is not read
    return answer


async def _not_there(request: Request, _: Exception) -> Response:
    return page(request, "refused.html", status=404, text=NO_SUCH.text)


async def _unexpected(request: Request, error: Exception) -> Response:
    return page(request, "refused.html", status=500, text=str(UnexpectedError(error, "the terminal")))
