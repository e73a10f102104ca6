"""``run``: the main job, composed."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import CliPositionalArg, SettingsConfigDict
from rich.console import Console

from coupa_async.cli.log import log_event, run_log
from coupa_async.cli.progress import progress
from coupa_async.cli.settings import Settings, data_dir
from coupa_async.cli.summary import Summary
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.events import Event, RunStarted, Warned, WorkerRestarting
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.engine.plan import Plan
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.signin import Gate
from coupa_async.engine.tell import Tellers
from coupa_async.engine.together import together
from coupa_async.engine.worker import Crew
from coupa_async.ports import Backend, Observer
from coupa_async.services.download import Collector, Desk, Requisition
from coupa_async.services.entry import Credentials, Entry
from coupa_async.services.fetch import Tries
from coupa_async.services.journal import FILE_NAME, Journal
from coupa_async.services.profiles import run_profiles
from coupa_async.services.storage import Storage
from coupa_async.services.worklist import Worklist, WorklistOptions, read_worklist, write_results


class Run(Settings):
    """Collect the attachments of the orders in a spreadsheet; resumes what an earlier run left."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async run")

    input: CliPositionalArg[Path] = Field(description="the spreadsheet: .xlsx, .xlsm, .csv or .tsv")
    fresh: bool = Field(False, description="run every order again, whatever came of it before")
    headed: bool = Field(False, description="show the browsers")
    no_input: bool = Field(False, description="never ask a person")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    quiet: bool = Field(False, description="no progress")


async def run(settings: Run) -> int:
    """Do the main job.

    Returns:
        The exit code of design §8.

    Raises:
        InputError: Before anything was written or asked of the tenant.
    """
    started_s = time.monotonic()
    base_url = settings.tenant()
    options = WorklistOptions(po_column=settings.po_column, folder_columns=settings.folder_columns)
    worklist = read_worklist(settings.input, options, fresh=settings.fresh)
    backend, found = _backend(settings)
    console = Console(stderr=True)
    summary = Summary(output_dir=settings.output_dir.resolve())
    storage = Storage(summary.output_dir)
    storage.prepare()
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(storage.root / FILE_NAME))
        stack.enter_context(run_log(storage.root / "run.log"))
        tell = Tellers([log_event, _counter(summary), stack.enter_context(progress(console, quiet=settings.quiet))])
        for text in (*worklist.warnings, *found):
            tell(Warned(text=text))
        todo = _todo(worklist, journal, storage, fresh=settings.fresh)
        total = len(worklist.orders) + len(worklist.done)
        tell(RunStarted(total=total, skipped=total - len(todo), workers=settings.workers))
        if todo:
            shutdown = Shutdown(tell, grace_s=60.0)
            profiles = stack.enter_context(
                run_profiles(data_dir() / "profiles", min(settings.workers, len(todo)), settings.state_file())
            )
            desk = _desk(settings, base_url, journal, storage)
            try:
                await download_all(todo, profiles, _crew(settings, base_url, backend, desk, tell), shutdown)
            except CoupaError as error:
                summary.error = error
            summary.stopped_by = shutdown.signal or 0
        target = storage.root / settings.input.name
        summary.workbook = write_results(
            worklist, journal.results(), target, output_dir=storage.root, now=datetime.now()
        )
        if summary.workbook != target:
            tell(Warned(text=f"{target} is open in another program: the results are in {summary.workbook.name}"))
        summary.outcomes = _outcomes(worklist, journal)
        summary.files, summary.size_bytes = journal.files()
    summary.seconds = time.monotonic() - started_s
    summary.show(console)
    if settings.json_:
        print(summary.to_json(), flush=True)  # noqa: T201 - the line that scripts read
    return summary.exit_code


def _backend(settings: Settings) -> tuple[Backend, list[str]]:
    """Open the backend and look for its browser, so that a missing one is told before anything is written.

    Returns:
        The backend, and what the user should know of the browser.
    """
    from backends import open_backend  # a browser library takes a third of a second: only commands that need one wait
    from backends.chromium import BrowserOptions, find_browser, runs_as_root

    options = BrowserOptions(
        channel=settings.channel,
        browser_path=settings.browser_path,
        driver_path=settings.driver_path,
        playwright_ws=settings.playwright_ws,
        selenium_url=settings.selenium_url,
        headless=settings.headless and not getattr(settings, "headed", False),
        page_timeout_s=settings.page_timeout_s,
        settle_s=settings.settle_s,
        download_timeout_s=settings.download_timeout_s,
    )
    backend = open_backend(settings.backend, options)
    elsewhere = {"playwright": settings.playwright_ws, "selenium": settings.selenium_url}.get(settings.backend)
    if elsewhere:
        return backend, [f"the browsers are at {elsewhere.partition('?')[0]}"]
    if settings.backend not in ("playwright", "selenium"):
        return backend, []
    browser = find_browser(options)
    notes = []
    if browser.channel != settings.channel:
        notes.append(f"{settings.channel} was not found: using {browser.channel} at {browser.path}")
    if runs_as_root():
        notes.append("running as root: the browser runs with --no-sandbox")
    return backend, notes


def _todo(worklist: Worklist, journal: Journal, storage: Storage, *, fresh: bool) -> list[Order]:
    """Finish what a kill interrupted between record and rename, then list the orders without an outcome."""
    for result in journal.unfiled():
        storage.settle(result)
        journal.filed(result.number)
    if fresh:
        journal.forget(order.number for order in worklist.orders)
    settled = journal.settled()
    return [order for order in worklist.orders if order.number.key not in settled]


def _desk(settings: Settings, base_url: str, journal: Journal, storage: Storage) -> Desk:
    plan = _plan(settings)
    return Desk(
        base_url=base_url,
        journal=journal,
        storage=storage,
        tries=Tries(max_attempts=plan.max_attempts, backoff=plan.backoff, dice=random.random),
        together=together,
        now=datetime.now,
        snapshots=storage.root / "snapshots",
        requisition=Requisition(settings.requisition),
        empty_folders=settings.empty_folders,
    )


def _crew(settings: Settings, base_url: str, backend: Backend, desk: Desk, tell: Observer) -> Crew:
    password = settings.password or SecretStr("")
    credentials = Credentials(username=settings.username, password=password) if settings.username else None
    entry = Entry(base_url=base_url, login_url=settings.login_url or base_url, credentials=credentials)
    return Crew(
        backend=backend,
        job=Collector(desk),
        gate=Gate(entry.sign_in, settings.state_file(), tell, dice=random.random),
        plan=_plan(settings),
        tell=tell,
        dice=random.random,
    )


def _plan(settings: Settings) -> Plan:
    return Plan(max_attempts=settings.max_attempts, workers=settings.workers)


def _counter(summary: Summary) -> Observer:
    def count(event: Event, /) -> None:
        if isinstance(event, WorkerRestarting):
            summary.restarts += 1

    return count


def _outcomes(worklist: Worklist, journal: Journal) -> Counter[Outcome]:
    known = journal.outcomes()
    counts = Counter(known.get(order.number.key, Outcome.PENDING) for order in worklist.orders)
    counts[Outcome.COMPLETED] += len(worklist.done)
    counts[Outcome.FAILED] += len(worklist.bad_rows)
    return counts
