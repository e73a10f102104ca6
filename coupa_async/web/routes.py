"""Every address of the page, and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from coupa_async.domain.errors import CoupaError, UnexpectedError
from coupa_async.services.reports.style import BASE
from coupa_async.web.pages import (
    again,
    begin,
    correct,
    entry,
    folders,
    orders,
    run,
    runs,
    settings,
    sign_in,
    start,
    support,
)
from coupa_async.web.pages.orders import NO_SUCH
from coupa_async.web.rendering import page
from coupa_async.web.requests import RefusedError
from coupa_async.web.serving.middleware import AccessMiddleware
from coupa_async.web.site import Site

_HERE = Path(__file__).parent


def make_site(site: Site) -> AccessMiddleware:
    """Put the pages together, with the guard before them."""
    below = [
        *_doors(),
        *_steps(),
        *_runs(),
        Route("/static/base.css", _base_style),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    handlers = {
        RefusedError: _refused,
        CoupaError: _failed,
        ClientDisconnect: _left,
        404: _not_there,
        405: _not_there,
        500: _unexpected,
    }
    app = Starlette(routes=[Mount(site.access.base, routes=below)], exception_handlers=handlers)
    app.state.site = site
    return AccessMiddleware(app, site.access, site.presence.note)


def _doors() -> list[BaseRoute]:
    return [
        Route("/enter", entry.enter),
        _post("/another", entry.another),
        Route("/alive", entry.alive),
        _post("/language", entry.choose_language),
        _post("/end", entry.end),
        Route("/", start.start),
        Route("/start/checks", start.checks),
        _post("/start/tenant", start.set_tenant),
        Route("/settings", settings.show),
        _post("/settings/save", settings.save),
        Route("/help", support.show),
        Route("/help/{room}/{name}", support.document),
        _post("/help/bundle", support.bundle),
        _post("/help/bundle.txt", support.save_bundle),
    ]


def _steps() -> list[BaseRoute]:
    return [
        Route("/sign-in", sign_in.show),
        Route("/sign-in/state", sign_in.state),
        Route("/sign-in/progress", sign_in.progress),
        _post("/sign-in/begin", sign_in.begin),
        _post("/sign-in/give-up", sign_in.give_up),
        _post("/sign-in/forget", sign_in.forget),
        _post("/demo", begin.begin_demo),
        Route("/orders", orders.choose),
        _post("/orders/upload", orders.upload),
        _post("/orders/paste", orders.paste),
        Route("/orders/template.csv", orders.template),
        Route("/orders/{sheet}", orders.understood),
        _post("/orders/{sheet}/change", orders.change),
        Route("/orders/{sheet}/rows.csv", orders.bad_rows),
        Route("/orders/{sheet}/folders", folders.show),
        _post("/orders/{sheet}/plan", folders.plan),
        _post("/orders/{sheet}/keep", folders.keep),
        _post("/orders/{sheet}/begin", begin.begin),
    ]


def _runs() -> list[BaseRoute]:
    return [
        Route("/runs", runs.show),
        Route("/runs/{run}", run.show),
        Route("/runs/{run}/events", run.events),
        Route("/runs/{run}/folders.zip", run.take_along),
        _post("/runs/{run}/stop", run.stop),
        _post("/runs/{run}/again", again.again),
        _post("/runs/{run}/correct", again.correct),
        _post("/runs/{run}/try", correct.try_number),
        _post("/runs/{run}/keep", correct.keep_number),
        _post("/runs/{run}/discard", correct.discard_number),
        _post("/runs/{run}/open", run.open_it),
        _post("/runs/{run}/rename", runs.rename),
        _post("/runs/{run}/forget", runs.forget),
    ]


def _post(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(path, answer, methods=["POST"])


async def _base_style(_: Request) -> Response:
    return FileResponse(BASE)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - it is what this handles
    answer = page(request, "refused.html", status=error.refusal.status, text=error.refusal.text)
    answer.headers["connection"] = "close"  # what else is being sent is not read
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    return page(request, "refused.html", status=409, text=str(error))


async def _left(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # for nobody: the window is closed


async def _not_there(request: Request, _: Exception) -> Response:
    return page(request, "refused.html", status=404, text=NO_SUCH.text)


async def _unexpected(request: Request, error: Exception) -> Response:
    return page(request, "refused.html", status=500, text=str(UnexpectedError(error, "the terminal")))
