"""Restarts for every cause, one for one, and who is blamed for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest
from anyio import from_thread, to_thread

from backends.fake.backend import Answer, FakeSession, Hang
from coupa_async.domain.errors import (
    OutageError,
    PageError,
    PageTimeoutError,
    SessionLostError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.events import (
    OrderRetried,
    OrderStarted,
    TenantLost,
    WorkerRecycled,
    WorkerRestarting,
    WorkerStarted,
)
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome
from coupa_async.ports import Session
from tests.engine.conftest import Bench, failing, page

pytestmark = pytest.mark.anyio
Make = Callable[..., Bench]


@pytest.mark.parametrize("tabs", [2, 5])
async def test_tabs_work_on_several_orders_at_once_on_one_session(bench: Make, tabs: int) -> None:
    it = bench()
    it.limits = replace(it.limits, tabs=tabs)
    held: list[int] = []
    it.on_event = lambda event: held.append(len(it.told(OrderStarted)) - len(it.results))
    it.slow_s = 0.01
    await it.run(20)
    assert Counter(result.number.key for result in it.results) == Counter(str(n) for n in range(1, 21))
    assert (max(held), it.backend.launches) == (tabs, 1)


async def test_orders_that_a_session_was_lost_with_run_alone_so_that_only_the_guilty_one_fails(bench: Make) -> None:
    it = bench(failing({"3": [SessionLostError("killed")] * 9}))
    it.limits = replace(it.limits, tabs=4)
    await it.run(8)
    assert it.outcomes == {str(n): Outcome.FAILED if n == 3 else Outcome.COMPLETED for n in range(1, 9)}
    assert "took 2 browsers down" in next(result.error for result in it.results if result.number.key == "3")
    assert it.backend.launches == 3


@pytest.mark.usefixtures("virtual")
async def test_an_order_that_stalls_twice_is_failed_and_takes_nobody_along(bench: Make) -> None:
    it = bench(lambda url, session: Hang() if url == "2" else page(url))
    await it.run(4)
    assert it.outcomes == {"1": Outcome.COMPLETED, "2": Outcome.FAILED, "3": Outcome.COMPLETED, "4": Outcome.COMPLETED}
    assert "no progress for 60 s" in next(result.error for result in it.results if result.number.key == "2")


@pytest.mark.usefixtures("virtual")
async def test_an_order_that_makes_progress_does_not_stall_however_long_it_takes(bench: Make) -> None:
    it = bench()
    it.parts, it.slow_s = 10, 30.0
    await it.run(1)
    assert it.outcomes == {"1": Outcome.COMPLETED}
    assert not it.told(WorkerRestarting)


async def test_three_failures_in_a_row_restart_the_browser_before_they_are_outcomes(bench: Make) -> None:
    """B2: a browser that is dead but answers lets every order fail "normally"."""

    def answer(url: str, session: FakeSession) -> Answer:
        return PageError("Target page is not there") if it.backend.launches == 1 and url != "probe" else page(url)

    it = bench(answer)
    await it.run(10)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert [event.reason for event in it.told(WorkerRestarting)] == [
        "3 failures in a row, the last: Target page is not there"
    ]


async def test_files_that_do_not_come_in_time_are_a_restart_before_they_are_an_outcome(bench: Make) -> None:
    """B2: a browser that hangs between an order's page and its files."""
    it = bench()
    collect, late = it.collect, FailedAttachment(id="1", name="a.pdf", reason="not in time", timed_out=True)

    async def hanging(order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        result = await collect(order, session, heartbeat)
        is_hung = it.backend.launches == 1 and order.number.key in ("2", "3")
        return (
            replace(result, outcome=Outcome.TIMEOUT, failed=(late,)) if is_hung or order.number.key == "5" else result
        )

    it.collect = hanging  # type: ignore[method-assign]
    await it.run(7)
    assert it.outcomes == {str(n): Outcome.TIMEOUT if n == 5 else Outcome.COMPLETED for n in range(1, 8)}
    assert [event.reason for event in it.told(WorkerRestarting)] == [
        "files of 2 did not come in time",
        "files of 5 did not come in time",
    ]
    assert {result.attempts for result in it.results} == {1}


async def test_a_page_that_never_comes_is_a_timeout_on_a_second_browser_and_no_third(bench: Make) -> None:
    """H4"""
    it = bench(lambda url, session: PageTimeoutError("no page in 30 s") if url == "2" else page(url))
    await it.run(5)
    assert it.outcomes == {str(n): Outcome.FAILED if n == 2 else Outcome.COMPLETED for n in range(1, 6)}
    assert it.backend.launches == 2
    assert next(result.attempts for result in it.results if result.number.key == "2") == it.limits.max_attempts


async def test_answers_of_the_tenant_are_no_failures_of_the_browser(bench: Make) -> None:
    it = bench(lambda url, session: page(url) if url == "probe" else UnknownPageError("what is this"))
    await it.run(3)
    assert set(it.outcomes.values()) == {Outcome.FAILED}
    assert it.backend.launches == 1


@pytest.mark.usefixtures("virtual")
async def test_a_network_that_goes_and_comes_back_costs_no_order_anything(bench: Make) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        gone = 1 <= anyio.current_time() - began < 50
        return UnreachableError("there is no network") if gone else page(url)

    it = bench(answer)
    it.slow_s = 0.4
    began = anyio.current_time()
    await it.run(10, workers=3)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert {result.attempts for result in it.results} == {1}
    assert not it.told(WorkerRestarting)
    assert not it.told(OrderRetried)
    assert it.told(TenantLost)


@pytest.mark.usefixtures("virtual")
async def test_a_tenant_that_stays_away_stops_the_run_with_every_order_pending(bench: Make) -> None:
    """S4"""
    it = bench(lambda url, session: UnreachableError("https://t: the host name is not known to DNS"))
    with pytest.raises(OutageError, match=r"DNS.*COUPA_BASE_URL"):
        await it.run(5, workers=3)
    assert it.results == []
    assert len(it.told(TenantLost)) == 1


async def test_one_order_that_cannot_be_reached_is_its_own_trouble(bench: Make) -> None:
    it = bench(lambda url, session: UnreachableError("reset") if url == "2" else page(url))
    await it.run(3)
    assert it.outcomes == {"1": Outcome.COMPLETED, "2": Outcome.FAILED, "3": Outcome.COMPLETED}


async def test_a_session_is_recycled_after_so_many_orders_and_that_is_no_restart(bench: Make) -> None:
    """M1"""
    it = bench()
    it.limits = replace(it.limits, recycle_orders=10, max_restarts=0)
    await it.run(35)
    assert len(it.results) == 35
    assert len(it.told(WorkerRecycled)) == 3
    assert len(it.told(WorkerStarted)) == 4
    assert not it.told(WorkerRestarting)


async def test_a_recycled_session_hands_its_renewed_sign_in_on(bench: Make) -> None:
    """P5"""
    it = bench(lambda url, session: session.jar.setdefault("session", "renewed") and page(url))
    it.limits = replace(it.limits, recycle_orders=3)
    await it.run(4)
    assert "renewed" in it.state.read_text()


async def test_a_restart_from_outside_costs_the_order_in_hand_nothing(bench: Make) -> None:
    """B7"""
    it = bench()
    restarted: list[str] = []

    def restart(event: object) -> None:
        if isinstance(event, OrderStarted) and event.number.key == "2" and not restarted:
            restarted.append(event.worker)
            it.workers[0].restart("the guard says so")

    it.on_event = restart
    await it.run(3)
    assert it.outcomes == dict.fromkeys("123", Outcome.COMPLETED)
    assert {result.attempts for result in it.results} == {1}
    assert [event.reason for event in it.told(WorkerRestarting)] == ["the guard says so"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # a virtual clock does not wait for threads
async def test_a_restart_asked_for_from_another_thread_works(bench: Make) -> None:
    """B7"""
    it: Bench = bench(lambda url, session: Hang() if url == "2" and it.backend.launches == 1 else page(url))
    began = anyio.Event()
    it.on_event = lambda event: began.set() if isinstance(event, OrderStarted) and event.number.key == "2" else None

    async def ask() -> None:
        await began.wait()
        await to_thread.run_sync(lambda: from_thread.run_sync(it.workers[0].restart, "a thread says so"))

    it.services.append(ask)
    with anyio.fail_after(10):
        await it.run(3)
    assert it.outcomes == dict.fromkeys("123", Outcome.COMPLETED)
    assert [event.reason for event in it.told(WorkerRestarting)] == ["a thread says so"]


async def test_no_browser_starts_for_a_worker_without_an_order(bench: Make) -> None:
    it = bench()
    await it.run(1, workers=8)
    assert it.backend.launches == 1


async def test_a_berth_taken_away_leaves_the_work_to_the_others(bench: Make) -> None:
    it = bench()
    it.slow_s = 0.001

    def shrink(event: object) -> None:
        if len(it.results) == 5:
            it.context.session_slots.limit(1)
            it.workers[0].retire("memory")
            it.workers[1].retire("memory")

    it.on_event = shrink
    await it.run(30, workers=3)
    assert len(it.results) == 30
    assert it.backend.open_sessions == 0
