"""The main use case: collect the orders of a spreadsheet and write their results back. Resumes an earlier run."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from anyio import to_thread

from coupa_async.app.browser_profile import source_profile
from coupa_async.app.choose_orders import Choice, choose_orders
from coupa_async.app.compose import find_backend, make_guard, make_worker_context, memory_limits
from coupa_async.app.group_order import work_by_group
from coupa_async.app.run_log import log_event, run_log
from coupa_async.app.settings import Settings
from coupa_async.app.summary import Summary, counter
from coupa_async.app.user_folders import profiles_dir
from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.errors import CoupaError, ProgramError, UnexpectedError, WorklistError
from coupa_async.domain.events import RunStarted, Warned
from coupa_async.domain.groups import sentences, tally
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.domain.selection import Selection
from coupa_async.engine.observers import ObserverGroup
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown, until_asked_twice
from coupa_async.engine.signals import OpenSignals, open_signals
from coupa_async.engine.workers.worker import Worker
from coupa_async.ports import Backend, Observer
from coupa_async.runtime.contexts import ContextsInThreads, contexts_in_threads
from coupa_async.runtime.temporary_files import sweep_staged
from coupa_async.services.collection.recorder import fail_unfiled, file_unfiled
from coupa_async.services.files.duplicates import link_duplicates
from coupa_async.services.files.replace import back_up
from coupa_async.services.files.storage import Storage
from coupa_async.services.profiles.profiles import BASE, SourceProfile, run_profiles
from coupa_async.services.profiles.sweep import sweep
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.manifest import write_manifest
from coupa_async.services.reports.run_report import write_report
from coupa_async.services.spreadsheet.data_columns import DataColumns
from coupa_async.services.spreadsheet.worklist import Worklist, WorklistOptions, read_worklist, write_results

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a run is asked to do.

    Attributes:
        settings: How to run.
        input: The spreadsheet.
        selection: Which of its orders to work on.
        in_place: Fill in the spreadsheet itself, after a backup beside it, instead of a copy in the output folder.
        is_demo: Whether the tenant is the recorded site, which a retry of the folder must start again.
        may_ask: Whether a person is there who can sign in by hand.
        notes: What the person should know of how the settings were read, a sentence each.
        signals: Signals that stop the run. The first lets the orders in flight finish; the second ends at once.
    """

    settings: Settings
    input: Path
    selection: Selection
    in_place: bool = False
    is_demo: bool = False
    may_ask: bool = False
    notes: tuple[str, ...] = ()
    signals: OpenSignals = open_signals


@dataclass(frozen=True, slots=True)
class _Run:
    """A run whose output folder is open."""

    request: RunRequest
    worklist: Worklist
    storage: Storage
    journal: Journal
    history: History
    summary: Summary
    notify: Observer


async def run_orders(request: RunRequest, observers: Sequence[Observer] = ()) -> Summary:
    """Run the orders of a spreadsheet.

    Args:
        request: What to do.
        observers: Receive every event.

    Returns:
        The summary, also of a run that could not go on.

    Raises:
        InputError: Before anything is written and before the tenant is asked for anything.
    """
    started_s = time.monotonic()
    settings = request.settings
    settings.tenant()
    limits = memory_limits(settings)
    worklist = await to_thread.run_sync(read_orders, request)
    backend, notes = await to_thread.run_sync(find_backend, settings)
    source = source_profile(settings)
    summary = Summary(output_dir=settings.output_dir.resolve(), is_read_only=settings.no_files)
    async with contexts_in_threads() as contexts:
        storage, journal, history = await _open_folder(request, summary.output_dir, contexts)
        with run_log(storage.root / "run.log"):
            notify = ObserverGroup([log_event, history.note, counter(summary), *observers])
            for text in filter(None, (*request.notes, *worklist.warnings, *notes, *storage.warnings, journal.warning)):
                notify(Warned(text=text))
            run = _Run(request, worklist, storage, journal, history, summary, notify)
            await to_thread.run_sync(file_unfiled, journal, storage)  # of a killed run: with the wrong name
            choose = partial(choose_orders, worklist, request.selection, settings, journal)
            choice = await to_thread.run_sync(choose)
            todo, done = choice.orders, choice.settled
            left_out = len(worklist.orders) + len(worklist.done) - done - len(todo)
            notify(RunStarted(total=done + len(todo), skipped=done, workers=settings.workers, left_out=left_out))
            left = await _execute(run, choice, backend, source, limits, contexts) if todo else {}
            if not todo:
                await to_thread.run_sync(_sweep, settings)
            for text in sentences(tally(journal.groups())):
                notify(Warned(text=text, is_lasting=True))
            # Browser profiles go last, and also under it: they take their time, and Ctrl-C then costs no results.
            cancelled_by = await until_asked_twice(request.signals, partial(_finish, run, left, contexts))
            summary.stopped_by = summary.stopped_by or cancelled_by or 0
    summary.seconds = time.monotonic() - started_s
    return summary


