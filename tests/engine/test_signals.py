"""Signals as one stream, on POSIX and as Windows has them."""

from __future__ import annotations

import os
import signal
import sys

import anyio
import pytest

from coupa_async.engine.signals import open_signals

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform == "win32", reason="sends itself POSIX signals")]


@pytest.mark.parametrize("platform", ["linux", "win32"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_every_signal_that_asks_for_an_end_is_received_and_the_handlers_are_given_back(
    platform: str, name: str
) -> None:
    number = signal.Signals[name]
    before = signal.getsignal(number)
    with open_signals(platform=platform) as signals:
        for _ in range(2):
            os.kill(os.getpid(), number)
            with anyio.fail_after(5):
                assert await anext(aiter(signals)) == number
    assert signal.getsignal(number) == before
