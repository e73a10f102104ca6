"""Orders through workers: each in exactly one outcome, whatever happens to the sessions."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import anyio
import pytest

from backends.fake.backend import Answer, FakeSession, Hang
from coupa_async.domain.errors import (
    BusyError,
    PageError,
    RestartIntensityError,
    SessionLostError,
    SignInRefusedError,
    SignInRequiredError,
    StorageError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.events import (
    Draining,
    OrderFinished,
    OrderRetried,
    OrderStarted,
    SignedIn,
    WorkerRestarting,
    WorkerStarted,
    WorkerStopped,
)
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.ports import Session
from coupa_async.runtime.gather import gather
from tests.engine.conftest import Bench, failing, page

pytestmark = pytest.mark.anyio
Make = Callable[..., Bench]


@pytest.mark.parametrize("workers", [1, 3, 8])
async def test_every_order_is_recorded_once_however_many_workers(bench: Make, workers: int) -> None:
    it = bench()
    await it.run(20, workers=workers)
    assert Counter(result.number.key for result in it.results) == Counter(str(n) for n in range(1, 21))
    assert it.backend.open_sessions == 0


async def test_an_order_is_recorded_before_anybody_is_told(bench: Make) -> None:
    it = bench()
    seen: list[int] = []
    it.on_event = lambda event: seen.append(len(it.results)) if isinstance(event, OrderFinished) else None
    await it.run(3)
    assert seen == [1, 2, 3]


async def test_a_lost_session_costs_the_order_no_attempt(bench: Make) -> None:
    it = bench(failing({"2": [SessionLostError("killed")]}))
    await it.run(3)
    assert [result.number.key for result in it.results] == ["1", "2", "3"]
    assert [result.attempts for result in it.results] == [1, 1, 1]
    assert len(it.told(WorkerStarted)) == 2


async def test_the_first_restart_is_at_once(bench: Make) -> None:
    it = bench(failing({"2": [SessionLostError("killed")]}))
    await it.run(3)
    assert [event.delay_s for event in it.told(WorkerRestarting)] == [0.0]


async def test_an_order_that_takes_two_sessions_down_is_failed_with_the_reason(bench: Make) -> None:
    it = bench(failing({"2": [SessionLostError("killed")] * 9}))
    await it.run(3)
    assert it.outcomes == {"1": Outcome.COMPLETED, "2": Outcome.FAILED, "3": Outcome.COMPLETED}
    assert "took 2 browsers down: killed" in next(r.error for r in it.results if r.number.key == "2")


async def test_a_page_error_is_tried_again_and_counted(bench: Make) -> None:
    it = bench(failing({"1": [UnreachableError("no network"), UnknownPageError("what is this")]}))
    await it.run(1)
    assert it.outcomes == {"1": Outcome.COMPLETED}
    assert it.results[0].attempts == 3


async def test_tries_are_bounded(bench: Make) -> None:
    it = bench(failing({"1": [PageError("no")] * 99}))
    await it.run(2)
    assert it.outcomes == {"1": Outcome.FAILED, "2": Outcome.COMPLETED}
    assert it.results[0].attempts == it.limits.max_attempts


@pytest.mark.usefixtures("virtual")
async def test_the_tenant_says_how_long_to_wait(bench: Make) -> None:
    it = bench(failing({"1": [BusyError("1", 429, retry_after_s=45.0)]}))
    began = anyio.current_time()
    await it.run(1)
    assert [event.delay_s for event in it.told(OrderRetried)] == [45.0]
    assert anyio.current_time() - began == pytest.approx(45.0, abs=0.1)


@pytest.mark.usefixtures("virtual")
async def test_a_worker_that_stalls_is_restarted_and_its_order_runs_again(bench: Make) -> None:
    hung: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        if url == "2" and not hung:
            hung.append(url)
            return Hang()
        return page(url)

    it = bench(answer)
    began = anyio.current_time()
    await it.run(3)
    assert it.outcomes == dict.fromkeys("123", Outcome.COMPLETED)
    assert "no progress for 60 s" in it.told(WorkerRestarting)[0].reason
    assert 60 <= anyio.current_time() - began < 62
    assert it.backend.open_sessions == 0


@pytest.mark.usefixtures("virtual")
async def test_waiting_for_a_retry_is_no_stall(bench: Make) -> None:
    it = bench(failing({"1": [BusyError("1", 503, retry_after_s=300.0)]}))
    await it.run(1)
    assert not it.told(WorkerRestarting)


async def test_a_browser_that_does_not_start_at_first_is_started_again(bench: Make) -> None:
    it = bench()
    it.backend.fail_launches = 3
    await it.run(2)
    assert it.outcomes == dict.fromkeys("12", Outcome.COMPLETED)
    assert it.backend.launches == 4


async def test_a_worker_that_never_starts_leaves_its_orders_to_the_others(bench: Make) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        return SessionLostError("bad profile") if session.profile.name == "worker-1" else page(url)

    it = bench(answer)
    it.limits = replace(it.limits, max_sessions_lost=99)
    await it.run(10, workers=2)
    assert len(it.results) == 10
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert any(event.worker == "worker-1" and event.reason for event in it.told(WorkerStopped))


async def test_workers_lost_too_often_stop_the_run_with_the_orders_pending(bench: Make) -> None:
    it = bench()
    it.backend.fail_launches = 10_000
    with pytest.raises(RestartIntensityError):
        await it.run(3, workers=2)
    assert it.results == []
    assert it.backend.launches == 2 * (it.limits.max_restarts + 1)


async def test_a_full_disk_stops_the_run_as_itself(bench: Make) -> None:
    it = bench()

    async def full(result: OrderResult) -> None:
        raise StorageError("disk full")

    it.record = full  # type: ignore[method-assign]
    with pytest.raises(StorageError, match="disk full"):
        await it.run(5, workers=3)
    assert it.backend.open_sessions == 0


def signed_out(url: str, session: FakeSession) -> Answer:
    return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)


async def test_many_signed_out_workers_sign_in_once(bench: Make) -> None:
    entered: list[Session] = []

    async def sign_in(session: Session) -> None:
        entered.append(session)
        await anyio.sleep(0.05)
        session.jar["session"] = "good"  # type: ignore[attr-defined]

    it = bench(signed_out, on_sign_in=sign_in)
    await it.run(20, workers=4)
    assert len(entered) == 1
    assert len(it.told(SignedIn)) == 1
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert {result.attempts for result in it.results} == {1}


async def test_a_refused_sign_in_is_tried_once_and_leaves_every_order_pending(bench: Make) -> None:
    tries: list[Session] = []

    async def refuse(session: Session) -> None:
        tries.append(session)
        await anyio.sleep(0.05)  # the others come to the gate meanwhile
        raise SignInRefusedError("wrong password")

    it = bench(signed_out, on_sign_in=refuse)
    with pytest.raises(SignInRefusedError, match="wrong password"):
        await it.run(5, workers=3)
    assert len(tries) == 1
    assert it.results == []


async def test_a_sign_in_that_never_holds_is_not_tried_for_ever(bench: Make) -> None:
    async def no_use(session: Session) -> None:
        await anyio.lowlevel.checkpoint()

    it = bench(signed_out, on_sign_in=no_use)
    with pytest.raises(SignInRefusedError, match="signed in 3 times"):
        await it.run(1)


async def test_the_first_signal_finishes_what_is_in_hand(bench: Make) -> None:
    it = bench()
    it.on_event = lambda event: it.shutdown.take(signal.SIGINT) if len(it.told(OrderFinished)) == 2 else None
    await it.run(50, workers=1)
    assert it.shutdown.signal == signal.SIGINT
    assert 2 <= len(it.results) <= 4
    assert it.told(Draining)


def is_start_of_2(event: object) -> bool:
    return isinstance(event, OrderStarted) and event.number.key == "2"


@pytest.mark.usefixtures("virtual")
async def test_after_the_grace_what_is_in_hand_is_left_pending(bench: Make) -> None:
    it = bench(lambda url, session: Hang() if url == "2" else page(url))
    it.limits = replace(it.limits, stall_s=9999)
    it.on_event = lambda event: it.shutdown.take(signal.SIGTERM) if is_start_of_2(event) else None
    began = anyio.current_time()
    await it.run(5)
    assert anyio.current_time() - began == pytest.approx(60, abs=1)
    assert it.outcomes == {"1": Outcome.COMPLETED}
    assert it.backend.open_sessions == 0


async def test_the_second_signal_stops_at_once(bench: Make) -> None:
    it = bench(lambda url, session: Hang() if url == "2" else page(url))

    def twice(event: object) -> None:
        if is_start_of_2(event):
            it.shutdown.take(signal.SIGINT)
            it.shutdown.take(signal.SIGINT)

    it.on_event = twice
    await it.run(5)
    assert it.outcomes == {"1": Outcome.COMPLETED}
    assert it.backend.open_sessions == 0


async def test_together_keeps_order_and_bounds() -> None:
    running = 0
    most = 0

    def job(n: int) -> Callable[[], Awaitable[int]]:
        async def run() -> int:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await anyio.sleep(0.001 * (10 - n))
            running -= 1
            return n

        return run

    assert await gather([job(n) for n in range(10)], 3) == list(range(10))
    assert most == 3


async def test_together_is_cancelled_with_its_jobs_though_the_last_one_does_not_notice() -> None:
    async def shielded() -> int:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1)
        return 1

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:
            group.start_soon(gather, [anyio.sleep_forever, shielded], 2)
            await anyio.wait_all_tasks_blocked()
            scope.cancel("the worker ends")
    assert scope.cancelled_caught
