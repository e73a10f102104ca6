"""Runs the same orders through each arm in turn, with the same faults: trials for ``evaluation.trials``."""

from __future__ import annotations

import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import anyio

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.events import Event, OrderFinished, OrderStarted, WorkerRestarting, WorkerStopped
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.engine.run import download_all
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker
from coupa_async.evaluation.order_audit import OrderAudit
from coupa_async.evaluation.trials import Arm, Trial
from coupa_async.ports import Observer
from coupa_async.runtime.cleanup import plain_errors

_log = logging.getLogger(__name__)
_SAMPLE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A planned run: an arm, its fault (empty for none), and the number of the repeat, from 1."""

    arm: Arm
    fault: str
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSetup:
    """What one run needs.

    Attributes:
        services: Run beside the workers.
        sample: Takes a sample of what the run uses.
        used: Returns processor seconds and the most bytes of memory in the samples so far.
        audits: Audits every order.
        leftovers: Returns what is left behind after the set-up is closed.
    """

    orders: Sequence[Order]
    names: Sequence[str]
    context: WorkerContext
    workers: list[Worker]
    services: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    sample: Callable[[], Awaitable[None]]
    used: Callable[[], tuple[float, int]]
    audits: Callable[[], tuple[OrderAudit, ...]]
    leftovers: Callable[[], Awaitable[tuple[str, ...]]]


# Makes the set-up of a run whose workers notify the observer.
MakeSetup = Callable[[PlannedRun, Observer], AbstractContextManager[RunSetup]]
# Entering does the harm, leaving undoes it where it can be undone.
Fault = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The trials, and the signal that ended them early; ``None`` if none did."""

    trials: tuple[Trial, ...]
    stopped_by: signal.Signals | None


class RecoveryProbe:
    """Follows a run: when the fault is due, and how long each worker takes to finish an order after it.

    Attributes:
        due: Set when a certain number of orders has begun.
        has_struck: Whether the fault has happened.
        restarts: Of workers.
        recoveries_s: See ``Trial``.
    """

    def __init__(self, *, inject_after: int) -> None:
        self.due = anyio.Event()
        self.has_struck = False
        self.restarts = 0
        self.recoveries_s: list[float] = []
        self._strike_at = inject_after
        self._started: set[str] = set()
        self._working: set[str] = set()
        self._begun: set[tuple[str, str]] = set()
        self._struck_s: dict[str, float] = {}

    def __call__(self, event: Event, /) -> None:
        """Receive an event."""
        match event:
            case OrderStarted(worker=worker, number=number):
                self._started.add(number.key)
                self._working.add(worker)
                self._begun.add((worker, number.key))
                if len(self._started) >= self._strike_at:
                    self.due.set()
            case OrderFinished(worker=worker, result=result) if (
                worker in self._struck_s and (worker, result.number.key) in self._begun
            ):
                self.recoveries_s.append(anyio.current_time() - self._struck_s.pop(worker))
            case WorkerRestarting():
                self.restarts += 1
            case WorkerStopped(worker=worker):
                self._working.discard(worker)

    def inject(self) -> None:
        """Start the clock of every busy worker."""
        self.has_struck = True
        # An order that was all but done says nothing; one that is begun again does.
        self._begun.clear()
        self._struck_s = dict.fromkeys(self._working, anyio.current_time())

    @property
    def struck(self) -> int:
        """Workers that have finished no order since the fault."""
        return len(self._struck_s)


def schedule(
    arms: Sequence[Arm], faults: Sequence[str], repeats: int, meets: Callable[[Arm, str], bool]
) -> list[PlannedRun]:
    """Interleave the arms, A B then B A, so that a machine that warms up or fills up favours none.

    Args:
        arms: The arms, which take turns.
        faults: The faults.
        repeats: How often each arm meets each fault.
        meets: Whether a fault applies to an arm.
    """
    return [
        PlannedRun(arm=arm, fault=fault, repeat=repeat)
        for repeat in range(1, repeats + 1)
        for fault in faults
        for arm in (arms if repeat % 2 else [*reversed(arms)])
        if meets(arm, fault)
    ]


