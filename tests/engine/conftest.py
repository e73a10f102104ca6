"""The engine against the double: on asyncio in real time, on trio in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.events import Event
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.policies.retry import Backoff
from coupa_async.engine.limits import EngineLimits, SignInLimits
from coupa_async.engine.run import download_all
from coupa_async.engine.session_slots import SessionSlots
from coupa_async.engine.shutdown import Shutdown
from coupa_async.engine.sign_in_gate import SignInGate
from coupa_async.engine.workers.context import WorkerContext
from coupa_async.engine.workers.worker import Worker
from coupa_async.ports import Document, Profile, Session


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return ("trio", {"clock": MockClock(autojump_threshold=0)}) if request.param == "trio" else request.param


@pytest.fixture
def virtual(anyio_backend: Any) -> None:
    """Leave a test that waits for minutes to trio's virtual clock."""
    if anyio_backend == "asyncio":
        pytest.skip("only in virtual time")


@dataclass
class Bench:
    """An engine on a bench: a site in memory, a job that opens one page an order, and everything that was told."""

    answer: Callable[[str, FakeSession], Answer]
    state: Path
    limits: EngineLimits = field(
        default_factory=lambda: EngineLimits(
            backoff=Backoff(base_s=0.01), restart_backoff=Backoff(base_s=0.01), stagger_s=0.0, stall_s=60.0
        )
    )
    on_sign_in: Callable[[Session], Any] | None = None
    person: Callable[[], Any] | None = None
    patience_s: float = 60.0
    slow_s: float = 0.0
    slow: str = ""
    pause_s: float = 0.0
    most: int | None = None
    within_s: float = 3600
    parts: int = 1
    services: list[Any] = field(default_factory=list)
    began_s: float = 0.0
    results: list[OrderResult] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda event: None

    def __post_init__(self) -> None:
        self.backend = FakeBackend(self.answer)
        self.shutdown = Shutdown(self.notify, grace_s=self.limits.grace_s)

    def notify(self, event: Event, /) -> None:
        self.events.append(event)
        self.on_event(event)

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def outcomes(self) -> dict[str, Outcome]:
        return {result.number.key: result.outcome for result in self.results}

    async def collect(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        await anyio.sleep(self.slow_s if self.slow in ("", order.number.key) else 0)
        for _ in range(self.parts):
            document = await session.open(order.number.key)
            heartbeat()
            await anyio.sleep(self.slow_s if self.parts > 1 else 0)
        outcome = Outcome.PO_NOT_FOUND if document.status == 404 else Outcome.COMPLETED
        return OrderResult(number=order.number, outcome=outcome, url="")

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        return OrderResult(number=order.number, outcome=Outcome.FAILED, url="", error=str(error))

    async def sign_in(self, session: Session) -> None:
        assert self.on_sign_in is not None, "nobody was to sign in"
        await self.on_sign_in(session)

    async def probe(self, session: Session) -> None:
        await session.open("probe")

    async def profile(self, name: str) -> Profile:
        await anyio.lowlevel.checkpoint()
        return Profile(name=name, directory=Path(), state=self.state)

    async def record(self, result: OrderResult) -> None:
        await anyio.sleep(self.pause_s)
        self.results.append(result)

    async def run(self, orders: int, *, workers: int = 1) -> None:
        limits = SignInLimits(backoff=Backoff(base_s=0.01), first_s=self.patience_s, again_s=self.patience_s)
        self.gate = SignInGate(self, self.state, self.notify, jitter=lambda: 0.5, limits=limits, person=self.person)
        self.context = context = WorkerContext(
            backend=self.backend,
            job=self,
            gate=self.gate,
            limits=self.limits,
            profile=self.profile,
            session_slots=SessionSlots(workers),
            notify=self.notify,
            jitter=lambda: 0.5,
        )
        names = [f"worker-{n}" for n in range(1, (self.most or workers) + 1)]
        with anyio.fail_after(self.within_s):
            await download_all(
                [order(n) for n in range(1, orders + 1)],
                names,
                context,
                self.shutdown,
                workers=self.workers,
                services=self.services,
            )


def failing(first: dict[str, list[Exception]]) -> Callable[[str, FakeSession], Answer]:
    """Answer each URL with its errors first, then well."""

    def answer(url: str, session: FakeSession) -> Answer:
        return first[url].pop(0) if first.get(url) else page(url)  # type: ignore[return-value]

    return answer


def order(number: int) -> Order:
    return Order(number=OrderNumber.parse(number))


def page(url: str, session: FakeSession | None = None) -> Document:
    return Document(url=url, html="")


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    def make(answer: Callable[[str, FakeSession], Answer] = page, **more: Any) -> Bench:
        return Bench(answer, tmp_path / "state.json", **more)

    return make
