"""Sets up one run of a comparison: its own folder, profile, sign-in and temporary folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from anyio import to_thread

from coupa_async.app.compose import make_worker_context
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import profiles_dir
from coupa_async.app.limits import memory_limits
from coupa_async.app.runs.run_log import log_event, run_log
from coupa_async.domain.order import Order
from coupa_async.domain.redaction import redacted
from coupa_async.engine.memory_guard import MemoryGuard, Readings
from coupa_async.engine.observers import ObserverGroup
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker
from coupa_async.evaluation.disk_audit import audit
from coupa_async.evaluation.faults import NONE, Pressure
from coupa_async.evaluation.order_audit import ExpectedOrder, OrderAudit
from coupa_async.evaluation.resource_usage import Footprint, files_left
from coupa_async.evaluation.runner import PlannedRun, RunSetup
from coupa_async.evaluation.trials import Arm
from coupa_async.ports import Backend, Observer
from coupa_async.runtime.temporary_files import temporary_files_in
from coupa_async.services.diagnostics import memory
from coupa_async.services.files.storage import Storage
from coupa_async.services.profiles.profiles import run_profiles
from coupa_async.services.records.journal import FILE_NAME, Journal

_GONE_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSetupFactory:
    """Sets up run after run.

    Attributes:
        root: Each run has a folder of its own in it.
        orders: What every run without a fault does.
        plain: What runs with a fault do: orders with which nothing else goes wrong.
        expected: Expected results by order key, as far as known.
        open_backend: Makes an arm's backend.
        prepare: Resets the tenant to the state in which every run begins; blocking.
        is_recorded: Whether each run signs in anew on a new profile. Only the recorded site allows that.
        stall_s: A worker without progress for so long is restarted; ``None`` for as long as in any run.
    """

    settings: Settings
    root: Path
    orders: Sequence[Order]
    plain: Sequence[Order]
    expected: Mapping[str, ExpectedOrder]
    open_backend: Callable[[Settings, Arm], Backend]
    prepare: Callable[[PlannedRun], None]
    pressure: Pressure
    is_recorded: bool
    stall_s: float | None = None

    @contextmanager
    def __call__(self, planned: PlannedRun, observer: Observer) -> Iterator[RunSetup]:
        """Set up one run, and clean up after it."""
        self.prepare(planned)
        footprint = Footprint()
        orders = self.plain if planned.fault else self.orders
        arm = planned.arm
        storage = Storage(self.root / f"{planned.repeat:02}-{planned.fault or NONE}-{arm.backend}-{arm.lane}")
        storage.prepare()
        own = {"storage_state": storage.root / "state.json"} if self.is_recorded else {}
        settings = self.settings.model_copy(update={"lane": arm.lane, "output_dir": storage.root, **own})
        homes = storage.root / "profiles" if self.is_recorded else profiles_dir()
        left: list[str] = []

        async def leftovers() -> tuple[str, ...]:
            wait = partial(footprint.processes_left, within_s=_GONE_WITHIN_S)
            return (*await to_thread.run_sync(wait), *left)

        with ExitStack() as stack:
            scratch = stack.enter_context(_scratch())
            # When all else is closed and swept, and before what this run had for its temporary files goes.
            stack.callback(lambda: left.extend(files_left(storage.root, scratch)))
            journal = stack.enter_context(Journal(storage.root / FILE_NAME))
            stack.enter_context(run_log(storage.root / "run.log"))
            notify = ObserverGroup([log_event, observer])
            profiles = stack.enter_context(run_profiles(homes, settings.state_file()))
            backend = self.open_backend(settings, arm)
            context = make_worker_context(settings, backend, journal, storage, profiles, notify)
            if self.stall_s is not None:
                context = replace(context, limits=replace(context.limits, stall_s=self.stall_s))
            workers: list[Worker] = []
            yield RunSetup(
                orders=orders,
                names=[f"worker-{n}" for n in range(1, min(settings.workers or 1, len(orders)) + 1)],
                context=context,
                workers=workers,
                services=[self._guard(settings, workers, context, notify).watch],
                sample=lambda: to_thread.run_sync(footprint.sample),
                used=footprint.used,
                audits=lambda: self._audits(orders, journal, storage.root),
                leftovers=leftovers,
            )

    def _audits(self, orders: Sequence[Order], journal: Journal, root: Path) -> tuple[OrderAudit, ...]:
        """Judge what the run did with each order, without what is nobody's business."""
        audits = audit(orders, journal, root, self.expected)
        return tuple(replace(audit, error=redacted(audit.error)) for audit in audits)

    def _guard(
        self, settings: Settings, workers: Sequence[Worker], context: WorkerContext, notify: Observer
    ) -> MemoryGuard:
        """Make a guard that reads the pressure of the comparison instead of the machine's."""
        readings = Readings(usage=self.pressure.usage, weigh=lambda pids: to_thread.run_sync(memory.tree_bytes, pids))
        limits = memory_limits(settings)
        return MemoryGuard(workers, context.session_slots, readings, notify, limits=limits, period_s=0.5)


@contextmanager
def _scratch() -> Iterator[Path]:
    """Make a temporary folder for everything that is started here. It should be empty afterwards.

    Its path is short: a browser puts a socket there, whose path may have 107 characters.
    """
    folder = Path(tempfile.mkdtemp(prefix="coupa-"))
    own = temporary_files_in(folder)
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield folder
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)
