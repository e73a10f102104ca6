"""Whether somebody is there: a page without a window and without a run ends by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Presence:
    """When the page was last asked for something, and how many windows listen to it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now."""
        self._clock = clock
        self._seen_s = clock()
        self._listening = 0

    def note(self) -> None:
        """Note that a window asked for something."""
        self._seen_s = self._clock()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count a window that listens while the block runs."""
        self._listening += 1
        try:
            yield
        finally:
            self._listening -= 1
            self.note()

    @property
    def idle_s(self) -> float:
        """For how many seconds nobody has been there."""
        return 0.0 if self._listening else self._clock() - self._seen_s
