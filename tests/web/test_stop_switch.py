from __future__ import annotations

import signal

import anyio
import pytest

from coupa_async.web.jobs.stop_switch import StopSwitch

pytestmark = pytest.mark.anyio


async def received(switch: StopSwitch, count: int) -> list[signal.Signals]:
    with switch.open() as presses, anyio.fail_after(1):
        return [await anext(aiter(presses)) for _ in range(count)]


async def test_a_press_while_nobody_listens_is_received_by_the_next_who_does_and_by_no_other() -> None:
    switch = StopSwitch()
    switch.press()
    assert await received(switch, 1) == [signal.SIGINT]
    with pytest.raises(TimeoutError), switch.open() as presses, anyio.fail_after(0.01):
        await anext(aiter(presses))


async def test_stop_now_is_a_second_press_whether_there_was_a_first_or_not() -> None:
    for before in (0, 1):
        switch = StopSwitch()
        for _ in range(before):
            switch.press()
        switch.press_twice()
        assert await received(switch, 2) == [signal.SIGINT, signal.SIGINT]
