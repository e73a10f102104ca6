"""Events: what happened, as frozen records in the past tense. Observers receive them; no code waits for them."""

from __future__ import annotations

from dataclasses import dataclass

from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The orders were read and the workers are about to start.

    Attributes:
        total: Orders in the worklist, without those left out.
        skipped: Orders that an earlier run, or the sheet, already settled.
        workers: How many there will be at most.
        is_auto: Whether the run finds out itself how many are best.
        left_out: Orders besides, without an outcome, that this run was asked not to do.
        sheet: The workbook's sheet that they stand in; empty for a text file.
    """

    total: int
    skipped: int
    workers: int
    is_auto: bool = False
    left_out: int = 0
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStarted:
    """A worker has a browser."""

    worker: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRestarting:
    """A worker's session is gone; a new one follows after ``delay_s``."""

    worker: str
    reason: str
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecycled:
    """A worker's session was ended in good order, because it is old, heavy or one too many; ``reason`` says which."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPaused:
    """A worker whose session has ended waits until it may have another one."""

    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersChanged:
    """More workers are wanted, or fewer, of ``most``; the best number yet brought ``orders_per_s``."""

    workers: int
    most: int
    orders_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerStopped:
    """A worker has ended: nothing left to do, or given up; then ``reason`` says why."""

    worker: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStarted:
    """A worker took an order."""

    worker: str
    number: OrderNumber
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRetried:
    """An attempt at an order failed; the next follows after ``delay_s``."""

    worker: str
    number: OrderNumber
    reason: str
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFinished:
    """An order has its outcome, and the journal has it."""

    worker: str
    result: OrderResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStarted:
    """A session was seen to be signed out; everybody waits while one signs in."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWaitedFor:
    """A person was asked to sign in, and answered or gave up after so many seconds. They are nobody's work."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A sign-in worked, and its state is there for all."""

    worker: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLost:
    """The tenant cannot be reached; everybody waits for it, ``patience_s`` at most."""

    reason: str
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceChanged:
    """More may be asked of the tenant at a time, or less; then ``reason`` says why.

    Attributes:
        limit: Requests in flight.
        requests_per_s: Requests a second; ``None`` while nothing limits them.
    """

    limit: int
    requests_per_s: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRead:
    """The share of the memory that is in use, of the machine or of the cgroup; ``workers`` may have a session."""

    usage_percent: float
    threshold_percent: float
    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draining:
    """The run was asked to stop: no further orders are started, those in flight have ``grace_s``."""

    reason: str
    grace_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the user should know and that stops nothing.

    Attributes:
        is_lasting: Whether it matters at the end of the run as well.
    """

    text: str
    is_lasting: bool = False


Event = (
    RunStarted
    | WorkerStarted
    | WorkerRestarting
    | WorkerRecycled
    | WorkerPaused
    | WorkersChanged
    | WorkerStopped
    | OrderStarted
    | OrderRetried
    | OrderFinished
    | SignInStarted
    | PersonWaitedFor
    | SignedIn
    | TenantLost
    | PaceChanged
    | MemoryRead
    | Draining
    | Warned
)
