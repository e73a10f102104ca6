"""Run orders of an earlier run again: the open ones, those of one cause, or under other numbers."""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.correct_number import TrialRun
from coupa_async.app.runs.earlier_run import EarlierRun, earlier_run
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.output_folder import has_begun
from coupa_async.app.runs.run_result import run_result
from coupa_async.domain.errors import InputError
from coupa_async.domain.selection import EVERYTHING, UNFINISHED, Selection
from coupa_async.domain.totals.causes import CauseGroup
from coupa_async.web.jobs.demo import demo_again
from coupa_async.web.jobs.runner import Work, work_on
from coupa_async.web.pages.begin import begin_sheet, is_person_there
from coupa_async.web.pages.folders import chosen
from coupa_async.web.pages.orders import find_sheet, show_ways
from coupa_async.web.pages.run import run_of
from coupa_async.web.rendering import language_of
from coupa_async.web.requests import Form, read_form
from coupa_async.web.site import site_of


async def again(request: Request) -> Response:
    """Run some of a folder's orders again: the open ones, those of one cause, or all that did not come out well."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    if known.sheet and not await to_thread.run_sync(has_begun, known.root):
        sheet = await find_sheet(site, known.sheet)  # it was ended before it had begun
        await begin_sheet(site, sheet, chosen(site, sheet), language_of(request))
    else:
        earlier = await to_thread.run_sync(earlier_run, known.root)
        selection = await to_thread.run_sync(_selection, known.root, form)
        work = await to_thread.run_sync(work_again, earlier, selection)
        await site.runner.start(known.name, known.root, work)
    return RedirectResponse(f"{site.access.base}/runs/{known.id}", 303)


def work_again(earlier: EarlierRun, selection: Selection, trial: TrialRun | None = None) -> Work:
    """Return the work of going on with a folder as its latest run was told. Blocking.

    Args:
        earlier: That run.
        selection: Which of its orders.
        trial: A number to try, in a folder of its own.

    Raises:
        InputError: If the spreadsheet is gone, or a setting is wrong.
    """
    values = earlier.values({}, ())
    corrected = trial.corrected if trial else {}
    if trial:
        values |= {"output_dir": trial.folder, "in_place": False}
    if earlier.is_demo:
        return demo_again(trial.folder if trial else earlier.folder, values, selection, corrected)
    settings = Settings.read(**values)
    settings.tenant()
    return work_on(
        lambda switch: RunRequest(
            settings=settings,
            input=Path(str(values["input"])),
            selection=selection,
            in_place=bool(values.get("in_place")),
            may_ask=is_person_there(),
            corrected=corrected,
            signals=switch.open,
        )
    )


def _selection(root: Path, form: Form) -> Selection:
    """Return the orders that are meant. Blocking."""
    if not (cause := form.text("cause")):
        return Selection(due=UNFINISHED if form.text("what") == "unfinished" else Selection().due)
    return Selection(due=EVERYTHING, only=_group(root, cause).keys)


def _group(root: Path, cause: str) -> CauseGroup:
    """Return the orders of one cause. Blocking."""
    group = next((group for group in run_result(root).causes if group.cause == cause), None)
    if group is None:
        raise InputError("no order has this cause any more: load the page again")
    return group


async def correct(request: Request) -> Response:
    """Offer the numbers of the orders of one cause as a list, to be corrected and run by themselves."""
    site, known = site_of(request), await run_of(request)
    form = await read_form(request, site.access)
    group = await to_thread.run_sync(_group, known.root, form.text("cause"))
    return show_ways(request, pasted="\n".join(result.number.shown for result in group.results))
