"""Suspects a browser that still answers but may be broken, after several ordinary failures in a row."""

from __future__ import annotations

from coupa_async.domain.errors import CoupaError, SessionLostError
from coupa_async.domain.policies.retry import is_infrastructure
from coupa_async.engine.workers.in_flight import InFlightOrders


class BrowserHealth:
    """Blames failures on the browser before they become outcomes: once, until it has shown an order again."""

    def __init__(self, in_flight: InFlightOrders, *, max_failures: int) -> None:
        self._in_flight = in_flight
        self._max_failures = max_failures
        self._failures = 0
        self._was_suspected = False

    def has_worked(self, *, is_late: bool) -> None:
        """Note that an order was shown.

        Args:
            is_late: Whether files of it did not come in time. Then the browser is not suspected again.
        """
        self._failures, self._was_suspected = 0, is_late

    def has_failed(self, error: CoupaError) -> None:
        """Count a failure.

        Raises:
            SessionLostError: If there are too many in a row.
        """
        self._failures = self._failures + 1 if is_infrastructure(error) else 0
        if self._failures >= self._max_failures:
            self.suspect(f"{self._failures} failures in a row, the last: {error}", error)

    def suspect(self, reason: str, error: CoupaError | None = None) -> None:
        """Replace a browser that may be broken. It costs no order an attempt.

        Raises:
            SessionLostError: Unless it was suspected already, and has shown no order since.
        """
        if not self._was_suspected:
            self._failures, self._was_suspected = 0, True
            self._in_flight.pause_watchdog(*self._in_flight.running)
            raise SessionLostError(reason) from error
