"""The memory guard, on readings of its own and in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest

from backends.fake.backend import Answer, FakeSession
from coupa_async.domain.events import MemoryRead, OrderFinished, WorkerRecycled, WorkerRestarting
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.engine.memory_guard import MemoryGuard, Readings
from tests.engine.conftest import Bench, page

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("virtual")]
Make = Callable[..., Bench]
MB = 2**20


def with_pids(url: str, session: FakeSession) -> Answer:
    session.pids = (int(session.profile.name.removeprefix("worker-")),)
    return page(url)


def guarded(bench: Make, usage: Callable[[float], float], **more: Any) -> Bench:
    """A bench whose memory use is a function of the seconds since it began; worker-2 is always the heaviest."""
    it = bench(with_pids)
    it.slow_s = 1.0

    async def read() -> float:
        it.began_s = it.began_s or anyio.current_time()
        await anyio.lowlevel.checkpoint()
        return usage(anyio.current_time() - it.began_s)

    async def weigh(pids: Sequence[int]) -> int:
        await anyio.lowlevel.checkpoint()
        return 500 * MB if 2 in pids else 100 * MB

    async def watch() -> None:
        guard = MemoryGuard(
            it.workers,
            it.context.session_slots,
            Readings(usage=read, weigh=weigh),
            it.notify,
            limits=MemoryLimits(),
            **more,
        )
        await guard.watch()

    it.services.append(watch)
    return it


async def test_the_threshold_is_told_in_percent_and_below_it_nothing_happens(bench: Make) -> None:
    """M2 of ``docs/design/reliability.md``, "Memory"."""
    it = guarded(bench, lambda s: 0.849)
    await it.run(30, workers=3)
    assert {(round(e.usage_percent, 1), e.threshold_percent) for e in it.told(MemoryRead)} == {(84.9, 85.0)}
    assert not it.told(WorkerRecycled)
    assert not it.told(WorkerRestarting)


async def test_over_the_threshold_the_heaviest_session_retires_after_its_order_and_one_worker_fewer_runs(
    bench: Make, caplog: pytest.LogCaptureFixture
) -> None:
    it = guarded(bench, lambda s: 0.86 if 2 < s < 8 else 0.80)
    await it.run(60, workers=3)
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "memory pressure: usage_percent=86.0 threshold_percent=85.0: 2 of 3 workers"
    ]
    assert [event.worker for event in it.told(WorkerRecycled)] == ["worker-2"]
    assert "usage_percent=86.0 threshold_percent=85.0" in it.told(WorkerRecycled)[0].reason
    assert not it.told(WorkerRestarting)
    assert {event.workers for event in it.told(MemoryRead)} == {3, 2}
    assert {result.attempts for result in it.results} == {1}


async def test_pressure_for_ever_never_takes_the_last_worker(bench: Make) -> None:
    """M4"""
    it = guarded(bench, lambda s: 0.90)
    await it.run(300, workers=3)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert it.told(MemoryRead)[-1].workers == 1


async def test_workers_come_back_when_memory_does_with_hysteresis(bench: Make) -> None:
    it = guarded(bench, lambda s: 0.90 if s < 80 else 0.80 if s < 160 else 0.70)
    await it.run(700, workers=3)
    allowed = [event.workers for event in it.told(MemoryRead)]
    assert allowed[50] == 1  # at 100 s: 0.80 is no room yet
    assert allowed[-1] == 3


async def test_over_the_critical_share_the_heaviest_restarts_at_once_and_its_order_runs_again(bench: Make) -> None:
    it = guarded(bench, lambda s: 0.97 if 0.5 < s < 3 else 0.5)
    await it.run(30, workers=3)
    assert [event.worker for event in it.told(WorkerRestarting)] == ["worker-2"]
    assert "usage_percent=97.0" in it.told(WorkerRestarting)[0].reason
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert {result.attempts for result in it.results} == {1}


async def test_a_session_that_grew_too_heavy_is_replaced_after_its_order(bench: Make) -> None:
    """M1"""
    it = guarded(bench, lambda s: 0.2, session_bytes=400 * MB)
    await it.run(30, workers=2)
    assert {event.worker for event in it.told(WorkerRecycled)} == {"worker-2"}
    assert "500 MB" in it.told(WorkerRecycled)[0].reason
    assert len(it.told(OrderFinished)) == 30
