"""The end of a run: its results counted and written into spreadsheet and report, each even if the other fails."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from anyio import to_thread

from coupa_async.app.configuration.settings import shown_defaults
from coupa_async.app.runs.fill_in import fill_in
from coupa_async.app.runs.open_run import OpenRun
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.errors import CoupaError, ProgramError, UnexpectedError
from coupa_async.domain.events import Warned
from coupa_async.runtime.contexts import ContextsInThreads
from coupa_async.services.collection.saving.recorder import fail_unfiled
from coupa_async.services.files.duplicates import link_duplicates
from coupa_async.services.records.status import run_status
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report
from coupa_async.services.spreadsheet.columns.data_columns import DataColumns

_log = logging.getLogger(__name__)


async def finish_run(run: OpenRun, left: Mapping[str, str], contexts: ContextsInThreads) -> None:
    """Count the results, write the spreadsheet and the report, each even if the other fails, and clear up."""
    journal, storage, summary = run.journal, run.storage, run.summary
    with _kept_going(summary):
        for text in await to_thread.run_sync(fail_unfiled, journal, storage, datetime.now()):
            run.notify(Warned(text=text))
    await to_thread.run_sync(lambda: summary.take(run_status(journal, run.history), journal))
    with _kept_going(summary):
        data = await to_thread.run_sync(DataColumns.of, run.worklist.options.data, journal.data())
        write = partial(fill_in, run.workbook, run.worklist, journal, now=datetime.now(), left=left, data=data)
        write = partial(write, with_lines=run.request.settings.lines)
        filled_in = await to_thread.run_sync(write, abandon_on_cancel=True)
        summary.workbook = filled_in.written
        for text in await to_thread.run_sync(lambda: list(filled_in.sentences())):
            run.notify(Warned(text=text, is_lasting=True))
        for text in data.notes():
            run.notify(Warned(text=text, is_lasting=True))
    with _kept_going(summary):
        run.history.end()
        write_page = partial(write_report, storage.root, journal, run.history, datetime.now())
        write_page = partial(write_page, language=run.request.settings.language or "en", defaults=shown_defaults())
        summary.report = await to_thread.run_sync(write_page, abandon_on_cancel=True)
    with _kept_going(summary):
        await to_thread.run_sync(write_manifest, storage.root, journal, datetime.now(), abandon_on_cancel=True)
    if run.request.settings.link_duplicates:
        with _kept_going(summary):
            await to_thread.run_sync(_link_duplicates, run)
    await contexts.leave()


def _link_duplicates(run: OpenRun) -> None:
    groups = ((digest, [run.storage.root / path for path in paths]) for digest, paths in run.journal.duplicates())
    linked = link_duplicates(groups)
    if linked.files or linked.error:
        why = f"; some stay copies: {linked.error}" if linked.error else ""
        saved_mb = linked.size_bytes / 2**20
        run.notify(Warned(text=f"{linked.files:,} equal files are links now, which saves {saved_mb:,.1f} MB{why}"))


@contextmanager
def _kept_going(summary: Summary) -> Iterator[None]:
    """Note an error of one last step in the summary, and let the other steps go on."""
    try:
        yield
    except CoupaError as error:
        summary.error = summary.error or error
    except Exception as error:  # noqa: BLE001 - likewise
        _log.exception("the end of the run met an error that nobody foresaw")
        summary.error = summary.error or ProgramError(str(UnexpectedError(error)))
