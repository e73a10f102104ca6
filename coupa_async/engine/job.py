"""The job that the engine runs for each order. The engine knows nothing of pages and files; the job does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult
from coupa_async.ports import Session


class Job(Protocol):
    """The work on one order, and the recording of its result."""

    async def collect(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        """Do the work, and call ``heartbeat`` whenever a part of it is done.

        Raises:
            CoupaError: For errors that are not an outcome yet.
        """
        ...

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        """Turn an error that trying again does not cure into a result."""
        ...

    async def record(self, result: OrderResult) -> None:
        """Record the result."""
        ...
