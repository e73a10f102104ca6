"""What all workers of a run share."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from coupa_async.engine.job import Job
from coupa_async.engine.limits import EngineLimits
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.sign_in_gate import SignInGate
from coupa_async.engine.workers.finished_orders import FinishedOrders
from coupa_async.ports import Backend, Observer, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """What all workers share.

    Attributes:
        profile: Makes a worker's browser profile, a new one for each session.
        session_slots: How many workers may have a session; the memory guard and the autoscaler change it.
        jitter: A random number from 0 to 1.
        pace: How many requests the tenant takes at a time at present.
        finished: Counts orders that have their outcome, and those that ended in an unexpected error.
    """

    backend: Backend
    job: Job
    gate: SignInGate
    limits: EngineLimits
    profile: Callable[[str], Awaitable[Profile]]
    session_slots: SessionSlots
    notify: Observer
    jitter: Callable[[], float]
    pace: Callable[[], int] = lambda: sys.maxsize
    finished: FinishedOrders = field(default_factory=FinishedOrders)
