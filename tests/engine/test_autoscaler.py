"""How many workers a run finds best by itself, in virtual time, on machines and tenants of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from coupa_async.domain.errors import RestartIntensityError, SessionLostError, SignInRequiredError
from coupa_async.domain.events import OrderFinished, WorkerPaused, WorkerRecycled, WorkersChanged, WorkerStarted
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.policies.autoscale import AutoscaleLimits
from coupa_async.domain.policies.memory import MemoryLimits
from coupa_async.engine.autoscaler import Autoscaler, ScaleReadings
from coupa_async.engine.memory_guard import MemoryGuard, Readings
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.ports import Session
from tests.engine.conftest import Bench, page
from tests.engine.test_memory_guard import with_pids

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("virtual")]
Make = Callable[..., Bench]
MOST = 8


@dataclass
class Place:
    """What an order needs of machine and tenant: seconds of a processor, and seconds of the tenant's attention.

    Attributes:
        processors: How many there are.
        processor_s: Seconds of one that an order takes.
        tenant_s: Seconds that the tenant takes for an order.
        at_once: Orders that the tenant works on at a time.
    """

    processors: int = 2
    processor_s: float = 0.1
    tenant_s: float = 0.0
    at_once: int = 100
    used_s: float = field(default=0.0, init=False)
    seen: tuple[float, float] = field(default=(0.0, 0.0), init=False)

    def __post_init__(self) -> None:
        self.processor = anyio.CapacityLimiter(self.processors)
        self.tenant = anyio.CapacityLimiter(self.at_once)

    async def serve(self) -> None:
        async with self.processor:
            await anyio.sleep(self.processor_s)
            self.used_s += self.processor_s
        async with self.tenant:
            await anyio.sleep(self.tenant_s)

    async def busy(self) -> float:
        await anyio.lowlevel.checkpoint()
        now_s, (used_s, at_s) = anyio.current_time(), self.seen
        self.seen = (self.used_s, now_s)
        return (self.used_s - used_s) / (self.processors * (now_s - at_s)) if now_s > at_s else 0.0

    async def has_room(self, pids: Sequence[int], browsers: int) -> bool:
        await anyio.lowlevel.checkpoint()
        return True


def scaled(bench: Make, place: Place, orders: int, **more: Any) -> Bench:
    """A bench whose orders need a place, and whose number of workers is found by itself."""
    it = bench(**more)
    it.slow_s = -1.0
    it.most = MOST
    it.within_s = 36_000

    async def collect(order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        await session.open(order.number.key)
        await place.serve()
        return OrderResult(number=order.number, outcome=Outcome.COMPLETED, url="")

    async def watch() -> None:
        readings = ScaleReadings(busy=place.busy, has_room=place.has_room)
        limits = AutoscaleLimits(most=MOST)
        await Autoscaler(it.workers, it.context, readings, total=orders, limits=limits).watch()

    it.collect = collect  # type: ignore[method-assign]
    it.services.append(watch)
    return it


async def seconds_of(it: Bench, orders: int, *, workers: int) -> float:
    began_s = anyio.current_time()
    await it.run(orders, workers=workers)
    assert len(it.results) == orders
    assert it.backend.open_sessions == 0
    return anyio.current_time() - began_s


PLACES: dict[str, tuple[Callable[[], Place], int, int, int]] = {
    "a busy processor": (lambda: Place(processors=1, processor_s=0.15, tenant_s=0.002), 1, 1, 1000),
    "a far tenant": (lambda: Place(processor_s=0.02, tenant_s=1.5), MOST, MOST, 3000),
    "a tenant of three at a time": (lambda: Place(processor_s=0.02, tenant_s=1.5, at_once=3), 3, 4, 2000),
}


@pytest.mark.parametrize("kind", PLACES)
async def test_the_number_found_is_as_good_as_the_best_fixed_one(bench: Make, kind: str) -> None:
    make, fewest, most, orders = PLACES[kind]
    fixed = {}
    for workers in (1, 3, 8):
        it = scaled(bench, make(), orders)
        it.services.clear()
        it.most = None
        fixed[workers] = await seconds_of(it, orders, workers=workers)
    it = scaled(bench, make(), orders)
    found_s = await seconds_of(it, orders, workers=1)
    assert found_s <= 1.05 * min(fixed.values()), (found_s, fixed)
    assert fewest <= it.told(WorkersChanged)[-1].workers <= most if it.told(WorkersChanged) else fewest == 1


async def test_a_second_browser_is_not_started_where_the_processors_are_busy(bench: Make) -> None:
    it = scaled(bench, Place(processors=1, processor_s=0.15, tenant_s=0.01), 600)
    await it.run(600, workers=1)
    assert {event.worker for event in it.told(WorkerStarted)} == {"worker-1"}
    assert not it.told(WorkersChanged)


async def test_a_worker_that_is_one_too_many_finishes_its_order_and_is_paused(bench: Make) -> None:
    it = scaled(bench, Place(processor_s=0.02, tenant_s=1.5, at_once=1), 400)
    await it.run(400, workers=1)
    assert [event.workers for event in it.told(WorkersChanged)][:2] == [2, 1]
    assert [event.worker for event in it.told(WorkerPaused)][:1] == ["worker-2"]
    assert it.told(WorkerRecycled)[0].reason == "fewer browsers are enough"
    assert {result.attempts for result in it.results} == {1}


async def test_a_browser_that_never_starts_stops_the_run_as_soon_as_a_fixed_one_would(bench: Make) -> None:
    it = scaled(bench, Place(), 10)
    it.backend.fail_launches = 10_000
    with pytest.raises(RestartIntensityError):
        await it.run(10, workers=1)
    assert it.backend.launches == it.limits.max_restarts + 1


async def test_a_sign_in_says_nothing_of_the_number(bench: Make) -> None:
    out: list[float] = []

    def answer(url: str, session: Any) -> Any:
        if url == "8" and not out:
            out.append(anyio.current_time())
            return SignInRequiredError(url)
        return page(url)

    async def sign_in(session: Session) -> None:
        await anyio.sleep(600)

    it = scaled(bench, Place(processor_s=0.02, tenant_s=1.5), 2000, answer=answer, on_sign_in=sign_in)
    await it.run(2000, workers=1)
    assert [event.workers for event in it.told(WorkersChanged)][:3] == [2, 4, 8]


async def test_short_memory_goes_before_what_was_found_best(bench: Make) -> None:
    it = scaled(bench, Place(processor_s=0.02, tenant_s=1.5), 2000, answer=with_pids)
    began: list[float] = []

    async def usage() -> float:
        await anyio.lowlevel.checkpoint()
        began.append(anyio.current_time())
        return 0.90 if 100 < began[-1] - began[0] < 200 else 0.5

    async def weigh(pids: Sequence[int]) -> int:
        await anyio.lowlevel.checkpoint()
        return 1

    async def guard() -> None:
        readings = Readings(usage=usage, weigh=weigh)
        await MemoryGuard(it.workers, it.context.session_slots, readings, it.notify, limits=MemoryLimits()).watch()

    it.services.append(guard)
    sessions: list[int] = []

    def count(event: object) -> None:
        if isinstance(event, OrderFinished) and len(it.results) < 1950:
            sessions.append(it.backend.open_sessions)

    it.on_event = count
    await it.run(2000, workers=1)
    assert max(sessions) == MOST
    assert min(sessions[sessions.index(MOST) :]) <= MOST - 3
    assert sessions[-1] == MOST
    assert len(it.results) == 2000


async def test_lost_browsers_lose_no_order(bench: Make) -> None:
    lost: set[str] = set()

    def answer(url: str, session: Any) -> Any:
        if url.endswith("50") and url not in lost:
            lost.add(url)
            return SessionLostError("killed")
        return page(url)

    it = scaled(bench, Place(processor_s=0.02, tenant_s=1.5), 2000, answer=answer)
    await it.run(2000, workers=1)
    assert sorted(int(result.number.key) for result in it.results) == list(range(1, 2001))
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}


async def test_slots_hold_no_more_than_wanted_and_allowed() -> None:
    slots = SessionSlots(3)
    slots.limit(2)
    assert (slots.wanted, slots.allowed) == (3, 2)
    slots.want(1)
    assert slots.allowed == 1
    slots.want(5)
    assert slots.allowed == 2
    async with slots, anyio.create_task_group() as group:
        assert not slots.is_full
        slots.limit(1)
        assert slots.is_full
        assert await slots.wait_for_more(4) == 5
        group.start_soon(slots.wait_for_more, 5)
        await anyio.wait_all_tasks_blocked()
        slots.want(6)
