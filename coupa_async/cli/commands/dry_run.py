"""``run --dry-run``: shows what would be done and where. It asks the tenant for nothing and writes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

from rich.console import Console

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.limits import finds_workers, most_workers
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.plan import planned_folder
from coupa_async.cli.display.fitting import print_text
from coupa_async.cli.display.live import more_text
from coupa_async.cli.language import _, message, ngettext
from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.worklist import Worklist

_SHOWN = 20


def dry_run(request: RunRequest, worklist: Worklist, *, as_json: bool) -> int:
    """Show what a run would do.

    Returns:
        0: nothing was tried, so nothing failed.
    """
    settings = request.settings
    root = settings.output_dir.resolve()
    known = _known(root / FILE_NAME)
    todo = request.selection.of(worklist.orders, known)
    console = Console(stderr=True)

    def say(text: str, indent: int = 0) -> None:
        print_text(console, text, indent=indent)

    for text in (*request.notes, *worklist.warnings):
        say(message(text))
    for bad in worklist.bad_rows[:_SHOWN]:
        say(f"{_('row %(number)s') % {'number': bad.row}}: {message(bad.reason)}")
    if (more := len(worklist.bad_rows) - _SHOWN) > 0:
        say(f"… {more_text(more)}")
    if todo:
        say(_("folders below %(folder)s:") % {"folder": root})
    for order in todo[:_SHOWN]:
        say(f"{order.number.shown:<14} {planned_folder(order)}", indent=15)
    if len(todo) > _SHOWN:
        say(f"… {more_text(len(todo) - _SHOWN)}")
    rest = len(worklist.orders) + len(worklist.done) - len(todo)
    if worklist.layout.sheet:
        where = {"sheet": repr(worklist.layout.sheet), "file": worklist.path.name}
        say(_("the orders are those of sheet %(sheet)s in %(file)s") % where)
    done = len(worklist.done) + sum(known.get(order.number.key) is not None for order in worklist.orders)
    done = min(done, rest)  # --fresh does them again
    say(_what_is_due(settings.base_url, len(todo), done, rest - done, len(worklist.bad_rows)))
    if todo:
        say(_workers_text(settings, len(todo)))
    say(_("nothing was asked and nothing written"))
    if as_json:
        orders = [{"order": item.number.shown, "folder": str(root / planned_folder(item))} for item in todo]
        total, bad_rows, sheet = len(todo) + rest, len(worklist.bad_rows), worklist.layout.sheet or None
        found = {"total": total, "orders": orders, "exit_code": 0, "bad_rows": bad_rows, "sheet": sheet}
        print(json.dumps(found), flush=True)  # noqa: T201 - the line that scripts read
    return 0


def _what_is_due(base_url: str | None, due: int, done: int, left_out: int, bad_rows: int) -> str:
    would = ngettext("%(num)s order would be done", "%(num)s orders would be done", due)
    at = _("at %(address)s") % {"address": base_url}
    unset = _("(the address of your Coupa, COUPA_BASE_URL, is not set)")
    parts = [
        f"{would} {at if base_url else unset}",
        ngettext("%(num)s is done already", "%(num)s are done already", done),
        ngettext("%(num)s is left out as asked", "%(num)s are left out as asked", left_out) if left_out else "",
        ngettext("%(num)s row names no order", "%(num)s rows name no order", bad_rows) if bad_rows else "",
    ]
    return "; ".join(filter(None, parts))


def _workers_text(settings: Settings, due: int) -> str:
    most = most_workers(settings, due)
    if finds_workers(settings):
        told = {"most": most, "processors": os.cpu_count() or 1}
        return (
            _("workers: auto: 1 at first, up to %(most)s while more orders come of it (%(processors)s processors)")
            % told
        )
    return ngettext("%(num)s worker", "%(num)s workers", most)


def _known(journal_file: Path) -> dict[str, Outcome]:
    if not journal_file.is_file():
        return {}
    with Journal(journal_file) as journal:
        return journal.outcomes()
