"""Reads how much of the machine's processors is in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psutil

# Guests' time is part of the user's time; waiting for a disk is none of a processor's.
_NOT_COUNTED = ("guest", "guest_nice")
_IDLE = ("idle", "iowait")


def _times() -> Mapping[str, float]:
    times: Mapping[str, float] = psutil.cpu_times()._asdict()
    return times


class ProcessorUse:
    """The share of all processors in use, between one look and the next. psutil's own is kept for each thread."""

    def __init__(self, times: Callable[[], Mapping[str, float]] = _times) -> None:
        """Begin.

        Args:
            times: Reads the seconds that the processors have spent, by kind.
        """
        self._times = times
        self._seen = self._spent()

    def share(self) -> float:
        """Return the share since the last call, 0 to 1. Blocking."""
        (before_busy, before), (busy, whole) = self._seen, self._spent()
        self._seen = (busy, whole)
        return min(1.0, max(0.0, (busy - before_busy) / (whole - before))) if whole > before else 0.0

    def _spent(self) -> tuple[float, float]:
        """Return the seconds in use, and all seconds."""
        times = {kind: seconds for kind, seconds in self._times().items() if kind not in _NOT_COUNTED}
        whole = sum(times.values())
        return whole - sum(times.get(kind, 0.0) for kind in _IDLE), whole
