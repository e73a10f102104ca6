"""The sign-in of one worker's session: checked, and renewed through the gate once for all its tabs."""

from __future__ import annotations

import anyio

from coupa_async.domain.errors import CoupaError, SignInRefusedError, SignInRequiredError
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.in_flight import InFlightOrder, InFlightOrders
from coupa_async.ports import Session


class SessionSignIn:
    """Which sign-in a session has, and when it was last known to be good.

    Attributes:
        generation: The number of the session's sign-in.
    """

    def __init__(self, worker: str, context: WorkerContext, in_flight: InFlightOrders) -> None:
        self.generation = 0
        self._worker = worker
        self._context = context
        self._in_flight = in_flight
        self._used_s = 0.0
        self._renewing = anyio.Lock()

    def begin(self) -> None:
        """Note that a session starts from the newest sign-in."""
        self.generation = self._context.gate.generation

    def was_used(self) -> None:
        """Note that the session has just shown an order."""
        self._used_s = anyio.current_time()

    async def ensure_fresh(self, session: Session) -> None:
        """Wait while the gate is closed, and check a session that was idle for so long that it may have expired."""
        await self._context.gate.wait_until_open()
        if self._context.gate.is_stale(self._used_s):
            await self.check(session)

    async def check(self, session: Session) -> None:
        """Check that the session is signed in, and sign it in if not."""
        try:
            await self._context.gate.check(session)
        except SignInRequiredError as error:
            await self._renew(session, error, generation=self.generation)
        self.was_used()

    async def renew_for(self, item: InFlightOrder, session: Session, error: CoupaError) -> None:
        """Sign the session in because an order found it signed out.

        Raises:
            SignInRefusedError: If the order has asked for it too often.
        """
        item.sign_ins += 1
        if item.sign_ins > self._context.limits.max_sign_ins:
            raise SignInRefusedError(f"signed in {item.sign_ins - 1} times, and still: {error}") from error
        await self._renew(session, error, generation=item.sign_in_generation)

    async def keep(self, session: Session) -> None:
        """Save the session's state for the next session."""
        await self._context.gate.keep(session, generation=self.generation)

    async def _renew(self, session: Session, error: CoupaError, *, generation: int) -> None:
        async with self._renewing:
            if self.generation == generation:  # else another tab of this session has had it signed in meanwhile
                renew = self._context.gate.renew
                self.generation = await renew(session, self._worker, generation=generation, error=error)
                self._in_flight.queue_unconfirmed()
