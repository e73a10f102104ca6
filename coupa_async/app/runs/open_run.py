"""The beginning of a run: its request, its orders, and its output folder with journal and history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from anyio import to_thread

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.earlier_run import kept_corrections, refuse_mixing, written_columns
from coupa_async.app.runs.summary import Summary
from coupa_async.app.runs.workbook import Workbook, plan_workbook
from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.errors import WorklistError
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.selection import Selection
from coupa_async.engine.signals import OpenSignals, open_signals
from coupa_async.ports import Observer
from coupa_async.runtime.contexts import ContextsInThreads
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist


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
        corrected: Numbers to take in place of those that the spreadsheet has, by the keys of these, besides those
            that were decided in the output folder.
        notes: What the person should know of how the settings were read, a sentence each.
        signals: Signals that stop the run. The first lets the orders in flight finish; the second ends at once.
    """

    settings: Settings
    input: Path
    selection: Selection
    in_place: bool = False
    is_demo: bool = False
    may_ask: bool = False
    corrected: Mapping[str, OrderNumber] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    signals: OpenSignals = open_signals


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run whose output folder is open."""

    request: RunRequest
    worklist: Worklist
    storage: Storage
    journal: Journal
    history: History
    workbook: Workbook
    summary: Summary
    notify: Observer


def read_orders(request: RunRequest) -> Worklist:
    """Read the spreadsheet. Blocking.

    Raises:
        InputError: If it has no orders, or lacks one that ``--only`` names.
    """
    settings, selection = request.settings, request.selection
    options = WorklistOptions(
        sheet=settings.sheet,
        po_column=settings.po_column,
        folder_columns=settings.folder_columns,
        id_column=settings.id_column,
        group_column=settings.group_column,
        visible_only=settings.visible_only,
        encoding=settings.encoding,
        data=chosen_fields(settings.data),
        language=settings.language or "en",
        corrected={**kept_corrections(settings.output_dir.resolve()), **request.corrected},
        written=written_columns(request.input, settings.output_dir.resolve()),
    )
    worklist = read_worklist(request.input, options, fresh=Outcome.COMPLETED in selection.due)
    if missing := selection.only - worklist.rows.keys():
        raise WorklistError(f"{request.input}: --only names orders that are not in it: {', '.join(sorted(missing))}")
    return worklist


async def open_folder(
    request: RunRequest, worklist: Worklist, root: Path, contexts: ContextsInThreads
) -> tuple[Storage, Journal, History, Workbook]:
    """Open the output folder for this run alone, and begin the run in its history.

    Raises:
        OutputError: If it cannot be used, or its orders are not of the same kind.
    """
    settings, storage = request.settings, Storage(root)
    await to_thread.run_sync(storage.prepare)
    await contexts.enter(storage.held())
    journal = await contexts.enter(await to_thread.run_sync(Journal, storage.root / FILE_NAME))
    history = await contexts.enter(await to_thread.run_sync(History, storage.root / FILE_NAME))
    await to_thread.run_sync(partial(refuse_mixing, storage.root, history, is_demo=request.is_demo))
    runs = await to_thread.run_sync(history.runs)
    plan = partial(plan_workbook, worklist, storage.root, runs, in_place=request.in_place)
    workbook = await to_thread.run_sync(plan)
    known: dict[str, object] = {
        "columns": list(worklist.layout.names),
        "input": str(request.input.absolute()),
        "in_place": request.in_place,
        "workbook": workbook.path.name,
        "is_demo": request.is_demo,
    }
    if worklist.layout.sheet:
        known["sheet"] = worklist.layout.sheet  # for a retry, which sheets that come to stand before it do not mislead
    begin = partial(
        history.begin,
        backend=settings.backend,
        lane=settings.chosen_lane,
        workers=settings.workers or 0,
        settings=settings.shown() | known,
        asked=_asked_orders(worklist),
    )
    await to_thread.run_sync(begin)
    return storage, journal, history, workbook


def _asked_orders(worklist: Worklist) -> AskedOrders:
    orders = {order.number.key: False for order in worklist.orders} | {number.key: True for number in worklist.done}
    return AskedOrders(orders=orders, bad_rows={bad.row: bad.reason for bad in worklist.bad_rows})
