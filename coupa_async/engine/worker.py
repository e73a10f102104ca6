"""A worker: one session at a time, and the order in hand, which outlives the session.

A life is one cancel scope that the supervisor enters; its deadline is the stall watchdog, pushed forward whenever
something is done. Whatever ends a life, the order in hand is taken up again in the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from coupa_async.domain.errors import CoupaError, SessionLostError, SignInRefusedError
from coupa_async.domain.events import OrderFinished, OrderRetried, OrderStarted, WorkerStarted
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.policy import GiveUp, RestartSession, Retry, SignInAgain, StopRun, decide
from coupa_async.engine.job import Hand, Job
from coupa_async.engine.plan import Plan
from coupa_async.engine.signin import Gate
from coupa_async.ports import Backend, Observer, Profile, Session

_log = logging.getLogger(__name__)
_FOREVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """What all workers share."""

    backend: Backend
    job: Job
    gate: Gate
    plan: Plan
    tell: Observer
    dice: Callable[[], float]


class Worker:
    """Works orders off the stream, session after session."""

    def __init__(self, profile: Profile, crew: Crew, orders: MemoryObjectReceiveStream[Order]) -> None:
        self.name = profile.name
        self.hand: Hand | None = None
        self.done_in_this_life = 0
        self._profile = profile
        self._crew = crew
        self._orders = orders
        self._life: anyio.CancelScope | None = None
        self._seen = 0

    async def live(self, life: anyio.CancelScope) -> None:
        """Live once, until no order is left.

        Args:
            life: The scope that this runs in, whose deadline is kept here.

        Raises:
            SessionLostError: If the session ended by itself.
            SignInError: If no session can be signed in.
            RunError: If nothing can go on.
        """
        self._life, self.done_in_this_life = life, 0
        born_s = anyio.current_time()
        self._seen = self._crew.gate.generation
        self._progress()
        async with self._crew.backend.session(self._profile) as session:
            self._crew.tell(WorkerStarted(worker=self.name, seconds=anyio.current_time() - born_s))
            while await self._take():
                await self._crew.gate.passage()
                self._progress()
                await self._work(session)

    async def __aenter__(self) -> Worker:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._orders.close()

    def restart(self, reason: str) -> None:
        """End the present life; the supervisor begins the next one. For the guard and for tests."""
        if self._life is not None:
            self._life.cancel(reason)

    async def _take(self) -> bool:
        if self.hand is None:
            self._rest()
            try:
                self.hand = Hand(await self._orders.receive(), anyio.current_time())
            except anyio.EndOfStream:
                return False
        return True

    async def _work(self, session: Session) -> None:
        hand, crew = self._held(), self._crew
        crew.tell(OrderStarted(worker=self.name, number=hand.order.number, attempt=hand.attempts + 1))
        try:
            result = await crew.job.collect(hand.order, session)
        except CoupaError as error:
            plan = crew.plan
            decision = decide(
                error, hand.attempts + 1, max_attempts=plan.max_attempts, backoff=plan.backoff, dice=crew.dice()
            )
            match decision:
                case RestartSession():
                    hand.kills += 1
                    if hand.kills >= plan.max_kills:
                        lost = SessionLostError(f"the order took {hand.kills} sessions down: {error}")
                        await self._record(await crew.job.give_up(hand.order, lost, None))
                    raise
                case SignInAgain():
                    await self._sign_in(session, error)
                    return
                case Retry(delay_s):
                    hand.attempts += 1
                    number = hand.order.number
                    crew.tell(OrderRetried(worker=self.name, number=number, reason=str(error), delay_s=delay_s))
                    self._rest()
                    await anyio.sleep(delay_s)
                    return
                case GiveUp():
                    hand.attempts += 1
                    result = await crew.job.give_up(hand.order, error, session)
                case StopRun():
                    raise
        else:
            hand.attempts += 1
        await self._record(result)

    async def _sign_in(self, session: Session, error: CoupaError) -> None:
        hand = self._held()
        hand.sign_ins += 1
        if hand.sign_ins > self._crew.plan.max_sign_ins:
            raise SignInRefusedError(f"signed in {hand.sign_ins - 1} times, and still: {error}") from error
        self._rest()
        self._seen = await self._crew.gate.renew(session, self.name, seen=self._seen, reason=str(error))

    async def _record(self, result: OrderResult) -> None:
        """Record first, shielded; then let go of the order; then tell."""
        hand = self._held()
        final = replace(result, attempts=max(hand.attempts, 1), seconds=anyio.current_time() - hand.since_s)
        with anyio.CancelScope(shield=True):
            await self._crew.job.record(final)
            self.hand = None
        self.done_in_this_life += 1
        self._crew.tell(OrderFinished(worker=self.name, result=final))

    def _held(self) -> Hand:
        assert self.hand is not None  # noqa: S101 - the one caller of each user of this takes an order first
        return self.hand

    def _progress(self) -> None:
        """Push the stall deadline forward."""
        if self._life is not None:
            self._life.deadline = anyio.current_time() + self._crew.plan.stall_s

    def _rest(self) -> None:
        """Suspend the stall deadline: waiting for an order, a sign-in or a backoff is not a stall."""
        if self._life is not None:
            self._life.deadline = _FOREVER
