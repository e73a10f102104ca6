"""Earlier runs: what came of them, going on with them, other names for them, and forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coupa_async.app.runs.output_folder import folder_status, has_begun
from coupa_async.app.runs.run_book import KnownRun, RunBook
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.causes import outcomes_in_order
from coupa_async.services.records.status import RunStatus
from coupa_async.web.pages.run import run_of
from coupa_async.web.rendering import page
from coupa_async.web.requests import read_form
from coupa_async.web.site import site_of

_SHOWN = 50
_NAME_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A run of the list.

    Attributes:
        counts: Orders by outcome; none where the folder cannot be read.
        size_bytes: Of the files.
        error: Why the folder cannot be read; empty if it can.
        is_open: Whether orders are left to do.
    """

    known: KnownRun
    counts: Sequence[tuple[Outcome, int]] = ()
    size_bytes: int = 0
    error: str = ""
    is_open: bool = False


async def show(request: Request) -> Response:
    """Show the list."""
    site = site_of(request)
    runs = await to_thread.run_sync(_runs, site.runner.known_runs)
    return page(request, "runs.html", runs=runs)


async def rename(request: Request) -> Response:
    """Give a run another name; its folder keeps its own."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    if name := form.text("name")[:_NAME_CHARS]:
        await to_thread.run_sync(site.runner.known_runs.rename, known.id, name)
    return RedirectResponse(f"{site.access.base}/runs", 303)


async def forget(request: Request) -> Response:
    """Drop a run from the list; its files stay."""
    site, known = site_of(request), await run_of(request)
    await read_form(request, site.access)
    active = site.runner.active
    if active is None or active.known.id != known.id:
        await to_thread.run_sync(site.runner.known_runs.forget, known.id)
    return RedirectResponse(f"{site.access.base}/runs", 303)


def _runs(known_runs: RunBook) -> list[Earlier]:
    return [_earlier(known) for known in known_runs.all()[:_SHOWN]]


def _earlier(known: KnownRun) -> Earlier:
    try:
        if known.sheet and not has_begun(known.root):
            return Earlier(known=known, is_open=True)
        summary, status = folder_status(known.root)
    except CoupaError as error:
        return Earlier(known=known, error=str(error))
    return Earlier(
        known=known,
        counts=outcomes_in_order(summary.outcomes),
        size_bytes=summary.size_bytes,
        is_open=_is_open(summary, status),
    )


def _is_open(summary: Summary, status: RunStatus) -> bool:
    was_ended = status.ended_at is not None
    return not summary.is_at_work and (bool(summary.outcomes[Outcome.PENDING]) or not was_ended)