def read_orders(request: RunRequest) -> Worklist:
    """Read the spreadsheet. Blocking.

    Raises:
        InputError: If it has no orders, or lacks one that ``--only`` names.
    """
    settings, selection = request.settings, request.selection
    options = WorklistOptions(
        po_column=settings.po_column,
        folder_columns=settings.folder_columns,
        id_column=settings.id_column,
        group_column=settings.group_column,
        data=chosen_fields(settings.data),
    )
    worklist = read_worklist(request.input, options, fresh=Outcome.COMPLETED in selection.due)
    if missing := selection.only - worklist.rows.keys():
        raise WorklistError(f"{request.input}: --only names orders that are not in it: {', '.join(sorted(missing))}")
    return worklist


async def _open_folder(
    request: RunRequest, root: Path, contexts: ContextsInThreads
) -> tuple[Storage, Journal, History]:
    settings, storage = request.settings, Storage(root)
    await to_thread.run_sync(storage.prepare, *([] if request.in_place else [request.input.name]))
    await contexts.enter(storage.held())
    journal = await contexts.enter(await to_thread.run_sync(Journal, storage.root / FILE_NAME))
    history = await contexts.enter(await to_thread.run_sync(History, storage.root / FILE_NAME))
    known = {"input": str(request.input), "in_place": request.in_place, "is_demo": request.is_demo}
    history.begin(
        backend=settings.backend, lane=settings.lane, workers=settings.workers, settings=settings.shown() | known
    )
    return storage, journal, history


async def _execute(
    run: _Run,
    choice: Choice,
    backend: Backend,
    source: SourceProfile | None,
    limits: MemoryLimits,
    contexts: ContextsInThreads,
) -> dict[str, str]:
    """Work the orders off. An error that ends this goes into the summary.

    Returns:
        The reason for each order that was left undone on purpose, by key.
    """
    settings, notify, todo = run.request.settings, run.notify, choice.orders
    shutdown = Shutdown(notify, grace_s=settings.grace_s, signals=run.request.signals)
    left: dict[str, str] = {}
    try:
        profiles = await contexts.enter(run_profiles(profiles_dir(), settings.state_file(), source=source))
        for text in profiles.warnings:
            notify(Warned(text=text))
        context = make_worker_context(
            *(settings, backend, run.journal, run.storage, profiles, notify),
            finished=choice.finished,
            may_ask=run.request.may_ask,
        )
        workers: list[Worker] = []
        guard = make_guard(settings, limits, workers, context)
        names = [f"worker-{number}" for number in range(1, min(settings.workers, len(todo)) + 1)]

        async def work(orders: Sequence[Order]) -> bool:
            if orders:
                await download_all(orders, names, context, shutdown, workers=workers, services=[guard.watch])
            return shutdown.signal is None

        if settings.skip_unseen_groups:
            left = await work_by_group(todo, run.journal, work)
        else:
            await work(todo)
    except CoupaError as error:
        run.summary.error = error
    except Exception as error:  # noqa: BLE001 - workbook and report are written all the same
        _log.exception("the run met an error that nobody foresaw")
        run.summary.error = ProgramError(str(UnexpectedError(error)))
    run.summary.stopped_by = shutdown.signal or 0
    return left


async def _finish(run: _Run, left: Mapping[str, str], contexts: ContextsInThreads) -> None:
    """Count the results, write the spreadsheet and the report, each even if the other fails, and clear up."""
    request, journal, storage, summary = run.request, run.journal, run.storage, run.summary
    with _kept_going(summary):
        for text in await to_thread.run_sync(fail_unfiled, journal, storage, datetime.now()):
            run.notify(Warned(text=text))
    await to_thread.run_sync(summary.count, run.worklist, journal)
    with _kept_going(summary):
        target = request.input if request.in_place else storage.root / request.input.name
        now = datetime.now()
        if request.in_place:
            backup = await to_thread.run_sync(back_up, target, now)
            run.notify(Warned(text=f"{target} as it was is in {backup.name}"))
        data = await to_thread.run_sync(DataColumns.of, run.worklist.options.data, journal.data())
        write = partial(
            write_results,
            *(run.worklist, journal.results(), target),
            output_dir=storage.root,
            now=now,
            left=left,
            data=data,
        )
        summary.workbook = await to_thread.run_sync(write, abandon_on_cancel=True)
        if summary.workbook != target:
            run.notify(Warned(text=f"{target} is open in another program: the results are in {summary.workbook.name}"))
        for text in data.notes():
            run.notify(Warned(text=text, is_lasting=True))
    with _kept_going(summary):
        run.history.end()
        write_page = partial(write_report, storage.root, journal, run.history, datetime.now())
        summary.report = await to_thread.run_sync(write_page, abandon_on_cancel=True)
    with _kept_going(summary):
        await to_thread.run_sync(write_manifest, storage.root, journal, datetime.now(), abandon_on_cancel=True)
    if request.settings.link_duplicates:
        with _kept_going(summary):
            await to_thread.run_sync(_link_duplicates, run)
    await contexts.leave()


def _link_duplicates(run: _Run) -> None:
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


def _sweep(settings: Settings) -> None:
    """Remove what killed runs left. Only a run without orders needs this: any other does it when it starts."""
    sweep(profiles_dir(), keep=BASE)
    sweep_staged(settings.state_file())
