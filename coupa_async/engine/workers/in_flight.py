"""The orders that a worker has in flight, and how long it may have them. Bookkeeping only: nothing here waits."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import anyio

from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult

FOREVER_S = float("inf")
_NEGLIGIBLE = 0.01  # of the watchdog's time: moving its deadline at each step costs more than so much of it is worth


@dataclass(slots=True, eq=False)
class InFlightOrder:
    """An order in flight. It outlives the session that works on it: in the stream, in flight, or recorded, never lost.

    Attributes:
        since_s: When it was taken, on anyio's clock.
        attempts: Attempts that ended in an error of its own.
        sessions_lost: Sessions lost while working on it.
        sign_ins: Sign-ins that it asked for.
        sign_in_generation: Which sign-in its present attempt began with.
        attempt_number: Which of the worker's attempts its present one is; while unconfirmed, the last when its answer
            came.
        attempt_began_s: When that began.
        stalled_s: When it counts as stalled; ``FOREVER_S`` while it waits for something that may take long.
        unconfirmed_result: "Not found", as long as the session that said so may have been signed out.
    """

    order: Order
    since_s: float
    attempts: int = 0
    sessions_lost: int = 0
    sign_ins: int = 0
    sign_in_generation: int = 0
    attempt_number: int = 0
    attempt_began_s: float = 0.0
    stalled_s: float = FOREVER_S
    unconfirmed_result: OrderResult | None = None


class InFlightOrders:
    """All that a worker has in flight.

    Attributes:
        queued: To be worked on next, left over from an earlier session.
        running: Worked on.
        unconfirmed: Not found, by a session that may have been signed out.
        session_scope: The scope whose deadline is the stall watchdog.
    """

    def __init__(self, stall_s: float) -> None:
        self.queued: deque[InFlightOrder] = deque()
        self.running: list[InFlightOrder] = []
        self.unconfirmed: list[InFlightOrder] = []
        self.session_scope = anyio.CancelScope()
        self._stall_s = stall_s

    @property
    def orders(self) -> list[Order]:
        """What is held and has no outcome."""
        return [item.order for item in (*self.running, *self.unconfirmed, *self.queued)]

    @property
    def suspects(self) -> list[InFlightOrder]:
        """Orders that a session was lost with: worked on alone, so that it is known which one loses them."""
        return [item for item in self.queued if item.sessions_lost]

    def unconfirmed_before(self, item: InFlightOrder) -> list[InFlightOrder]:
        """Tell the unconfirmed whose answers came before an order's present attempt began."""
        return [earlier for earlier in self.unconfirmed if earlier.attempt_number < item.attempt_number]

    def reset_watchdog(self, item: InFlightOrder) -> None:
        """Start an order's stall watchdog, or push it forward, give or take 1 %."""
        stalled_s = anyio.current_time() + self._stall_s
        if stalled_s - item.stalled_s < _NEGLIGIBLE * self._stall_s and item.stalled_s < FOREVER_S:
            return
        item.stalled_s = stalled_s
        self._set_deadline()

    def pause_watchdog(self, *items: InFlightOrder) -> None:
        """Suspend the watchdog: waiting for an order, a sign-in or a backoff is not a stall."""
        for item in items:
            item.stalled_s = FOREVER_S
        self._set_deadline()

    def take(self, item: InFlightOrder) -> None:
        """Begin work on a queued order."""
        self.queued.remove(item)
        self.running.append(item)

    def hold_back(self, item: InFlightOrder, result: OrderResult) -> None:
        """Keep a not-found back until the session is known to be signed in."""
        item.unconfirmed_result = result
        self.running.remove(item)
        self.unconfirmed.append(item)
        self.pause_watchdog(item)

    def queue_unconfirmed(self) -> None:
        """Have all that is unconfirmed worked on again."""
        for item in self.unconfirmed:
            item.unconfirmed_result = None
        self.queued.extend(self.unconfirmed)
        self.unconfirmed.clear()

    def release(self, item: InFlightOrder) -> None:
        """Forget an order that is recorded."""
        for held in (self.running, self.unconfirmed, self.queued):
            if item in held:
                held.remove(item)
        self.pause_watchdog(item)

    def carry_over(self) -> list[InFlightOrder]:
        """Take everything into the next session.

        Returns:
            What was worked on when the last one ended.
        """
        at_work = [item for item in self.running if item.stalled_s < FOREVER_S]
        self.queued.extendleft(reversed(self.running))
        self.running.clear()
        self.queue_unconfirmed()
        self.pause_watchdog(*self.queued)
        return at_work

    def _set_deadline(self) -> None:
        deadline_s = min((item.stalled_s for item in self.running), default=FOREVER_S)
        if deadline_s != self.session_scope.deadline:
            self.session_scope.deadline = deadline_s
