"""One run: while it goes on, and what came of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from coupa_async.app.runs.correct_number import Tried, carry_out, trials
from coupa_async.app.runs.output_folder import has_begun
from coupa_async.app.runs.run_book import KnownRun
from coupa_async.app.runs.run_result import RunResult, folders_of, run_result
from coupa_async.domain.corrections import can_be_corrected
from coupa_async.domain.errors import CoupaError, SignInError
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.causes import outcomes_in_order
from coupa_async.services.files.archive import zip_chunks
from coupa_async.web.jobs.runner import LiveRun
from coupa_async.web.pages.orders import NO_SUCH
from coupa_async.web.rendering import fragment, page
from coupa_async.web.requests import RefusedError, read_form
from coupa_async.web.site import site_of

_EVERY_S = 0.5
_SIGN_OF_LIFE_S = 15.0


async def show(request: Request) -> Response:
    """Show a run."""
    known = await run_of(request)
    live = site_of(request).runner.live(known.id)
    if live is not None and live.is_at_work:
        return page(request, "run.html", known=known, live=live, progress=live.progress, **_progress_values(live))
    return await _show_result(request, known, live)


async def events(request: Request) -> Response:
    """Tell a window how the run gets on, at most twice a second however much happens."""
    known = await run_of(request)
    live = site_of(request).runner.live(known.id)
    head = {"x-accel-buffering": "no"}
    return StreamingResponse(_event_stream(request, live), media_type="text/event-stream", headers=head)


async def _event_stream(request: Request, live: LiveRun | None) -> AsyncIterator[str]:
    site = site_of(request)
    with site.presence.listening():
        shown, quiet_s = -1, 0.0
        while live is not None and live.is_at_work:
            if live.progress.changes != shown or quiet_s >= _SIGN_OF_LIFE_S:
                shown, quiet_s = live.progress.changes, 0.0
                yield _message("progress", _progress_data(request, live))
            with anyio.move_on_after(_EVERY_S):
                await live.over.wait()
            quiet_s += _EVERY_S
        yield _message("over", {})


def _progress_data(request: Request, live: LiveRun) -> dict[str, object]:
    progress = live.progress
    html = fragment(request, "parts/progress.html", live=live, progress=progress, **_progress_values(live))
    return {"html": html, "done": progress.done, "total": progress.total}


def _progress_values(live: LiveRun) -> dict[str, Any]:
    busy = [(name, worker) for name, worker in live.progress.workers.items() if worker.instead != "done"]
    return {"counts": outcomes_in_order(live.progress.counts), "busy": busy}


def _message(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


async def stop(request: Request) -> Response:
    """Stop a run: what is in hand is finished; or at once."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    live = site.runner.live(known.id)
    if live is not None and live.is_at_work:
        live.switch.press_twice() if form.text("how") == "now" else live.switch.press()
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


async def open_it(request: Request) -> Response:
    """Show the folder, the workbook or the report with the system's own program."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    what = form.text("what")
    result = await to_thread.run_sync(run_result, known.root)
    places = {"folder": known.root, "workbook": result.workbook, "report": result.summary.report}
    path = places.get(what)
    if path is None or not path.exists():
        raise RefusedError(NO_SUCH)
    await to_thread.run_sync(site.open_on_desktop, path)
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


async def take_along(request: Request) -> Response:
    """Hand out the folders of the orders that came to some outcomes as one zip, made while it is sent."""
    known = await run_of(request)
    outcomes = {outcome for outcome in Outcome if outcome in request.query_params.getlist("outcome")}
    folders = await to_thread.run_sync(folders_of, known.root, outcomes)
    if not folders:
        raise RefusedError(NO_SUCH)
    head = {"content-disposition": f"attachment; filename*=utf-8''{quote(known.name, safe='')}.zip"}
    return StreamingResponse(zip_chunks(known.root, folders), media_type="application/zip", headers=head)


async def run_of(request: Request) -> KnownRun:
    """Return the run that an address names.

    Raises:
        RefusedError: If there is none.
    """
    known = await to_thread.run_sync(site_of(request).runner.known_runs.find, request.path_params["run"])
    if known is None:
        raise RefusedError(NO_SUCH)
    return known


def _carried_out(root: Path) -> str:
    """Carry out what was decided of corrected numbers before a kill. Blocking.

    Returns:
        Why that cannot be; empty if it is done.
    """
    try:
        carry_out(root, datetime.now())
    except CoupaError as error:
        return str(error)
    return ""


async def _show_result(request: Request, known: KnownRun, live: LiveRun | None) -> Response:
    result: RunResult | None = None
    tried: list[Tried] = []
    error = str(live.error) if live and live.error else ""
    can_begin = False
    try:
        can_begin = bool(known.sheet) and not await to_thread.run_sync(has_begun, known.root)
        if not can_begin:
            error = error or await to_thread.run_sync(_carried_out, known.root)
            result = await to_thread.run_sync(run_result, known.root)
            tried = await to_thread.run_sync(trials, known.root)
    except CoupaError as wrong:
        error = error or str(wrong)
    ended = live.summary if live else None
    return page(
        request,
        "result.html",
        known=known,
        can_begin=can_begin,
        result=result,
        tried=tried,
        can_be_corrected=can_be_corrected,
        error=error or (str(ended.error) if ended and ended.error else ""),
        wants_sign_in=isinstance(live.error or (ended and ended.error) if live else None, SignInError),
        warnings=list(dict.fromkeys(ended.warnings)) if ended else [],
        was_stopped=bool(ended and ended.stopped_by),
        counts=outcomes_in_order(result.summary.outcomes) if result else [],
    )
