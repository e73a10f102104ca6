"""``status``: where the run of an output folder stands; also while it goes on."""

from __future__ import annotations

import json

from pydantic_settings import SettingsConfigDict
from rich.console import Console

from coupa_async.cli.folder import Folder, opened
from coupa_async.cli.summary import Summary
from coupa_async.services.report import FILE_NAME
from coupa_async.services.standing import Standing, standing


class Status(Folder):
    """Say where the run of an output folder stands."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async status")


async def status(settings: Status) -> int:
    """Say it, on stderr as a run does, and for scripts on stdout.

    Returns:
        0 if every order is COMPLETED or NO_ATTACHMENTS, else 1: what a run that ended now would say.

    Raises:
        InputError: If the folder has no journal.
    """
    root = settings.dir.resolve()
    with opened(root) as (journal, history):
        stands = standing(journal, history)
    page = root / FILE_NAME
    summary = Summary(
        outcomes=stands.outcomes,
        files=stands.files,
        size_bytes=stands.size_bytes,
        seconds=stands.seconds,
        restarts=stands.restarts,
        output_dir=root,
        report=page if page.is_file() else None,
    )
    console = Console(stderr=True)
    summary.show(console)
    console.print(_story(stands), highlight=False, soft_wrap=True)
    if settings.json_:
        last = stands.last_processed.isoformat() if stands.last_processed else None
        print(json.dumps(json.loads(summary.to_json()) | {"last_processed": last}), flush=True)  # noqa: T201 - the line that scripts read
    return summary.exit_code


def _story(stands: Standing) -> str:
    last = f"last order at {stands.last_processed:%Y-%m-%d %H:%M:%S}" if stands.last_processed else "no order yet"
    if stands.started_at is None:
        return last
    end = f"ended {stands.ended_at:%Y-%m-%d %H:%M:%S}" if stands.ended_at else "still going on, or killed"
    return f"latest run begun {stands.started_at:%Y-%m-%d %H:%M:%S}, {end}; {last}"
