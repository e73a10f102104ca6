"""A worker: one session at a time, and the orders in hand, which outlive the session.

A life is one cancel scope that the supervisor enters; its deadline is the stall watchdog, pushed forward whenever
something is done. Whatever ends a life, the orders in hand are taken up again in the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from coupa_async.domain.errors import (
    CoupaError,
    SessionLostError,
    SignInPassedError,
    SignInRefusedError,
    SignInRequiredError,
    UnexpectedError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.events import OrderFinished, OrderRetried, OrderStarted, WorkerStarted
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.policies.retry import (
    GiveUp,
    RestartSession,
    Retry,
    SignInAgain,
    StopRun,
    decide,
    is_infrastructure,
)
from coupa_async.engine.in_flight import Hand, Hands
from coupa_async.engine.job import Job
from coupa_async.engine.limits import Plan
from coupa_async.engine.sign_in_gate import Gate
from coupa_async.engine.unexpected import UnexpectedErrors
from coupa_async.ports import Backend, Observer, Profile, Session
from coupa_async.runtime.cleanup import plain_errors

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """What all workers share.

    Attributes:
        profile: Makes a worker's browser profile, anew for each life.
        unexpected: Counts orders that end in an error which nobody foresaw.
        berths: So many workers may have a session; the memory guard takes some away and gives them back.
    """

    backend: Backend
    job: Job
    gate: Gate
    plan: Plan
    profile: Callable[[str], Awaitable[Profile]]
    berths: anyio.CapacityLimiter
    tell: Observer
    dice: Callable[[], float]
    unexpected: UnexpectedErrors = field(default_factory=UnexpectedErrors)


class Worker:
    """Works orders off the stream, session after session.

    Attributes:
        hands: What it holds.
        done_in_this_life: Orders recorded since the session began.
        retiring: Why the session ends after the orders in hand; empty while it goes on.
        restarting: Why it was last ended at once.
    """

    def __init__(self, name: str, crew: Crew, orders: MemoryObjectReceiveStream[Order]) -> None:
        self.name = name
        self.hands = Hands(crew.plan.stall_s)
        self.done_in_this_life = 0
        self.retiring = ""
        self.restarting = ""
        self._crew = crew
        self._orders = orders
        self._session: Session | None = None
        self._seen = 0
        self._used_s = 0.0
        self._tries = 0
        self._failures = 0
        self._was_browser_doubted = False
        self._believing = anyio.Lock()
        self._renewing = anyio.Lock()

    async def __aenter__(self) -> Worker:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._orders.close()

    @property
    def pids(self) -> Sequence[int]:
        """The processes at the root of its session."""
        return self._session.pids if self._session is not None else ()

    async def is_wanted(self) -> bool:
        """Hold at least one order, so that no browser starts for nothing; ``False`` when no more will come."""
        if not self.hands.idle:
            try:
                self.hands.idle.append(Hand(await self._orders.receive(), anyio.current_time()))
            except anyio.EndOfStream:
                return False
        return True

    async def live(self, life: anyio.CancelScope) -> None:
        """Live once: until no order is left, or until the session is to retire.

        Args:
            life: The scope that this runs in, whose deadline is kept here.

        Raises:
            SessionLostError: If the session ended by itself.
            SignInError: If no session can be signed in.
            RunError: If nothing can go on.
        """
        self.hands.life, self.done_in_this_life, self.retiring = life, 0, ""
        crew, born_s = self._crew, anyio.current_time()
        life.deadline = born_s + crew.plan.stall_s
        self._seen = crew.gate.generation
        try:
            async with crew.backend.session(await crew.profile(self.name)) as session:
                life.deadline = float("inf")
                self._session = session
                crew.tell(WorkerStarted(worker=self.name, seconds=anyio.current_time() - born_s))
                await self._admit(session)
                for suspect in self.hands.suspects:
                    self.hands.take(suspect)
                    await self._finish(suspect, session)
                with plain_errors():
                    async with anyio.create_task_group() as tabs:
                        for number in range(1, crew.plan.tabs + 1):
                            tabs.start_soon(self._serve, session, name=f"{self.name}, tab {number}")
                await crew.gate.keep(session, seen=self._seen)
        finally:
            self._session = None

    def retire(self, reason: str) -> None:
        """End the present session after the orders in hand; the supervisor begins the next one."""
        self.retiring = self.retiring or reason

    def restart(self, reason: str) -> None:
        """End the present life at once; the supervisor begins the next one."""
        self.restarting = reason
        self.hands.rest(*self.hands.busy)  # it is not their fault
        self.hands.life.cancel(reason)

    async def carry_over(self, reason: str) -> None:
        """Take the orders in hand into the next life, but for one that has taken too many sessions down."""
        for hand in self.hands.carry_over():
            hand.kills += 1
            if hand.kills >= self._crew.plan.max_kills:
                lost = SessionLostError(f"the order took {hand.kills} sessions down: {reason}")
                await self._record(hand, await self._crew.job.give_up(hand.order, lost, None))

    async def _serve(self, session: Session) -> None:
        while (hand := await self._take(session)) is not None:
            await self._finish(hand, session)

    async def _take(self, session: Session) -> Hand | None:
        while True:
            if self.hands.idle or (not self.retiring and await self.is_wanted()):
                hand = self.hands.idle[0]
                self.hands.take(hand)
                return hand
            if not self.hands.doubtful:
                return None
            await self._believe(session)

    async def _finish(self, hand: Hand, session: Session) -> None:
        """Work on an order until it is recorded or in doubt."""
        crew = self._crew
        while True:
            await crew.gate.passage()
            if crew.gate.is_stale(self._used_s):
                await self._admit(session)
            self._tries += 1
            hand.seen, hand.tried, hand.tried_s = self._seen, self._tries, anyio.current_time()
            self.hands.watch(hand)
            crew.tell(OrderStarted(worker=self.name, number=hand.order.number, attempt=hand.attempts + 1))
            try:
                result = await crew.job.collect(hand.order, session, lambda: self.hands.watch(hand))
            except CoupaError as error:
                if (given_up := await self._cure(hand, error, session)) is None:
                    continue
                await self._record(hand, given_up)
                return
            except Exception as error:  # noqa: BLE001 - one order's surprise is one order's
                await self._end_unexpectedly(hand, error, session)
                return
            if result.outcome is Outcome.PO_NOT_FOUND and hand.seen != self._seen:
                continue  # another tab has found the session signed out meanwhile, and had it signed in
            if is_late := any(one.timed_out for one in result.failed):
                self._doubt_browser(f"files of {hand.order.number.shown} did not come in time")
            hand.attempts += 1
            self._failures, self._was_browser_doubted, self._used_s = 0, is_late, anyio.current_time()
            if result.outcome is Outcome.PO_NOT_FOUND:
                hand.tried = self._tries  # only a try that begins after this answer says that it was a good one
                self.hands.doubt(hand, result)
                if len(self.hands.doubtful) >= crew.plan.doubts:
                    await self._believe(session)
                return
            for doubtful in [one for one in self.hands.doubtful if one.tried < hand.tried]:
                await self._record(doubtful, doubtful.doubt)  # the session has shown an order since
            await self._record(hand, result)
            return

    async def _cure(self, hand: Hand, error: CoupaError, session: Session) -> OrderResult | None:
        """Do what an error asks for.

        Returns:
            The outcome, where trying again cannot help; ``None`` to try again.
        """
        crew, plan = self._crew, self._crew.plan
        attempt = hand.attempts + 1
        match decide(error, attempt, max_attempts=plan.max_attempts, backoff=plan.backoff, dice=crew.dice()):
            case RestartSession() | StopRun():
                raise error
            case SignInAgain():
                self.hands.rest(hand)
                is_often = isinstance(error, SignInPassedError) and hand.sign_ins >= plan.max_sign_ins
                if is_often and await crew.gate.is_in(session):  # so it is this address that leads there for ever
                    led = UnknownPageError(f"{error}, each time, though the session is signed in: open it in a browser")
                    return await crew.job.give_up(hand.order, led, None)
                await self._sign_in(hand, session, error)
            case Retry() | GiveUp() as decision:
                self.hands.rest(hand)
                if isinstance(error, UnreachableError) and await self._was_out(hand, error, session):
                    return None
                self._count(error)
                hand.attempts += 1
                if isinstance(decision, GiveUp):
                    self.hands.watch(hand)
                    return await crew.job.give_up(hand.order, error, session)
                number, delay_s = hand.order.number, decision.delay_s
                crew.tell(OrderRetried(worker=self.name, number=number, reason=str(error), delay_s=delay_s))
                await anyio.sleep(delay_s)
        return None

    async def _end_unexpectedly(self, hand: Hand, error: Exception, session: Session) -> None:
        """Record an order as FAILED that met an error which nobody foresaw; the log has all of it."""
        _log.exception("%s met an error that nobody foresaw", hand.order.number.shown)
        self.hands.rest(hand)
        hand.attempts += 1
        unexpected = UnexpectedError(error)
        await self._record(hand, await self._crew.job.give_up(hand.order, unexpected, session), unexpected)

    def _count(self, error: CoupaError) -> None:
        """Take failures in a row that any page could have for the browser's, once, before they become outcomes."""
        self._failures = self._failures + 1 if is_infrastructure(error) else 0
        if self._failures >= self._crew.plan.max_failures:
            self._doubt_browser(f"{self._failures} failures in a row, the last: {error}", error)

    def _doubt_browser(self, reason: str, error: CoupaError | None = None) -> None:
        """Replace a browser that may be dead, at no order's cost; once, until it has shown that it is not."""
        if not self._was_browser_doubted:
            self._failures, self._was_browser_doubted = 0, True
            self.hands.rest(*self.hands.busy)
            raise SessionLostError(reason) from error

    async def _was_out(self, hand: Hand, error: UnreachableError, session: Session) -> bool:
        """Wait until the tenant can be reached. ``False`` if it can: then the error is the order's own."""
        try:
            return await self._crew.gate.outage(session, error, since_s=hand.tried_s)
        except SignInRequiredError as signed_out:
            await self._sign_in(hand, session, signed_out)
            return True

    async def _believe(self, session: Session) -> None:
        """See that the session is signed in, and believe the not-founds that it has shown; else ask for them again."""
        async with self._believing:
            doubtful, seen = list(self.hands.doubtful), self._seen
            if not doubtful:
                return
            await self._admit(session)
            if self._seen != seen:
                self.hands.doubt_no_more()
                return
            for hand in doubtful:
                await self._record(hand, hand.doubt)

    async def _admit(self, session: Session) -> None:
        """See that the session is signed in, and sign it in if not."""
        try:
            await self._crew.gate.check(session)
        except SignInRequiredError as error:
            await self._renew(session, error, seen=self._seen)
        self._used_s = anyio.current_time()

    async def _sign_in(self, hand: Hand, session: Session, error: CoupaError) -> None:
        hand.sign_ins += 1
        if hand.sign_ins > self._crew.plan.max_sign_ins:
            raise SignInRefusedError(f"signed in {hand.sign_ins - 1} times, and still: {error}") from error
        await self._renew(session, error, seen=hand.seen)

    async def _renew(self, session: Session, error: CoupaError, *, seen: int) -> None:
        async with self._renewing:
            if self._seen == seen:  # else another tab of this session has had it signed in meanwhile
                self._seen = await self._crew.gate.renew(session, self.name, seen=seen, error=error)
                self.hands.doubt_no_more()

    async def _record(self, hand: Hand, result: OrderResult | None, unexpected: UnexpectedError | None = None) -> None:
        """Record first, shielded; then let go of the order; then tell."""
        assert result is not None  # noqa: S101 - a doubtful hand has its doubt
        final = replace(result, attempts=max(hand.attempts, 1), seconds=anyio.current_time() - hand.since_s)
        with anyio.CancelScope(shield=True):
            await self._crew.job.record(final)
            self.hands.let_go(hand)
        self.done_in_this_life += 1
        self._crew.tell(OrderFinished(worker=self.name, result=final))
        self._crew.unexpected.count(unexpected)
        if self.done_in_this_life >= self._crew.plan.recycle_orders * (0.9 + 0.2 * self._crew.dice()):
            self.retire(f"{self.done_in_this_life} orders on one session")
