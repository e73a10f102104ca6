"""``report``: makes the HTML report of an output folder again, also while a run goes on."""

from __future__ import annotations

import json
import webbrowser
from datetime import datetime

from anyio import to_thread
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.configuration.settings import shown_defaults
from coupa_async.app.runs.fill_in import fill_in_later
from coupa_async.app.runs.output_folder import opened
from coupa_async.cli.command import FolderCommand
from coupa_async.cli.invocation import as_typed
from coupa_async.cli.language import _, message, spoken
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report


class Report(FolderCommand):
    """Make the HTML report of an output folder again; fill the spreadsheet in, if another program held it."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async report")

    open_: bool = Field(False, alias="open", description="show it in the default browser")


async def report(settings: Report) -> int:
    """Write the report and say where it is.

    Returns:
        0, whatever the outcomes of the orders are.

    Raises:
        InputError: If the folder has no journal, or its spreadsheet can no longer be read.
        StorageError: If report or spreadsheet cannot be written.
    """
    root = settings.dir.resolve()
    console = Console(stderr=True)
    with opened(root) as (journal, history):
        path = write_report(root, journal, history, datetime.now(), language=spoken(), defaults=shown_defaults())
        write_manifest(root, journal, datetime.now())
    if filled_in := await to_thread.run_sync(fill_in_later, root, datetime.now()):
        for text in filled_in.sentences():
            console.print(as_typed(message(text)), highlight=False, markup=False, soft_wrap=True)
        console.print(f"{_('workbook'):<9} {filled_in.written}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"{_('report'):<9} {path}", highlight=False, markup=False, soft_wrap=True)
    if settings.open_ and not await to_thread.run_sync(webbrowser.open, path.as_uri()):
        console.print(_("no browser could be started: open the file yourself"))
    if settings.json_:
        print(json.dumps({"report": str(path), "exit_code": 0}), flush=True)  # noqa: T201 - the line that scripts read
    return 0
