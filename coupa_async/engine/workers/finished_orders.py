"""Counts finished orders. An unexpected error fails its own order only, until most orders have one."""

from __future__ import annotations

from coupa_async.domain.errors import ProgramError, UnexpectedError

_ENOUGH = 10


class FinishedOrders:
    """Counts orders, and those that ended in an unexpected error.

    Attributes:
        count: Orders that have their outcome.
    """

    def __init__(self) -> None:
        self.count = 0
        self._unexpected = 0

    def add(self, error: UnexpectedError | None) -> None:
        """Count an order that has its outcome, and its unexpected error if it had one.

        Raises:
            ProgramError: If more than half of the orders end so, of ten at least: going on would only fail more.
        """
        self.count += 1
        self._unexpected += error is not None
        if error is not None and self._unexpected >= _ENOUGH and self._unexpected * 2 > self.count:
            raise ProgramError(f"{self._unexpected} of {self.count} orders ended in the program's own error: {error}")
