"""Signals that ask the program to end, as one stream: POSIX signals, and Windows' console events under similar names.

Ctrl-C is SIGINT on both; Ctrl-Break, closing the console window, signing out and shutting down are SIGBREAK on Windows
(https://docs.python.org/3/library/signal.html). There asyncio's loop receives no signals, so a Python handler notes
them and is asked at intervals.
"""

from __future__ import annotations

import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import anyio

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_ASKED_EVERY_S = 0.2


OpenSignals = Callable[[], AbstractContextManager[AsyncIterator[signal.Signals]]]
"""Opens a stream of what asks a run to stop. Whoever starts runs from a page has one of its own."""


def open_signals(*, platform: str = sys.platform) -> AbstractContextManager[AsyncIterator[signal.Signals]]:
    """Receive every signal that asks us to end, while the block runs.

    Args:
        platform: As in ``sys.platform``.
    """
    known = [signal.Signals(getattr(signal, name)) for name in NAMES if hasattr(signal, name)]
    return _handled(known) if platform == "win32" else anyio.open_signal_receiver(*known)


@contextmanager
def _handled(known: list[signal.Signals]) -> Iterator[AsyncIterator[signal.Signals]]:
    came = _Asked()
    before = {known_one: signal.signal(known_one, came.take) for known_one in known}
    try:
        yield came
    finally:
        for item, handler in before.items():
            signal.signal(item, handler)


class _Asked:
    """The signals that the Python handler has noted."""

    def __init__(self) -> None:
        self._came: deque[signal.Signals] = deque()

    def take(self, number: int, _: object) -> None:
        self._came.append(signal.Signals(number))

    def __aiter__(self) -> AsyncIterator[signal.Signals]:
        return self

    async def __anext__(self) -> signal.Signals:
        while not self._came:  # noqa: ASYNC110 - a handler may interrupt the loop anywhere, and so must not touch it
            await anyio.sleep(_ASKED_EVERY_S)
        return self._came.popleft()
