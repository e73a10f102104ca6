"""Correct one order's number: try another one alone, then keep it, or discard it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coupa_async.app.runs.correct_number import begin_trial, discard, keep
from coupa_async.app.runs.earlier_run import earlier_run
from coupa_async.domain.selection import EVERYTHING, Selection
from coupa_async.web.pages.again import work_again
from coupa_async.web.pages.orders import NO_SUCH
from coupa_async.web.pages.run import run_of
from coupa_async.web.requests import Form, RefusedError, read_form
from coupa_async.web.site import site_of


async def try_number(request: Request) -> Response:
    """Try another number for an order, alone."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    site.runner.require_idle()
    earlier = await to_thread.run_sync(earlier_run, known.root)
    trial = await to_thread.run_sync(begin_trial, known.root, form.text("order"), form.text("number"))
    selection = Selection(due=EVERYTHING, only=frozenset({trial.number.key}))
    work = await to_thread.run_sync(work_again, earlier, selection, trial)
    await site.runner.start(known.name, known.root, work)
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


async def keep_number(request: Request) -> Response:
    """Keep a number that was tried."""
    site, known = site_of(request), await run_of(request)
    trial = _trial(await read_form(request, site.access))
    site.runner.require_idle()
    await to_thread.run_sync(partial(keep, known.root, trial, datetime.now()))
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


async def discard_number(request: Request) -> Response:
    """Discard a number that was tried."""
    site, known = site_of(request), await run_of(request)
    trial = _trial(await read_form(request, site.access))
    site.runner.require_idle()
    await to_thread.run_sync(discard, known.root, trial)
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


def _trial(form: Form) -> int:
    text = form.text("trial")
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise RefusedError(NO_SUCH)
    return int(text)
