"""The orders that a worker has in flight, and their watchdog. Only bookkeeping: nothing here waits."""

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
    """An order in flight. It outlives the session that works on it. An order is in the stream, in flight or recorded.

    Attributes:
        since_s: When it was taken, on anyio's clock.
        waited_s: How long persons had been waited for by then, in all; see ``SignInGate``.
        attempts: Attempts that ended in an error of its own.
        sessions_lost: Sessions lost while working on it.
        sign_ins: Sign-ins that it asked for.
        sign_in_generation: The sign-in with which its present attempt began.
        attempt_number: The number of its present attempt among the worker's attempts; while unconfirmed, the number of
            the worker's latest attempt when its answer came.
        attempt_began_s: When its attempt began.
        stalled_s: When it will count as stalled; ``FOREVER_S`` while it waits for something that may take long.
        unconfirmed_result: A not-found result, while the session that saw it may have been signed out.
    """

    order: Order
    since_s: float
    waited_s: float = 0.0
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
        queued: Orders to work on next; most are left over from an earlier session.
        running: Orders being worked on.
        unconfirmed: Orders not found by a session that may have been signed out.
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
        """The orders that are held and have no outcome."""
        return [item.order for item in (*self.running, *self.unconfirmed, *self.queued)]

    @property
    def suspects(self) -> list[InFlightOrder]:
        """Orders during which a session was lost. They are worked on alone, to find the one that causes it."""
        return [item for item in self.queued if item.sessions_lost]

    def unconfirmed_before(self, item: InFlightOrder) -> list[InFlightOrder]:
        """Return the unconfirmed orders whose answers came before an order's present attempt began."""
        return [earlier for earlier in self.unconfirmed if earlier.attempt_number < item.attempt_number]

    def reset_watchdog(self, item: InFlightOrder) -> None:
        """Start an order's stall watchdog, or push it forward; exact to 1 %."""
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
        """Hold a not-found result back until the session is known to be signed in."""
        item.unconfirmed_result = result
        self.running.remove(item)
        self.unconfirmed.append(item)
        self.pause_watchdog(item)

    def queue_unconfirmed(self) -> None:
        """Queue all unconfirmed orders to be worked on again."""
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
        """Take all orders into the next session.

        Returns:
            The orders that were being worked on when the last session ended.
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
