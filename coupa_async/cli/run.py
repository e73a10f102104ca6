"""``run``: the main job, composed."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import CliPositionalArg, NoDecode, SettingsConfigDict
from rich.console import Console

from coupa_async.cli.ask import ask_for_input, ask_for_messages
from coupa_async.cli.by_group import work_by_group
from coupa_async.cli.compose import find_backend, make_crew, make_guard, memory_limits
from coupa_async.cli.dry_run import dry_run
from coupa_async.cli.log import log_event, run_log
from coupa_async.cli.progress import progress
from coupa_async.cli.settings import Settings, profiles_dir, split_list
from coupa_async.cli.source import source_of
from coupa_async.cli.summary import AGAIN, FAILURES, Summary
from coupa_async.domain.errors import (
    BadOrderNumberError,
    CoupaError,
    ProgramError,
    SettingsError,
    UnexpectedError,
    WorklistError,
)
from coupa_async.domain.events import Event, RunStarted, Warned, WorkerRestarting
from coupa_async.domain.groups import sentences, tally
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import EVERYTHING, Selection
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.tell import Tellers
from coupa_async.engine.worker import Worker
from coupa_async.ports import Observer
from coupa_async.services.clerk import fail_unfiled, file_unfiled
from coupa_async.services.history import History
from coupa_async.services.journal import FILE_NAME, Journal
from coupa_async.services.profiles import BASE, run_profiles
from coupa_async.services.replace import back_up
from coupa_async.services.report import write_report
from coupa_async.services.storage import Storage
from coupa_async.services.sweep import sweep
from coupa_async.services.worklist import Worklist, WorklistOptions, read_worklist, write_results
from coupa_async.staging import sweep_staged

_log = logging.getLogger(__name__)


class Run(Settings):
    """Collect the attachments of the orders in a spreadsheet; resumes what an earlier run left."""

    model_config = SettingsConfigDict(cli_prog_name="coupa-async run")

    input: CliPositionalArg[Path | None] = Field(None, description="the spreadsheet: .xlsx, .xlsm, .csv or .tsv")
    fresh: bool = Field(False, description="run every order again, whatever came of it before")
    headed: bool = Field(False, description="show the browsers")
    only: Annotated[tuple[str, ...], NoDecode] = Field((), description="these orders of the spreadsheet alone: PO1,PO2")
    limit: int | None = Field(None, ge=1, description="so many orders at most, the first ones")
    dry_run: bool = Field(False, description="say what would be done and where; asks and writes nothing")
    in_place: bool = Field(False, description="fill in the spreadsheet itself, after a backup beside it")
    no_input: bool = Field(False, description="never ask a person")
    json_: bool = Field(False, alias="json", description="one JSON object as the last line of stdout")
    quiet: bool = Field(False, description="no progress")

    @field_validator("only", mode="before")
    @classmethod
    def _are_orders(cls, value: object) -> object:
        return split_list(value)

    def selection(self) -> Selection:
        """Tell which orders are due.

        Raises:
            SettingsError: If ``--only`` names what is no order number.
        """
        try:
            only = frozenset(OrderNumber.parse(one).key for one in self.only)
        except BadOrderNumberError as error:
            raise SettingsError(f"--only: {error}") from error
        return Selection(due=EVERYTHING if self.fresh else frozenset({Outcome.PENDING}), only=only, limit=self.limit)


async def run(settings: Run, selection: Selection | None = None, *, is_demo: bool = False) -> int:
    """Do the main job.

    Args:
        settings: The command's.
        selection: Which orders are due; ``None`` for what the settings say.
        is_demo: Whether the tenant is the recorded site: a retry of the folder starts it again.

    Returns:
        The exit code of design §8.

    Raises:
        InputError: Before anything was written or asked of the tenant.
    """
    started_s = time.monotonic()
    selection = selection or settings.selection()
    if not settings.dry_run:
        settings.tenant()
    path, answers = ask_for_input(settings, settings.input)
    answers |= {} if settings.dry_run else ask_for_messages(settings)
    settings = settings.model_copy(update=answers | {"input": path.absolute()})  # for a retry from any other folder
    limits = memory_limits(settings)
    options = WorklistOptions(
        po_column=settings.po_column,
        folder_columns=settings.folder_columns,
        id_column=settings.id_column,
        group_column=settings.group_column,
    )
    worklist = read_worklist(path, options, fresh=Outcome.COMPLETED in selection.due)
    if missing := selection.only - worklist.rows.keys():
        raise WorklistError(f"{path}: --only names orders that are not in it: {', '.join(sorted(missing))}")
    if settings.dry_run:
        return dry_run(settings, worklist, selection, as_json=settings.json_)
    backend, found = find_backend(settings)
    source = source_of(settings)
    console = Console(stderr=True)
    summary = Summary(output_dir=settings.output_dir.resolve())
    storage = Storage(summary.output_dir)
    storage.prepare(*([] if settings.in_place else [path.name]))
    with ExitStack() as stack:
        stack.enter_context(storage.held())
        journal = stack.enter_context(Journal(storage.root / FILE_NAME))
        history = stack.enter_context(History(storage.root / FILE_NAME))
        history.begin(
            backend=settings.backend,
            lane=settings.lane,
            workers=settings.workers,
            settings=settings.shown() | {"is_demo": is_demo},
        )
        stack.enter_context(run_log(storage.root / "run.log"))
        display = stack.enter_context(progress(console, quiet=settings.quiet))
        tell = Tellers([log_event, history.note, _counter(summary), display])
        for text in filter(None, (*worklist.warnings, *found, *storage.warnings, journal.warning)):
            tell(Warned(text=text))
        todo = _todo(worklist, journal, storage, selection)
        settled = len(worklist.done) + len(journal.settled().intersection(one.number.key for one in worklist.orders))
        tell(RunStarted(total=settled + len(todo), skipped=settled, workers=settings.workers))
        left: dict[str, str] = {}
        if todo:
            shutdown = Shutdown(tell, grace_s=settings.grace_s)
            try:
                profiles = stack.enter_context(run_profiles(profiles_dir(), settings.state_file(), source=source))
                for text in profiles.warnings:
                    tell(Warned(text=text))
                crew = make_crew(settings, backend, journal, storage, profiles, tell)
                roster: list[Worker] = []
                guard = make_guard(settings, limits, roster, crew)
                names = [f"worker-{number}" for number in range(1, min(settings.workers, len(todo)) + 1)]

                async def work(orders: Sequence[Order]) -> bool:
                    if orders:
                        await download_all(orders, names, crew, shutdown, roster=roster, services=[guard.watch])
                    return shutdown.signal is None

                if settings.skip_unseen_groups:
                    left = await work_by_group(todo, journal, work)
                else:
                    await work(todo)
            except CoupaError as error:
                summary.error = error
            except Exception as error:  # noqa: BLE001 - workbook and report are written all the same
                _log.exception("the run met an error that nobody foresaw")
                summary.error = ProgramError(str(UnexpectedError(error)))
            summary.stopped_by = shutdown.signal or 0
        else:
            _sweep(settings)
        for text in sentences(tally(journal.groups())):
            tell(Warned(text=text, is_lasting=True))
        with _kept_going(summary):
            for text in fail_unfiled(journal, storage, datetime.now()):
                tell(Warned(text=text))
        with _kept_going(summary):
            target, now = path if settings.in_place else storage.root / path.name, datetime.now()
            if settings.in_place:
                tell(Warned(text=f"{path} as it was is in {back_up(path, now).name}"))
            summary.workbook = write_results(
                worklist, journal.results(), target, output_dir=storage.root, now=now, left=left
            )
            if summary.workbook != target:
                tell(Warned(text=f"{target} is open in another program: the results are in {summary.workbook.name}"))
        with _kept_going(summary):
            history.end()
            summary.report = write_report(storage.root, journal, history, datetime.now())
        summary.outcomes = _outcomes(worklist, journal)
        wrong = (one for one, _ in journal.results() if one.outcome in AGAIN and one.number.key in worklist.rows)
        summary.failures = tuple(islice(wrong, FAILURES))
        summary.bad_rows = worklist.bad_rows[: FAILURES - len(summary.failures)]
        summary.files, summary.size_bytes = journal.files()
    summary.seconds = time.monotonic() - started_s
    summary.show(console)
    if settings.json_:
        print(summary.to_json(), flush=True)  # noqa: T201 - the line that scripts read
    return summary.exit_code


@contextmanager
def _kept_going(summary: Summary) -> Iterator[None]:
    """Have the rest of a run's end done where a part of it cannot be: what came of the orders is in the journal."""
    try:
        yield
    except CoupaError as error:
        summary.error = summary.error or error
    except Exception as error:  # noqa: BLE001 - likewise
        _log.exception("the end of the run met an error that nobody foresaw")
        summary.error = summary.error or ProgramError(str(UnexpectedError(error)))


def _todo(worklist: Worklist, journal: Journal, storage: Storage, selection: Selection) -> list[Order]:
    """Finish what a kill interrupted between record and rename, then choose the orders, their old outcomes dropped."""
    file_unfiled(journal, storage)
    todo = selection.of(worklist.orders, journal.outcomes())
    journal.forget(order.number for order in todo)
    return todo


def _sweep(settings: Settings) -> None:
    """Remove what a run has left that was killed after its last order: nothing else of this one would."""
    sweep(profiles_dir(), keep=BASE)
    sweep_staged(settings.state_file())


def _counter(summary: Summary) -> Observer:
    def count(event: Event, /) -> None:
        if isinstance(event, WorkerRestarting):
            summary.restarts += 1
        elif isinstance(event, Warned) and event.is_lasting:
            summary.warnings.append(event.text)

    return count


def _outcomes(worklist: Worklist, journal: Journal) -> Counter[Outcome]:
    known = journal.outcomes()
    counts = Counter(known.get(order.number.key, Outcome.PENDING) for order in worklist.orders)
    counts[Outcome.COMPLETED] += len(worklist.done)
    counts[Outcome.FAILED] += len(worklist.bad_rows)
    return counts
