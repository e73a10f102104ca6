"""Runs orders for the page: one run at a time, which goes on whatever windows are open or closed."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.progress import RunProgress
from coupa_async.app.runs.run_book import KnownRun, RunBook
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.errors import CoupaError, OutputError, ProgramError, UnexpectedError
from coupa_async.ports import Observer
from coupa_async.web.jobs.stop_switch import StopSwitch

_log = logging.getLogger(__name__)

Work = Callable[[StopSwitch, Sequence[Observer]], Awaitable[Summary]]
"""Does a run: with what stops it, and with those who are told of it."""


@dataclass(slots=True, kw_only=True)
class LiveRun:
    """A run of this page, while it goes on and after.

    Attributes:
        known: Its entry in the list of runs.
        summary: What came of it; ``None`` before its end, and of a run that did not begin.
        error: Why it did not begin; ``None`` if it did.
        over: Set at its end.
    """

    known: KnownRun
    progress: RunProgress = field(default_factory=lambda: RunProgress(time.monotonic))
    switch: StopSwitch = field(default_factory=StopSwitch)
    summary: Summary | None = None
    error: CoupaError | None = None
    over: anyio.Event = field(default_factory=anyio.Event)

    @property
    def is_at_work(self) -> bool:
        """Whether it goes on."""
        return not self.over.is_set()


class Runner:
    """Starts runs in a task group that outlives every request.

    Attributes:
        known_runs: The list of runs.
        latest: The run that goes on, or the last one that did; ``None`` before the first.
    """

    def __init__(self, tasks: TaskGroup, known_runs: RunBook) -> None:
        """Take both."""
        self.known_runs = known_runs
        self.latest: LiveRun | None = None
        self._tasks = tasks

    @property
    def active(self) -> LiveRun | None:
        """The run that goes on."""
        return self.latest if self.latest is not None and self.latest.is_at_work else None

    def live(self, run_id: str) -> LiveRun | None:
        """Return what this page knows of a run of its own; ``None`` of any other."""
        return self.latest if self.latest is not None and self.latest.known.id == run_id else None

    def require_idle(self) -> None:
        """See that no run goes on.

        Raises:
            OutputError: If one does.
        """
        if (active := self.active) is not None:
            raise OutputError(f"{active.known.name} goes on: wait for its end, or stop it first")

    async def start(self, name: str, folder: Path, work: Work, *, sheet: str = "") -> LiveRun:
        """Start a run.

        Args:
            name: What the list shows.
            folder: Its output folder.
            work: Does it.
            sheet: The id of its spreadsheet, if one was given now.

        Raises:
            OutputError: If another run goes on, or the list of runs cannot be written.
        """
        self.require_idle()
        # Nothing is waited for between looking and starting: two windows may ask at once.
        run = LiveRun(known=KnownRun(id="", name=name, folder=str(folder), begun_at=""))
        before, self.latest = self.latest, run
        try:
            run.known = await to_thread.run_sync(self.known_runs.note, name, folder, datetime.now(), sheet)
        except BaseException:
            self.latest = before
            raise
        self._tasks.start_soon(self._work, run, work, name=f"run {run.known.id}")
        return run

    async def _work(self, run: LiveRun, work: Work) -> None:
        try:
            run.summary = await work(run.switch, [run.progress])
        except CoupaError as error:
            run.error = error
        except Exception as error:  # noqa: BLE001 - the page goes on, and says it
            _log.exception("a run of the page met an error that nobody foresaw")
            run.error = ProgramError(str(UnexpectedError(error)))
        finally:
            run.progress.changes += 1
            run.over.set()


def work_on(request: Callable[[StopSwitch], RunRequest]) -> Work:
    """Return the work of running a request."""

    async def work(switch: StopSwitch, observers: Sequence[Observer]) -> Summary:
        return await run_orders(request(switch), observers)

    return work
