"""Folders and options: the levels of folders, what they will look like, and how the run goes about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from coupa_async.app.configuration.setting_states import SettingState, setting_states
from coupa_async.app.runs.plan import command_line, planned_folder, tree
from coupa_async.domain.errors import CoupaError
from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS
from coupa_async.services.spreadsheet.columns.column_choice import SUPPLIER
from coupa_async.services.spreadsheet.preview import Preview, preview
from coupa_async.web.pages.orders import sheet_of, worklist_options
from coupa_async.web.rendering import fragment, page
from coupa_async.web.requests import Form, read_form
from coupa_async.web.sheets import Sheet
from coupa_async.web.site import Site, site_of

OPTIONS = ("workers", "data", "requisition", "types", "no_files", "msg_pdf")
ADVANCED = (
    "names", "intent", "files_from", "link_duplicates", "empty_folders", "lane", "tabs", "requests_per_s",
    "max_attempts", "page_timeout_s", "download_timeout_s", "max_file_mb", "skip_unseen_groups", "visible_only",
)  # fmt: skip
_IN_TREE = 8
_SUPPLIER = "(supplier)"


@dataclass(frozen=True, slots=True)
class Level:
    """What may make a level of folders: a column, or the supplier."""

    name: str
    is_on: bool


async def show(request: Request) -> Response:
    """Show the levels, the tree and the options."""
    site, sheet = site_of(request), await sheet_of(request)
    found = await to_thread.run_sync(preview, sheet.path, worklist_options(sheet.choice))
    states = await to_thread.run_sync(_states, site)
    choice = chosen(site, sheet)
    return page(
        request,
        "folders.html",
        sheet=sheet,
        found=found,
        choice=choice,
        levels=_levels(found, choice),
        options=[states[name] for name in OPTIONS],
        advanced=[states[name] for name in ADVANCED],
        **_plan(sheet, found, choice),
    )


async def plan(request: Request) -> Response:
    """Show what folders, and which command, a choice comes to. Nothing is kept."""
    site, sheet = site_of(request), await sheet_of(request)
    choice = choice_of(await read_form(request, site.access), chosen(site, sheet))
    try:
        found = await to_thread.run_sync(preview, sheet.path, worklist_options(choice))
    except CoupaError as error:
        nothing = {"tree": [], "more": 0, "supplier": "", "command": ""}
        return HTMLResponse(fragment(request, "parts/plan.html", error=str(error), **nothing))
    return HTMLResponse(fragment(request, "parts/plan.html", error="", **_plan(sheet, found, choice)))


async def keep(request: Request) -> Response:
    """Keep a choice without running."""
    site, sheet = site_of(request), await sheet_of(request)
    choice = choice_of(await read_form(request, site.access), chosen(site, sheet))
    await site.sheets.choose(sheet, choice)
    return RedirectResponse(f"{site.access.base}/orders/{sheet.id}/folders", 303)


def chosen(site: Site, sheet: Sheet) -> dict[str, str]:
    """Return what was chosen for a spreadsheet, with an output folder in any case."""
    return {"output_dir": str(site.output_root / sheet.path.stem), **sheet.choice}


def choice_of(form: Form, before: Mapping[str, str]) -> dict[str, str]:
    """Return what a form chooses; what it does not speak of stays as it was."""
    given = {name: form.text(name) for name in ("output_dir", *OPTIONS, *ADVANCED) if name in form}
    choice = {name: value for name, value in {**before, **given}.items() if value}
    if "has_levels" in form:
        choice["folder_columns"] = "\n".join(level.replace("\n", " ") for level in form.texts("level"))
    return choice


def _states(site: Site) -> dict[str, SettingState]:
    return {state.name: state for state in setting_states(site.read_settings())}


def _levels(found: Preview, choice: Mapping[str, str]) -> list[Level]:
    """Return all that may be a level, the chosen ones first and in their order."""
    header = found.header
    ours = {name.casefold() for name in RESULT_COLUMNS}
    possible = [
        name
        for column, name in enumerate(header.names)
        if name and name != "<|>" and column != header.order_column and name.casefold() not in ours
    ]
    on = (
        [name for name in choice["folder_columns"].split("\n") if name] if "folder_columns" in choice else found.folders
    )
    rest = [name for name in dict.fromkeys((SUPPLIER, *possible)) if name not in on]
    return [*(Level(name, is_on=True) for name in on), *(Level(name, is_on=False) for name in rest)]


def _plan(sheet: Sheet, found: Preview, choice: Mapping[str, str]) -> dict[str, Any]:
    first = islice(found.worklist.orders, _IN_TREE)
    return {
        "tree": list(tree(planned_folder(order, _SUPPLIER) for order in first)),
        "supplier": _SUPPLIER,
        "more": max(0, len(found.worklist.orders) - _IN_TREE),
        "command": command_line(sheet.path.name, choice),
    }
