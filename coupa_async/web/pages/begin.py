"""Begin a run: on the spreadsheet that was given, or on the sample."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.sign_in import has_screen
from coupa_async.domain.errors import OutputError
from coupa_async.domain.selection import Selection
from coupa_async.runtime.temporary_files import staged
from coupa_async.web.jobs.demo import demo
from coupa_async.web.jobs.runner import LiveRun, work_on
from coupa_async.web.pages.folders import choice_of, chosen
from coupa_async.web.pages.orders import sheet_of
from coupa_async.web.rendering import language_of
from coupa_async.web.requests import read_form
from coupa_async.web.sheets import Sheet
from coupa_async.web.site import Site, site_of


async def begin(request: Request) -> Response:
    """Run the orders of a spreadsheet."""
    site, sheet = site_of(request), await sheet_of(request)
    form = await read_form(request, site.access)
    run = await begin_sheet(site, sheet, choice_of(form, chosen(site, sheet)), language_of(request))
    return RedirectResponse(f"{site.access.base}/runs/{run.known.id}", 303)


async def begin_sheet(site: Site, sheet: Sheet, choice: Mapping[str, str], language: str) -> LiveRun:
    """Begin a run on a spreadsheet that was given, as was chosen for it.

    Args:
        site: Where it runs.
        sheet: The spreadsheet.
        choice: Settings by their names.
        language: Of its report, and of the notes in the workbook.

    Raises:
        InputError: If that cannot be done; nothing was begun then.
    """
    settings = await to_thread.run_sync(_settings, {**choice, "language": language})
    settings.tenant()
    site.runner.require_idle()  # before the spreadsheet of the run that goes on is replaced
    path = await to_thread.run_sync(_keep_input, sheet, settings.output_dir)
    await site.sheets.choose(sheet, choice)
    work = work_on(
        lambda switch: RunRequest(
            settings=settings, input=path, selection=Selection(), may_ask=is_person_there(), signals=switch.open
        )
    )
    return await site.runner.start(sheet.path.stem, settings.output_dir, work, sheet=sheet.id)


async def begin_demo(request: Request) -> Response:
    """Run the sample on the recorded site."""
    site = site_of(request)
    await read_form(request, site.access)
    folder = site.output_root / f"sample {datetime.now():%Y-%m-%d %H%M%S}"
    run = await site.runner.start("sample", folder, demo(folder, language_of(request)))
    return RedirectResponse(f"{site.access.base}/runs/{run.known.id}", 303)


def is_person_there() -> bool:
    """Return whether a window for a sign-in can be opened for whoever clicks here."""
    return has_screen(sys.platform, os.environ)


def _settings(choice: Mapping[str, str]) -> Settings:
    """Read the settings, with what was chosen for this spreadsheet before all others. Blocking."""
    given: dict[str, object] = {name: value for name, value in choice.items() if name in Settings.model_fields}
    folder = Path(choice["output_dir"]).expanduser()
    if not folder.is_absolute():
        raise OutputError(f"{folder}: is not a whole path: write one such as {Path.home() / 'Documents' / 'orders'}")
    if (columns := choice.get("folder_columns")) is not None:
        given["folder_columns"] = tuple(filter(None, columns.split("\n")))
    return Settings.read(**(given | {"output_dir": folder}))


def _keep_input(sheet: Sheet, root: Path) -> Path:
    """Copy the spreadsheet into the output folder, where a retry finds it whatever becomes of ours. Blocking."""
    path = root / "input" / sheet.path.name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with staged(path) as part:
            shutil.copyfile(sheet.path, part)
            part.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}): choose another folder") from error
    return path
