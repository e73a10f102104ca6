"""A worker: one session at a time, and the orders in flight, which outlive the session.

A session is one cancel scope that the supervisor enters. Its deadline is the stall watchdog, which each step pushes
forward. Whatever ends a session, the next one goes on with the orders in flight.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from coupa_async.domain.errors import (
    CoupaError,
    SessionLostError,
    SignInPassedError,
    SignInRequiredError,
    UnexpectedError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.events import OrderFinished, OrderRetried, OrderStarted, WorkerStarted
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.policies.retry import GiveUp, RestartSession, Retry, SignInAgain, StopRun, decide
from coupa_async.engine.workers.browser_health import BrowserHealth
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.in_flight import InFlightOrder, InFlightOrders
from coupa_async.engine.workers.session_sign_in import SessionSignIn
from coupa_async.ports import Session
from coupa_async.runtime.cleanup import plain_errors

_log = logging.getLogger(__name__)


class _Attempt(Enum):
    """The result of an attempt at an order."""

    RECORDED = auto()
    UNCONFIRMED = auto()
    TRY_AGAIN = auto()


class Worker:
    """Takes orders from the stream and works them off, session after session.

    Attributes:
        in_flight: The orders that it holds.
        done_in_session: Orders recorded since the session began.
        retiring: Why the session will end after the orders in flight; empty while it goes on.
        restarting: Why a session was last ended at once.
    """

    def __init__(self, name: str, context: WorkerContext, orders: MemoryObjectReceiveStream[Order]) -> None:
        self.name = name
        self.in_flight = InFlightOrders(context.limits.stall_s)
        self.done_in_session = 0
        self.retiring = ""
        self.restarting = ""
        self._context = context
        self._orders = orders
        self._session: Session | None = None
        self._sign_in = SessionSignIn(name, context, self.in_flight)
        self._browser = BrowserHealth(self.in_flight, max_failures=context.limits.max_failures)
        self._attempts = 0
        self._confirming = anyio.Lock()

    async def __aenter__(self) -> Worker:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take no more orders."""
        self._orders.close()

    @property
    def has_session(self) -> bool:
        """Whether a session of it is there."""
        return self._session is not None

    @property
    def pids(self) -> Sequence[int]:
        """The root processes of its session."""
        return self._session.pids if self._session is not None else ()

    async def wait_for_order(self) -> bool:
        """Wait for the next order, so that no browser starts for nothing; return ``False`` when none remain."""
        if not self.in_flight.queued:
            try:
                order = await self._orders.receive()
            except anyio.EndOfStream:
                return False
            self.in_flight.queued.append(
                InFlightOrder(order, anyio.current_time(), waited_s=self._context.gate.waited_s)
            )
        return True

    async def run_session(self, session_scope: anyio.CancelScope) -> None:
        """Work on one session: until no order is left, or until the session is to retire.

        Args:
            session_scope: The scope that this runs in. Its deadline is set here.

        Raises:
            SessionLostError: If the session ended by itself.
            SignInError: If no session can be signed in.
            RunError: If the run cannot go on.
        """
        self.in_flight.session_scope, self.done_in_session, self.retiring = session_scope, 0, ""
        context, began_s = self._context, anyio.current_time()
        session_scope.deadline = began_s + context.limits.stall_s
        self._sign_in.begin()
        try:
            async with context.backend.session(await context.profile(self.name)) as session:
                session_scope.deadline = float("inf")
                self._session = session
                context.notify(WorkerStarted(worker=self.name, seconds=anyio.current_time() - began_s))
                await self._sign_in.check(session)
                for suspect in self.in_flight.suspects:
                    self.in_flight.take(suspect)
                    await self._work_on(suspect, session)
                with plain_errors():
                    async with anyio.create_task_group() as tabs:
                        for number in range(1, context.limits.tabs + 1):
                            tabs.start_soon(self._serve, session, name=f"{self.name}, tab {number}")
                await self._sign_in.keep(session)
        finally:
            self._session = None

    def retire(self, reason: str) -> None:
        """End the present session after the orders in flight; the supervisor begins the next one."""
        self.retiring = self.retiring or reason

    def restart(self, reason: str) -> None:
        """End the present session at once; the supervisor begins the next one."""
        self.restarting = reason
        self.in_flight.pause_watchdog(*self.in_flight.running)  # it is not their fault
        self.in_flight.session_scope.cancel(reason)

    async def carry_over(self, reason: str) -> None:
        """Take the orders in flight into the next session; one that has ended too many sessions is given up."""
        for item in self.in_flight.carry_over():
            item.sessions_lost += 1
            if item.sessions_lost >= self._context.limits.max_sessions_lost:
                lost = SessionLostError(f"the order took {item.sessions_lost} browsers down: {reason}")
                await self._record(item, await self._context.job.give_up(item.order, lost, None))

    async def _serve(self, session: Session) -> None:
        while (item := await self._take(session)) is not None:
            await self._work_on(item, session)

    async def _take(self, session: Session) -> InFlightOrder | None:
        while True:
            if self.in_flight.queued or (not self.retiring and await self.wait_for_order()):
                item = self.in_flight.queued[0]
                self.in_flight.take(item)
                return item
            if not self.in_flight.unconfirmed:
                return None
            await self._confirm_not_found(session)

    async def _work_on(self, item: InFlightOrder, session: Session) -> None:
        """Attempt an order until it is recorded, or not found by a session whose sign-in is still to be confirmed."""
        while (came_to := await self._attempt(item, session)) is _Attempt.TRY_AGAIN:
            pass
        if came_to is _Attempt.UNCONFIRMED and len(self.in_flight.unconfirmed) >= self._context.limits.max_unconfirmed:
            await self._confirm_not_found(session)

    async def _attempt(self, item: InFlightOrder, session: Session) -> _Attempt:
        await self._sign_in.ensure_fresh(session)
        self._attempts += 1
        item.sign_in_generation = self._sign_in.generation
        item.attempt_number, item.attempt_began_s = self._attempts, anyio.current_time()
        self.in_flight.reset_watchdog(item)
        context = self._context
        context.notify(OrderStarted(worker=self.name, number=item.order.number, attempt=item.attempts + 1))
        try:
            result = await context.job.collect(item.order, session, lambda: self.in_flight.reset_watchdog(item))
        except CoupaError as error:
            given_up = await self._handle_error(item, error, session)
            if given_up is None:
                return _Attempt.TRY_AGAIN
            await self._record(item, given_up)
            return _Attempt.RECORDED
        except Exception as error:  # noqa: BLE001 - one order's surprise is one order's
            await self._end_unexpectedly(item, error, session)
            return _Attempt.RECORDED
        return await self._accept(item, result)

    async def _accept(self, item: InFlightOrder, result: OrderResult) -> _Attempt:
        """Record a result, or hold it back where the session may have been signed out."""
        is_not_found = result.outcome is Outcome.PO_NOT_FOUND
        if is_not_found and item.sign_in_generation != self._sign_in.generation:
            return _Attempt.TRY_AGAIN  # another tab has found the session signed out meanwhile, and had it signed in
        if is_late := any(failure.timed_out for failure in result.failed):
            self._browser.suspect(f"files of {item.order.number.shown} did not come in time")
        item.attempts += 1
        self._browser.has_worked(is_late=is_late)
        self._sign_in.was_used()
        if is_not_found:
            item.attempt_number = self._attempts  # only an attempt that begins after this answer confirms it
            self.in_flight.hold_back(item, result)
            return _Attempt.UNCONFIRMED
        for earlier in self.in_flight.unconfirmed_before(item):  # the session has shown an order since
            await self._record(earlier, earlier.unconfirmed_result)
        await self._record(item, result)
        return _Attempt.RECORDED

    async def _handle_error(self, item: InFlightOrder, error: CoupaError, session: Session) -> OrderResult | None:
        """Do what an error asks for.

        Returns:
            The outcome, where trying again cannot help; ``None`` to try again.
        """
        context, limits = self._context, self._context.limits
        attempt = item.attempts + 1
        match decide(error, attempt, max_attempts=limits.max_attempts, backoff=limits.backoff, jitter=context.jitter()):
            case RestartSession() | StopRun():
                raise error
            case SignInAgain():
                self.in_flight.pause_watchdog(item)
                is_often = isinstance(error, SignInPassedError) and item.sign_ins >= limits.max_sign_ins
                if is_often and await context.gate.is_in(session):  # so it is this address that leads there for ever
                    led = UnknownPageError(f"{error}, each time, though you are signed in: open it in a browser")
                    return await context.job.give_up(item.order, led, None)
                await self._sign_in.renew_for(item, session, error)
            case Retry() | GiveUp() as decision:
                self.in_flight.pause_watchdog(item)
                if isinstance(error, UnreachableError) and await self._wait_out_outage(item, error, session):
                    return None
                self._browser.has_failed(error)
                item.attempts += 1
                if isinstance(decision, GiveUp):
                    self.in_flight.reset_watchdog(item)
                    return await context.job.give_up(item.order, error, session)
                number, delay_s = item.order.number, decision.delay_s
                context.notify(OrderRetried(worker=self.name, number=number, reason=str(error), delay_s=delay_s))
                await anyio.sleep(delay_s)
        return None

    async def _end_unexpectedly(self, item: InFlightOrder, error: Exception, session: Session) -> None:
        """Record an order as FAILED because of an unexpected error; the log has its traceback."""
        _log.exception("%s met an error that nobody foresaw", item.order.number.shown)
        self.in_flight.pause_watchdog(item)
        item.attempts += 1
        unexpected = UnexpectedError(error)
        await self._record(item, await self._context.job.give_up(item.order, unexpected, session), unexpected)

    async def _wait_out_outage(self, item: InFlightOrder, error: UnreachableError, session: Session) -> bool:
        """Wait until the tenant can be reached. Return ``False`` if it can be: the error is the order's own."""
        try:
            return await self._context.gate.outage(session, error, since_s=item.attempt_began_s)
        except SignInRequiredError as signed_out:
            await self._sign_in.renew_for(item, session, signed_out)
            return True

    async def _confirm_not_found(self, session: Session) -> None:
        """Check that the session is signed in. If so, record the unconfirmed not-founds; else queue them again."""
        async with self._confirming:
            unconfirmed, generation = list(self.in_flight.unconfirmed), self._sign_in.generation
            if not unconfirmed:
                return
            await self._sign_in.check(session)
            if self._sign_in.generation != generation:
                self.in_flight.queue_unconfirmed()
                return
            for item in unconfirmed:
                await self._record(item, item.unconfirmed_result)

    async def _record(
        self, item: InFlightOrder, result: OrderResult | None, unexpected: UnexpectedError | None = None
    ) -> None:
        """Record first, shielded from cancellation; then release the order; then notify the observers."""
        assert result is not None  # noqa: S101 - what is unconfirmed has a result
        waited_s = self._context.gate.waited_s - item.waited_s
        seconds = max(anyio.current_time() - item.since_s - waited_s, 0.0)
        final = replace(result, attempts=max(item.attempts, 1), seconds=seconds)
        with anyio.CancelScope(shield=True):
            await self._context.job.record(final)
            self.in_flight.release(item)
        self.done_in_session += 1
        self._context.notify(OrderFinished(worker=self.name, result=final))
        self._context.finished.add(unexpected)
        if self.done_in_session >= self._context.limits.recycle_orders * (0.9 + 0.2 * self._context.jitter()):
            self.retire(f"{self.done_in_session} orders on one session")
