"""The main use case: collect the orders of a spreadsheet and write their results back. Resumes an earlier run."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import partial

from anyio import to_thread

from coupa_async.app.browser_profile import source_profile
from coupa_async.app.compose import find_backend, make_autoscaler, make_guard, make_worker_context
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.app.limits import finds_workers, memory_limits, most_workers
from coupa_async.app.runs.choose_orders import Choice, choose_orders
from coupa_async.app.runs.correct_number import carry_out_in_run
from coupa_async.app.runs.finish_run import finish_run
from coupa_async.app.runs.group_order import work_by_group
from coupa_async.app.runs.open_run import OpenRun, RunRequest, open_folder, read_orders
from coupa_async.app.runs.run_log import log_event, log_path, run_log
from coupa_async.app.runs.summary import Summary, counter
from coupa_async.domain.errors import CoupaError, ProgramError, UnexpectedError
from coupa_async.domain.events import RunStarted, Warned
from coupa_async.domain.order import Order
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.domain.totals.groups import sentences, tally
from coupa_async.engine.observers import ObserverGroup
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown, until_asked_twice
from coupa_async.engine.workers.worker import Worker
from coupa_async.ports import Backend, Observer
from coupa_async.runtime.contexts import ContextsInThreads, contexts_in_threads
from coupa_async.runtime.temporary_files import sweep_staged
from coupa_async.services.collection.saving.recorder import file_unfiled
from coupa_async.services.profiles.profiles import BASE, SourceProfile, run_profiles
from coupa_async.services.profiles.sweep import sweep

_log = logging.getLogger(__name__)


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
    summary = Summary(output_dir=settings.output_dir.resolve(), is_read_only=settings.no_files)
    notify = ObserverGroup([counter(summary), *observers])
    backend, notes = await to_thread.run_sync(find_backend, settings, lambda text: notify(Warned(text=text)))
    source = source_profile(settings)
    async with contexts_in_threads() as contexts:
        storage, journal, history, workbook = await open_folder(request, worklist, summary.output_dir, contexts)
        with run_log(log_path(storage.root)):
            notify.add(log_event, history.note)
            for text in filter(None, (*request.notes, *worklist.warnings, *notes, *storage.warnings, journal.warning)):
                notify(Warned(text=text))
            if workbook.note:
                notify(Warned(text=workbook.note, is_lasting=True))
            run = OpenRun(request, worklist, storage, journal, history, workbook, summary, notify)
            await to_thread.run_sync(carry_out_in_run, storage)
            await to_thread.run_sync(file_unfiled, journal, storage)  # of a killed run: with the wrong name
            choose = partial(choose_orders, worklist, request.selection, settings, journal)
            choice = await to_thread.run_sync(choose)
            notify(_started(run, choice))
            left: dict[str, str] = {}
            if choice.orders:
                left = await _execute(run, choice, backend, source, limits, contexts)
            else:
                await to_thread.run_sync(_sweep, settings)
            for text in sentences(tally(journal.groups())):
                notify(Warned(text=text, is_lasting=True))
            # Browser profiles go last, and also under it: they take their time, and Ctrl-C then costs no results.
            cancelled_by = await until_asked_twice(request.signals, partial(finish_run, run, left, contexts))
            summary.stopped_by = summary.stopped_by or cancelled_by or 0
    summary.seconds = max(time.monotonic() - started_s - summary.waited_s, 0.0)
    return summary


def _started(run: OpenRun, choice: Choice) -> RunStarted:
    worklist, todo, done = run.worklist, len(choice.orders), choice.settled
    return RunStarted(
        total=done + todo,
        skipped=done,
        workers=most_workers(run.request.settings, todo),
        is_auto=finds_workers(run.request.settings),
        left_out=len(worklist.orders) + len(worklist.done) - done - todo,
        sheet=worklist.layout.sheet,
    )


async def _execute(
    run: OpenRun,
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
        services = [make_guard(settings, limits, workers, context).watch]
        if (autoscaler := make_autoscaler(settings, workers, context, total=len(todo))) is not None:
            services.append(autoscaler.watch)
        names = [f"worker-{number}" for number in range(1, most_workers(settings, len(todo)) + 1)]

        async def work(orders: Sequence[Order]) -> bool:
            if orders:
                await download_all(orders, names, context, shutdown, workers=workers, services=services)
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


def _sweep(settings: Settings) -> None:
    """Remove what killed runs left. Only a run without orders needs this: any other does it when it starts."""
    sweep(profiles_dir(), keep=BASE)
    sweep_staged(settings.state_file())
    sweep_staged(settings.token_file())
