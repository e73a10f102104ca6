"""How far a run is: its events folded into one record, for the terminal and for the page alike."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from coupa_async.domain.events import (
    Draining,
    Event,
    MemoryRead,
    OrderFinished,
    OrderRetried,
    OrderStarted,
    PaceChanged,
    RunStarted,
    SignedIn,
    SignInStarted,
    TenantLost,
    Warned,
    WorkerPaused,
    WorkerRecycled,
    WorkerRestarting,
    WorkersChanged,
    WorkerStarted,
    WorkerStopped,
)
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.totals.time_left import TimeLeft

_WINDOW_S = 30.0
_SIGNING_IN = "signing in"
_LATEST = 12
_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """An order in flight.

    Attributes:
        attempt: Which one it is.
        again_s: For how many seconds the next attempt waits; ``None`` while one goes on.
        since_s: When that began.
    """

    shown: str
    since_s: float
    attempt: int = 1
    again_s: float | None = None


@dataclass(slots=True)
class WorkerProgress:
    """What a worker does: its orders in flight by key, or what it does instead.

    Attributes:
        instead: ``starting``, ``signing in``, ``a new browser``, ``given up`` or ``done``; empty while it works.
    """

    orders: dict[str, OrderProgress] = field(default_factory=dict)
    instead: str = "starting"
    since_s: float = 0.0

    def oldest(self) -> OrderProgress | None:
        """Return the order that has been in flight the longest; ``None`` if none is, or it does something else."""
        # A copy: events come in while another thread draws.
        orders = [*self.orders.values()]
        return None if self.instead or not orders else min(orders, key=lambda item: item.since_s)


class RunProgress:
    """The progress of one run. An observer.

    Attributes:
        done: Orders that have their outcome, of ``total`` that this run has to do.
        settled: Orders that had it before.
        counts: Those done, by outcome.
        files: Files kept, and their ``size_bytes``.
        workers: By name.
        memory: The latest reading; ``None`` before the first. Likewise ``pace``, and ``wanted`` workers.
        lost: Set while the tenant cannot be reached.
        draining: Set once the run was asked to stop.
        latest: The last results, the newest first.
        warnings: What the user should know, the latest ones.
        changes: Grows with every event.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin.

        Args:
            clock: Returns seconds from any starting point.
        """
        self.done = self.total = self.settled = self.changes = 0
        self.counts: Counter[Outcome] = Counter()
        self.files = self.size_bytes = 0
        self.workers: dict[str, WorkerProgress] = {}
        self.memory: MemoryRead | None = None
        self.pace: PaceChanged | None = None
        self.wanted: WorkersChanged | None = None
        self.lost: TenantLost | None = None
        self.draining: Draining | None = None
        self.latest: deque[OrderResult] = deque(maxlen=_LATEST)
        self.warnings: deque[str] = deque(maxlen=_WARNINGS)
        self._clock = clock
        self._left = TimeLeft()
        self._recent: deque[tuple[float, int]] = deque()

    def __call__(self, event: Event, /) -> None:
        """Receive an event."""
        self.look()
        self.changes += 1
        match event:
            case RunStarted():
                self.total, self.settled = event.total - event.skipped, event.skipped
            case OrderStarted():
                self._left.began()
            case OrderFinished():
                self._finished(event.result)
            case MemoryRead():
                self.memory = event
            case PaceChanged():
                self.pace = event
            case WorkersChanged():
                self.wanted = event
            case TenantLost():
                self.lost = event
            case Draining():
                self.draining = event
            case Warned():
                self.warnings.append(event.text)
        if worker := getattr(event, "worker", ""):
            self.lost = None
            self._work(self.workers.setdefault(worker, WorkerProgress()), event)

    def now_s(self) -> float:
        """Return the time by the clock of ``since_s``."""
        return self._clock()

    def bytes_per_s(self) -> float:
        """Return the speed of the last half minute."""
        now = self._clock()
        while self._recent and self._recent[0][0] < now - _WINDOW_S:
            self._recent.popleft()
        recent = [*self._recent]
        return sum(size for _, size in recent) / max(now - recent[0][0], 1.0) if recent else 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a person, or for the tenant."""
        return self.lost is not None or any(worker.instead == _SIGNING_IN for worker in [*self.workers.values()])

    def look(self) -> None:
        """Take note of the time: whoever shows the progress does so several times in ten seconds."""
        self._left.look(self._clock(), is_waiting=self.is_waiting)

    def left_s(self) -> float | None:
        """Return about how many seconds are left; ``None`` while that cannot be told, or the run is stopping."""
        return None if self.draining or self.done >= self.total else self._left.seconds(self.total - self.done)

    def orders_per_minute(self) -> float:
        """Return the pace of the last orders; 0 before the first."""
        seconds = self._left.seconds(1)
        return 60.0 / seconds if seconds else 0.0

    def _finished(self, result: OrderResult) -> None:
        now, size = self._clock(), sum(item.size_bytes for item in result.saved)
        self.done += 1
        self._left.finished()
        self.counts[result.outcome] += 1
        self.files += len(result.saved)
        self.size_bytes += size
        self.latest.appendleft(result)
        self._recent.append((now, size))

    def _work(self, worker: WorkerProgress, event: Event) -> None:
        now = self._clock()
        match event:
            case OrderStarted():
                worker.orders[event.number.key] = OrderProgress(event.number.shown, now, event.attempt)
            case OrderRetried():
                worker.orders[event.number.key] = OrderProgress(event.number.shown, now, again_s=event.delay_s)
            case OrderFinished():
                worker.orders.pop(event.result.number.key, None)
            case SignInStarted():
                worker.instead, worker.since_s = _SIGNING_IN, now
                return
            case SignedIn() | WorkerStarted():
                worker.since_s = now
            case WorkerRestarting() | WorkerRecycled():
                worker.orders.clear()
                worker.instead, worker.since_s = "a new browser", now
                return
            case WorkerPaused():
                worker.instead, worker.since_s = "done", now
                return
            case WorkerStopped():
                worker.orders.clear()
                worker.instead, worker.since_s = "given up" if event.reason else "done", now
                return
        worker.instead = ""
