"""How long a run will take yet, told from when its last orders were finished."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

# So many orders tell the pace: enough to even out large and small ones, few enough to follow a change.
ORDERS = 64
# A longer step between two looks at the clock is a machine that slept, not work.
_LONGEST_STEP_S = 10.0


def seconds_left(finished_s: Sequence[float], now_s: float, remaining: int) -> float | None:
    """Return the seconds for the remaining orders at the pace of the last ones; ``None`` while it cannot be told.

    The time since the last one counts as well. So the answer grows while nothing moves.

    Args:
        finished_s: When the work began, then when each of the last orders was finished, on any clock.
        now_s: The same clock's time.
        remaining: How many orders are left.
    """
    if len(finished_s) < 2:
        return None
    took_s = max(now_s - finished_s[0], 0.0)
    return remaining * took_s / (len(finished_s) - 1)


class TimeLeft:
    """The time left of a run that is watched. Its clock stands still while the machine sleeps or the run waits."""

    def __init__(self, longest_step_s: float = _LONGEST_STEP_S) -> None:
        """Begin.

        Args:
            longest_step_s: A longer step between two looks is the machine's sleep.
        """
        self._longest_step_s = longest_step_s
        self._at_work_s = 0.0
        self._looked_s: float | None = None
        self._finished_s: deque[float] = deque(maxlen=ORDERS + 1)

    def look(self, now_s: float, *, is_waiting: bool = False) -> None:
        """Take note of the time, several times in ten seconds at least.

        Args:
            now_s: Seconds from any starting point.
            is_waiting: Whether the run has waited since the last look: for a person, or for the tenant.
        """
        if self._looked_s is not None and not is_waiting:
            step_s = now_s - self._looked_s
            self._at_work_s += step_s if 0 <= step_s <= self._longest_step_s else 0.0
        self._looked_s = now_s

    def began(self) -> None:
        """Note that an order was begun. Only the first one counts: what comes before it is no work on orders."""
        if not self._finished_s:
            self._finished_s.append(self._at_work_s)

    def finished(self) -> None:
        """Note that an order was finished."""
        self._finished_s.append(self._at_work_s)

    def seconds(self, remaining: int) -> float | None:
        """Return the seconds left for so many orders; ``None`` while that cannot be told."""
        return seconds_left(self._finished_s, self._at_work_s, remaining)
