"""Stops a run as Ctrl-C does: the first press lets the orders in flight finish, the second ends at once."""

from __future__ import annotations

import math
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class StopSwitch:
    """One run's. Its :meth:`open` is what a run opens in place of the system's signals.

    Attributes:
        pressed: How often.
    """

    def __init__(self) -> None:
        """Make one that was not pressed."""
        self.pressed = 0
        self._waiting = 0
        self._streams: set[MemoryObjectSendStream[signal.Signals]] = set()

    @contextmanager
    def open(self) -> Iterator[AsyncIterator[signal.Signals]]:
        """Receive the presses while the block runs, and before them those that nobody has received."""
        send, receive = anyio.create_memory_object_stream[signal.Signals](math.inf)
        with send, receive:
            for _ in range(self._waiting):
                send.send_nowait(signal.SIGINT)
            self._waiting = 0
            self._streams.add(send)
            try:
                yield receive
            finally:
                self._streams.discard(send)

    def press(self) -> None:
        """Ask the run to stop."""
        self.pressed += 1
        self._waiting += not self._streams
        for stream in self._streams:
            stream.send_nowait(signal.SIGINT)

    def press_twice(self) -> None:
        """Ask it to stop at once."""
        while self.pressed < 2:
            self.press()
        if self._streams:
            self.press()
