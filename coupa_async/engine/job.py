"""What the engine runs for each order. It knows nothing of pages and files: the job does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult
from coupa_async.ports import Session


class Job(Protocol):
    """The work on one order, and the record of what came of it."""

    async def collect(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        """Do the work, and say so whenever a part of it is done.

        Raises:
            CoupaError: For what is not an outcome yet.
        """
        ...

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        """Make an outcome of an error that trying again does not cure."""
        ...

    async def record(self, result: OrderResult) -> None:
        """Write the outcome down, for good."""
        ...
