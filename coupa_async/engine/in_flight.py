"""The orders that a worker holds, and how long it may hold them. Bookkeeping only: nothing here waits."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import anyio

from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult

FOREVER_S = float("inf")
_NEGLIGIBLE = 0.01  # of the watchdog's time: moving its deadline at each step costs more than so much of it is worth


@dataclass(slots=True, eq=False)
class Hand:
    """An order in hand. It outlives the session that works on it: in the stream, in hand, or recorded, never lost.

    Attributes:
        since_s: When it was taken, on anyio's clock.
        attempts: Tries that ended in an error of its own.
        kills: Sessions lost while working on it.
        sign_ins: Sign-ins that it asked for.
        seen: Which sign-in its present try began with.
        tried: Which of the worker's tries its present one is; in doubt, which was the last when its answer came.
        tried_s: When that began.
        stalled_s: When it counts as stalled; ``FOREVER_S`` while it waits for something that may take long.
        doubt: "Not found", as long as the session that said so may have been signed out.
    """

    order: Order
    since_s: float
    attempts: int = 0
    kills: int = 0
    sign_ins: int = 0
    seen: int = 0
    tried: int = 0
    tried_s: float = 0.0
    stalled_s: float = FOREVER_S
    doubt: OrderResult | None = None


class Hands:
    """All that a worker holds.

    Attributes:
        idle: To be worked on next, left over from an earlier life.
        busy: Worked on.
        doubtful: Not found, and not believed yet.
        life: The scope whose deadline is the stall watchdog.
    """

    def __init__(self, stall_s: float) -> None:
        self.idle: deque[Hand] = deque()
        self.busy: list[Hand] = []
        self.doubtful: list[Hand] = []
        self.life = anyio.CancelScope()
        self._stall_s = stall_s

    @property
    def orders(self) -> list[Order]:
        """What is held and has no outcome."""
        return [hand.order for hand in (*self.busy, *self.doubtful, *self.idle)]

    @property
    def suspects(self) -> list[Hand]:
        """Orders that a session was lost with: worked on alone, so that it is known which one loses them."""
        return [hand for hand in self.idle if hand.kills]

    def watch(self, hand: Hand) -> None:
        """Start the hand's stall watchdog, or push it forward, give or take 1 %."""
        stalled_s = anyio.current_time() + self._stall_s
        if stalled_s - hand.stalled_s < _NEGLIGIBLE * self._stall_s and hand.stalled_s < FOREVER_S:
            return
        hand.stalled_s = stalled_s
        self._set_deadline()

    def rest(self, *hands: Hand) -> None:
        """Suspend the watchdog: waiting for an order, a sign-in or a backoff is not a stall."""
        for hand in hands:
            hand.stalled_s = FOREVER_S
        self._set_deadline()

    def take(self, hand: Hand) -> None:
        """Begin work on one."""
        self.idle.remove(hand)
        self.busy.append(hand)

    def doubt(self, hand: Hand, result: OrderResult) -> None:
        """Keep a not-found back until the session is known to have been good."""
        hand.doubt = result
        self.busy.remove(hand)
        self.doubtful.append(hand)
        self.rest(hand)

    def doubt_no_more(self) -> None:
        """Have all that is in doubt worked on again."""
        for hand in self.doubtful:
            hand.doubt = None
        self.idle.extend(self.doubtful)
        self.doubtful.clear()

    def let_go(self, hand: Hand) -> None:
        """Forget one that is recorded."""
        for held in (self.busy, self.doubtful, self.idle):
            if hand in held:
                held.remove(hand)
        self.rest(hand)

    def carry_over(self) -> list[Hand]:
        """Take everything into the next life.

        Returns:
            What was worked on when the last one ended.
        """
        at_work = [hand for hand in self.busy if hand.stalled_s < FOREVER_S]
        self.idle.extendleft(reversed(self.busy))
        self.busy.clear()
        self.doubt_no_more()
        self.rest(*self.idle)
        return at_work

    def _set_deadline(self) -> None:
        deadline_s = min((hand.stalled_s for hand in self.busy), default=FOREVER_S)
        if deadline_s != self.life.deadline:
            self.life.deadline = deadline_s
