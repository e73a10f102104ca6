"""What the engine runs for each order. It knows nothing of pages and files: the job does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult
from coupa_async.ports import Session


class Job(Protocol):
    """The work on one order, and the record of what came of it."""

    async def collect(self, order: Order, session: Session) -> OrderResult:
        """Do the work. Raises ``CoupaError`` for what is not an outcome yet."""
        ...

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        """Make an outcome of an error that trying again does not cure."""
        ...

    async def record(self, result: OrderResult) -> None:
        """Write the outcome down, for good."""
        ...


@dataclass(slots=True)
class Hand:
    """An order in hand. It outlives the session that works on it: in the stream, in hand, or recorded, never lost.

    Attributes:
        attempts: Tries that ended in an error of its own.
        kills: Sessions lost while working on it.
        sign_ins: Sign-ins that it asked for.
        since_s: When it was taken, on anyio's clock.
    """

    order: Order
    since_s: float
    attempts: int = 0
    kills: int = 0
    sign_ins: int = 0
