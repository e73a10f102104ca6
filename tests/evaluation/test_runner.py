"""Turns taken and harm done, in virtual time."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import pytest

from backends.fake.backend import Answer, FakeSession, Hang
from coupa_async.domain.errors import SessionLostError
from coupa_async.domain.events import Event, OrderFinished
from coupa_async.domain.outcome import Outcome
from coupa_async.engine.limits import SignInLimits
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.sign_in_gate import SignInGate
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.evaluation.order_audit import OrderAudit
from coupa_async.evaluation.runner import Compared, Fault, PlannedRun, RunSetup, compare, schedule
from coupa_async.evaluation.trials import Arm, Trial
from coupa_async.ports import Observer
from tests.engine.conftest import Bench, anyio_backend, bench, order, page, virtual

__all__ = ["anyio_backend", "bench", "virtual"]  # fixtures of the engine's own tests

pytestmark = pytest.mark.anyio
A, B = Arm("playwright"), Arm("selenium")
ORDERS = 10


class Benches:
    """A stage whose runs are engines on a bench."""

    def __init__(self, state: Path, answer: Callable[[str, FakeSession], Answer] = page, workers: int = 1) -> None:
        self.state, self.answer, self.workers = state, answer, workers
        self.begun: list[PlannedRun] = []
        self.ended: list[PlannedRun] = []
        self.on_event: Callable[[Event], None] = lambda event: None
        self.samples = 0
        self.slow_s = 1.0

    @contextmanager
    def __call__(self, planned: PlannedRun, notify: Observer) -> Iterator[RunSetup]:
        def hear(event: Event) -> None:
            notify(event)
            self.on_event(event)

        bench = Bench(self.answer, self.state, slow_s=self.slow_s, on_event=hear)
        context = WorkerContext(
            backend=bench.backend,
            job=bench,
            gate=SignInGate(bench, self.state, bench.notify, jitter=lambda: 0.5, limits=SignInLimits()),
            limits=bench.limits,
            profile=bench.profile,
            session_slots=SessionSlots(self.workers),
            notify=bench.notify,
            jitter=lambda: 0.5,
        )
        self.begun.append(planned)

        async def sample() -> None:
            self.samples += 1

        async def leftovers() -> tuple[str, ...]:
            assert self.ended[-1] == planned, "looked for before the scene was closed"
            return ("a socket",) if planned.arm == B else ()

        yield RunSetup(
            orders=[order(n) for n in range(1, ORDERS + 1)],
            names=[f"worker-{n}" for n in range(1, self.workers + 1)],
            context=context,
            workers=bench.workers,
            sample=sample,
            used=lambda: (2.5, 1000),
            audits=lambda: tuple(
                OrderAudit(number=str(n), outcome=bench.outcomes.get(str(n), Outcome.PENDING))
                for n in range(1, ORDERS + 1)
            ),
            leftovers=leftovers,
        )
        self.ended.append(planned)


async def take(
    make_setup: Benches, *planned_runs: PlannedRun, faults: dict[str, Fault] | None = None, limit_s: float = 3600
) -> Compared:
    return await compare(planned_runs, make_setup, faults or {}, limit_s=limit_s)


def planned(arm: Arm = A, fault: str = "", repeat: int = 1) -> PlannedRun:
    return PlannedRun(arm=arm, fault=fault, repeat=repeat)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def test_arms_take_turns_a_b_then_b_a_and_meet_only_what_can_befall_them() -> None:
    double = Arm("double")
    planned_runs = schedule([A, B, double], ["", "killed"], 2, lambda arm, fault: not (arm == double and fault))
    assert [(item.arm, item.fault, item.repeat) for item in planned_runs] == [
        *((A, "", 1), (B, "", 1), (double, "", 1), (A, "killed", 1), (B, "killed", 1)),
        *((double, "", 2), (B, "", 2), (A, "", 2), (B, "killed", 2), (A, "killed", 2)),
    ]


async def test_a_trial_holds_what_its_run_came_to_used_and_left(virtual: None, state: Path) -> None:
    make_setup = Benches(state)
    first, second = (await take(make_setup, planned(A), planned(B))).trials
    assert {audit.outcome for audit in first.audits} == {Outcome.COMPLETED}
    assert (first.cpu_s, first.peak_bytes) == (2.5, 1000)
    assert first.seconds == pytest.approx(ORDERS, abs=0.1)
    assert (first.leftovers, second.leftovers) == ((), ("a socket",))
    assert make_setup.samples >= 2 * ORDERS
    assert first.holds


async def test_recovery_is_from_the_harm_to_the_end_of_the_order_that_had_to_be_begun_again(
    virtual: None, state: Path
) -> None:
    lost, healed = [False], []

    def answer(url: str, session: FakeSession) -> Answer:
        if lost[0]:
            lost[0] = False
            return SessionLostError("killed")
        return page(url)

    @asynccontextmanager
    async def kill() -> AsyncIterator[None]:
        lost[0] = True
        try:
            yield
        finally:
            healed.append(anyio.current_time())

    (trial,) = (await take(Benches(state, answer), planned(fault="killed"), faults={"killed": kill})).trials
    # The order in hand took what was left of its second, was lost, and ran for a second again.
    assert len(trial.recoveries_s) == 1
    assert 1.0 < trial.recoveries_s[0] < 2.1
    assert (trial.restarts, trial.stranded, len(healed)) == (1, 0, 1)
    assert trial.holds


async def test_an_order_that_was_all_but_done_is_no_recovery(virtual: None, state: Path) -> None:
    @asynccontextmanager
    async def harmless() -> AsyncIterator[None]:
        yield

    (trial,) = (await take(Benches(state), planned(fault="x"), faults={"x": harmless})).trials
    # What was left of the order in hand, and the whole of the next, which takes a second.
    assert 1.0 < trial.recoveries_s[0] < 2.0


async def test_every_worker_at_work_is_timed_by_itself(virtual: None, state: Path) -> None:
    @asynccontextmanager
    async def nothing() -> AsyncIterator[None]:
        yield

    make_setup = Benches(state, workers=3)
    (trial,) = (await take(make_setup, planned(fault="none at all"), faults={"none at all": nothing})).trials
    assert 1 <= len(trial.recoveries_s) <= 3
    assert max(trial.recoveries_s) <= 2.1


async def test_harm_strikes_all_arms_at_the_same_moment_and_other_repeats_at_others(virtual: None, state: Path) -> None:
    at: dict[tuple[Arm, int], float] = {}
    make_setup, began_s = Benches(state), [0.0]

    @asynccontextmanager
    async def inject() -> AsyncIterator[None]:
        done = make_setup.begun[-1]
        at[done.arm, done.repeat] = round(anyio.current_time() - began_s[0], 2)
        yield

    for arm in (A, B):
        for repeat in (1, 2):
            began_s[0] = anyio.current_time()
            await take(make_setup, planned(arm, "x", repeat), faults={"x": inject})
    assert at[A, 1] == at[B, 1] != at[A, 2] == at[B, 2]


async def test_a_run_that_takes_too_long_is_cut_short_and_its_orders_are_unfinished(virtual: None, state: Path) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        return Hang() if url == "4" else page(url)

    make_setup = Benches(state, answer)
    first, second = (await take(make_setup, planned(A), planned(B), limit_s=20)).trials
    assert [audit.outcome for audit in first.audits].count(Outcome.PENDING) == ORDERS - 3
    assert (first.error, first.holds) == ("not done in 20 s", False)
    assert second.arm == B


async def test_a_signal_ends_the_run_under_way_and_those_to_come(state: Path) -> None:
    make_setup = Benches(state)

    def hear(event: Event) -> None:
        if isinstance(event, OrderFinished):
            signal.raise_signal(signal.SIGTERM)

    make_setup.on_event = hear
    with anyio.fail_after(30):
        compared = await take(make_setup, planned(A), planned(B))
    assert compared.stopped_by == signal.SIGTERM
    assert (compared.trials, len(make_setup.begun), len(make_setup.ended)) == ((), 1, 1)


async def test_what_ends_a_run_is_told_with_its_trial(virtual: None, state: Path) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        return SessionLostError("gone")

    told: list[Trial] = []
    await compare([planned()], Benches(state, answer), {}, limit_s=3600, notify=told.append)
    assert told[0].error.startswith("every browser was lost too often")
    assert (told[0].holds, Outcome.PENDING in {audit.outcome for audit in told[0].audits}) == (False, True)


async def test_a_run_that_is_over_before_its_fault_struck_says_so(virtual: None, state: Path) -> None:
    @asynccontextmanager
    async def never() -> AsyncIterator[None]:
        pytest.fail("struck")
        yield

    make_setup = Benches(state, workers=1)
    (trial,) = (await take(make_setup, planned(fault="x"), faults={"x": never}, limit_s=0.5)).trials
    assert (trial.error, trial.missed) == ("not done in 0 s", True)
    quick = Benches(state, workers=ORDERS)
    quick.slow_s = 0.0
    (trial,) = (await take(quick, planned(fault="x"), faults={"x": never})).trials
    assert (trial.error, trial.missed) == ("", True)


async def test_an_arm_that_crashes_is_told_and_the_others_go_on(virtual: None, state: Path) -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        if url == "probe" and not crashed:
            crashed.append(url)
            raise RuntimeError("a bug")
        return page(url)

    crashed: list[str] = []
    first, second = (await take(Benches(state, answer), planned(A), planned(B))).trials
    assert (first.error, first.holds) == ("crashed: RuntimeError: a bug", False)
    assert (second.error, second.holds) == ("", True)