async def compare(
    planned_runs: Sequence[PlannedRun],
    make_setup: MakeSetup,
    faults: Mapping[str, Fault],
    *,
    limit_s: float,
    notify: Callable[[Trial], None] = lambda trial: None,
) -> Compared:
    """Make all planned runs, one after the other. A signal ends the current run; the others are not made.

    Args:
        planned_runs: See :func:`schedule`.
        make_setup: Sets a run up.
        faults: Every fault that the planned runs name.
        limit_s: A run that takes longer is ended; its open orders count as unfinished.
        notify: Receives each trial.
    """
    trials: list[Trial] = []
    for planned in planned_runs:
        trial, stopped_by = await _take(planned, make_setup, faults.get(planned.fault), limit_s)
        if stopped_by is not None:
            return Compared(trials=tuple(trials), stopped_by=stopped_by)
        trials.append(trial)
        notify(trial)
    return Compared(trials=tuple(trials), stopped_by=None)


async def _take(
    planned: PlannedRun, make_setup: MakeSetup, fault: Fault | None, limit_s: float
) -> tuple[Trial, signal.Signals | None]:
    inject_after, delay_s = fault_timing(planned.repeat)
    probe = RecoveryProbe(inject_after=inject_after)
    with make_setup(planned, probe) as setup:
        shutdown = Shutdown(probe, grace_s=setup.context.limits.grace_s)
        started_s, error = anyio.current_time(), ""
        with plain_errors():
            async with anyio.create_task_group() as beside:
                beside.start_soon(_sample, setup, name="sample")
                if fault is not None:
                    beside.start_soon(_inject, fault, probe, delay_s, name=planned.fault)
                error = await _run_once(setup, shutdown, planned, limit_s)
                seconds = anyio.current_time() - started_s
                beside.cancel_scope.cancel("the run is over")
        audits = setup.audits()
    # What a run leaves is looked for when all of it is closed.
    trial = await _trial_of(setup, planned, probe, audits, seconds=seconds, error=error)
    return replace(trial, missed=fault is not None and not probe.has_struck), shutdown.signal


def fault_timing(repeat: int) -> tuple[int, float]:
    """Tell when a fault is done: the same moments for every arm, others in each repeat, with orders left to recover on.

    Returns:
        After how many orders, and how many seconds later.
    """
    return 2 + repeat * 5 % 7, repeat * 0.618 % 1 * 0.3


async def _run_once(setup: RunSetup, shutdown: Shutdown, planned: PlannedRun, limit_s: float) -> str:
    """Work the orders off.

    Returns:
        What ended that before its time; empty if nothing did.
    """
    try:
        with anyio.fail_after(limit_s):
            await download_all(
                setup.orders, setup.names, setup.context, shutdown, workers=setup.workers, services=setup.services
            )
    except CoupaError as stopped:
        return str(stopped)
    except TimeoutError:
        return f"not done in {limit_s:.0f} s"
    except Exception as bug:  # noqa: BLE001 - what an arm does wrong is what is looked for; the others go on
        _log.exception("%s crashed", planned.arm.name)
        return f"crashed: {_first(bug)}"
    return ""


async def _trial_of(
    setup: RunSetup,
    planned: PlannedRun,
    probe: RecoveryProbe,
    audits: tuple[OrderAudit, ...],
    *,
    seconds: float,
    error: str,
) -> Trial:
    is_torn = any(audit.outcome is Outcome.PENDING for audit in audits)
    cpu_s, peak_bytes = setup.used()
    return Trial(
        arm=planned.arm,
        fault=planned.fault,
        repeat=planned.repeat,
        audits=audits,
        restarts=probe.restarts,
        recoveries_s=tuple(probe.recoveries_s),
        # Without an order left to take, a worker has nothing to come back for.
        stranded=probe.struck if is_torn else 0,
        seconds=seconds,
        cpu_s=cpu_s,
        peak_bytes=peak_bytes,
        leftovers=await setup.leftovers(),
        error=error,
    )


def _first(error: BaseException) -> str:
    """Name the first error of a group of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


async def _sample(setup: RunSetup) -> None:
    while True:
        await setup.sample()
        await anyio.sleep(_SAMPLE_S)


async def _inject(fault: Fault, probe: RecoveryProbe, delay_s: float) -> None:
    await probe.due.wait()
    await anyio.sleep(delay_s)
    async with fault():
        probe.inject()
        await anyio.sleep_forever()
