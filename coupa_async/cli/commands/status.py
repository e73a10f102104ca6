"""``status``: shows where the run of an output folder stands, also while it goes on."""

from __future__ import annotations

import json
from datetime import datetime

from anyio import to_thread
from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.app.runs.output_folder import folder_status
from coupa_async.cli.command import FolderCommand
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.display.live import left_text
from coupa_async.cli.display.summary import show_summary
from coupa_async.cli.language import _
from coupa_async.services.records.status import RunStatus


class Status(FolderCommand):
    """Say where the run of an output folder stands."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async status")


async def status(settings: Status) -> int:
    """Show it on stderr as a run does, and for scripts on stdout.

    Returns:
        0 if every order is COMPLETED or NO_ATTACHMENTS, else 1, as for a run that ended now.

    Raises:
        InputError: If the folder has no journal.
    """
    root, now = settings.dir.resolve(), datetime.now()
    summary, status = await to_thread.run_sync(folder_status, root)
    left_s = status.seconds_left(now) if summary.is_at_work else None
    console = Console(stderr=True)
    show_summary(summary, console)
    print_text(console, _latest_run(status, left_s, is_at_work=summary.is_at_work))
    if settings.json_:
        last = status.last_processed.isoformat() if status.last_processed else None
        told = {"last_processed": last, "at_work": summary.is_at_work, "seconds_left": left_s}
        print(json.dumps(json.loads(summary.to_json()) | told), flush=True)  # noqa: T201 - the line that scripts read
    return summary.exit_code


def _latest_run(status: RunStatus, left_s: float | None, *, is_at_work: bool) -> str:
    last = _("no order yet")
    if status.last_processed:
        last = _("last order at %(at)s") % {"at": f"{status.last_processed:%Y-%m-%d %H:%M:%S}"}
    if status.started_at is None:
        return last
    if is_at_work:
        more = _("stopping") if status.is_stopping else left_text(left_s) if left_s else ""
        end = ", ".join(filter(None, (_("at work now"), more)))
    else:
        end = _("killed before its end")
        if status.ended_at:
            end = _("ended %(at)s") % {"at": f"{status.ended_at:%Y-%m-%d %H:%M:%S}"}
    begun = _("latest run begun %(at)s") % {"at": f"{status.started_at:%Y-%m-%d %H:%M:%S}"}
    return f"{begun}, {end}; {last}"
