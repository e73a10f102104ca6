"""A run's progress as one record: what the terminal and the page both show."""

from __future__ import annotations

import pytest

from coupa_async.app.runs.progress import RunProgress
from coupa_async.domain.events import (
    OrderFinished,
    OrderStarted,
    RunStarted,
    TenantLost,
    WorkerPaused,
    WorkerRecycled,
    WorkersChanged,
    WorkerStarted,
)
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def finished(n: int) -> OrderFinished:
    result = OrderResult(number=OrderNumber.parse(f"PO{n}"), outcome=Outcome.COMPLETED, url="")
    return OrderFinished(worker="worker-1", result=result)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> RunProgress:
    progress = RunProgress(clock)
    progress(RunStarted(total=120, skipped=20, workers=1))
    return progress


def test_the_time_left_is_told_by_the_pace_of_the_last_orders(progress: RunProgress, clock: Clock) -> None:
    assert progress.left_s() is None
    progress(OrderStarted(worker="worker-1", number=OrderNumber.parse("PO0"), attempt=1))
    for n in range(1, 11):
        clock.now_s += 6
        progress(finished(n))
    assert progress.orders_per_minute() == pytest.approx(10)
    assert progress.left_s() == pytest.approx(540)
    for _ in range(10):  # nothing came
        clock.now_s += 6
        progress.look()
    assert progress.orders_per_minute() == pytest.approx(5)


def test_the_last_orders_are_few_and_the_newest_is_the_first(progress: RunProgress) -> None:
    for n in range(1, 10_000):
        progress(finished(n))
    assert progress.latest[0].number.shown == "PO9999"
    assert len(progress.latest) == 12
    assert progress.changes == 10_000


def test_a_lost_tenant_is_back_when_a_worker_says_anything(progress: RunProgress) -> None:
    lost = TenantLost(reason="refused", patience_s=60)
    progress(lost)
    assert progress.lost is lost
    progress(WorkerStarted(worker="worker-1", seconds=1))
    assert progress.lost is None


def test_a_worker_that_is_one_too_many_is_no_longer_shown_at_work(progress: RunProgress) -> None:
    progress(WorkersChanged(workers=2, most=16, orders_per_s=0.5))
    progress(WorkerStarted(worker="worker-2", seconds=1.0))
    assert progress.wanted is not None
    assert (progress.wanted.workers, progress.workers["worker-2"].instead) == (2, "")
    progress(WorkerRecycled(worker="worker-2", reason="1 worker is enough"))
    progress(WorkerPaused(worker="worker-2"))
    assert progress.workers["worker-2"].instead == "done"
    progress(WorkerStarted(worker="worker-2", seconds=1.0))
    assert progress.workers["worker-2"].instead == ""
