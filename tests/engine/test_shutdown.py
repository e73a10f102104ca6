"""Signals while the last steps of a run are done. While orders are in flight: ``test_run.py``."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import pytest

from coupa_async.domain.errors import StorageError
from coupa_async.engine.shutdown import until_asked_twice

pytestmark = pytest.mark.anyio


class Asked:
    """Signals that a test sends."""

    def __init__(self) -> None:
        self._send, self._receive = anyio.create_memory_object_stream[signal.Signals](10)

    def by(self, *numbers: signal.Signals) -> None:
        for number in numbers:
            self._send.send_nowait(number)

    @contextmanager
    def __call__(self) -> Iterator[AsyncIterator[signal.Signals]]:
        with self._send, self._receive:
            yield self._receive


async def test_one_signal_lets_the_last_steps_come_to_their_end() -> None:
    asked, done = Asked(), list[str]()

    async def work() -> None:
        asked.by(signal.SIGINT)
        await anyio.sleep(0.05)
        done.append("workbook")

    assert await until_asked_twice(asked, work) is None
    assert done == ["workbook"]


async def test_the_second_signal_ends_them_and_is_told() -> None:
    asked = Asked()

    async def work() -> None:
        asked.by(signal.SIGINT, signal.SIGTERM)
        await anyio.sleep_forever()

    with anyio.fail_after(5):
        assert await until_asked_twice(asked, work) is signal.SIGTERM


async def test_an_error_of_theirs_is_raised_as_it_is() -> None:
    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        raise StorageError("the disk is full")

    with pytest.raises(StorageError, match="full"):
        await until_asked_twice(Asked(), work)
