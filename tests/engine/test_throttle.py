"""The pace against tenants that refuse, pause and slow down, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.domain.errors import DownloadTimeoutError, PageTimeoutError, RefusedDownloadError
from coupa_async.domain.events import Event, PaceChanged
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.policies.throttle import ThrottleLimits
from coupa_async.engine.throttle import AdaptiveLimiter, ThrottledBackend, ThrottledSession
from coupa_async.ports import Document, Profile, Session

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("virtual")]


@dataclass
class Tenant:
    """A tenant with a token bucket like the recorded site's, and a latency."""

    rate: float = 25.0
    burst: float = 20.0
    latency_s: float = 0.05
    retry_after_s: float | None = 1.0
    answers: list[tuple[float, int]] = field(default_factory=list)
    busy: int = 0
    most: int = 0
    tokens: float = 20.0
    then_s: float = 0.0

    def refuses(self) -> bool:
        now_s = anyio.current_time()
        self.tokens = min(self.burst, self.tokens + (now_s - self.then_s) * self.rate)
        self.then_s = now_s
        refuses = self.tokens < 1
        self.tokens -= not refuses
        self.answers.append((now_s, 429 if refuses else 200))
        return refuses

    async def open(self, url: str, **_: object) -> Document:
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            refuses = self.refuses()
            await anyio.sleep(self.latency_s)
        finally:
            self.busy -= 1
        if refuses:
            return Document(url=url, html="", status=429, retry_after_s=self.retry_after_s)
        return Document(url=url, html="", status=200)


@dataclass
class Told:
    changes: list[PaceChanged] = field(default_factory=list)

    def __call__(self, event: Event, /) -> None:
        assert isinstance(event, PaceChanged)
        self.changes.append(event)


def paced(tenant: object, limits: ThrottleLimits | None = None, told: Told | None = None) -> ThrottledSession:
    return ThrottledSession(tenant, AdaptiveLimiter(limits or ThrottleLimits(), told or Told()))  # type: ignore[arg-type]


async def work(session: Session, orders: int, *, accept_any: int) -> tuple[int, int]:
    """Do orders of three requests each as the engine does: a refusal is tried again after its pause, thrice at most.

    Returns:
        The orders done, and those lost.
    """
    numbers, done, lost = iter(range(orders)), 0, 0

    async def one(number: int) -> bool:
        for part in range(3):
            for _ in range(3):
                document = await session.open(f"/{number}/{part}")
                if document.status == 200:
                    break
                await anyio.sleep(document.retry_after_s or 1.0)
            else:
                return False
        return True

    async def tab() -> None:
        nonlocal done, lost
        for number in numbers:
            if await one(number):
                done += 1
            else:
                lost += 1

    async with anyio.create_task_group() as tabs:
        for _ in range(accept_any):
            tabs.start_soon(tab)
    return done, lost


@pytest.mark.parametrize(
    ("rate", "latency_s"),
    [(5.0, 0.05), (5.0, 0.4), (25.0, 0.002), (25.0, 0.05), (25.0, 0.4), (100.0, 0.002), (100.0, 0.05)],
)
async def test_in_a_429_storm_nearly_all_that_is_allowed_comes_and_nothing_is_lost(
    rate: float, latency_s: float
) -> None:
    tenant = Tenant(rate=rate, latency_s=latency_s)
    orders = int(rate * 40)
    done, lost = await work(paced(tenant), orders, accept_any=64)
    assert (done, lost) == (orders, 0)
    begun, ended = tenant.answers[0][0], tenant.answers[-1][0]
    good = sum(status == 200 for _, status in tenant.answers)
    late = [status for at_s, status in tenant.answers if at_s - begun >= 10]
    assert good >= 0.9 * rate * (ended - begun)
    assert late.count(429) < 0.05 * len(late)


async def test_without_a_refusal_the_ceiling_is_reached_within_a_second_and_never_passed() -> None:
    tenant = Tenant(rate=1e6, burst=1e6, tokens=1e6, latency_s=0.1)
    begun = anyio.current_time()
    assert await work(paced(tenant, ThrottleLimits(ceiling=32)), 1000, accept_any=64) == (1000, 0)
    assert tenant.most == 32
    assert anyio.current_time() - begun < 3000 * 0.1 / 32 + 1


async def test_no_more_requests_a_second_are_made_than_the_user_allows() -> None:
    tenant = Tenant(rate=1e6, burst=1e6, tokens=1e6)
    begun = anyio.current_time()
    await work(paced(tenant, ThrottleLimits(requests_per_s=10.0)), 100, accept_any=64)
    assert 29.5 < anyio.current_time() - begun < 31


@pytest.mark.parametrize("status", [429, 503])
async def test_what_one_is_asked_to_wait_all_wait(status: int) -> None:
    asked: list[float] = []

    class Once:
        async def open(self, url: str, **_: object) -> Document:
            asked.append(anyio.current_time())
            await anyio.sleep(0.01)
            return Document(url=url, html="", status=200 if len(asked) != 5 else status, retry_after_s=30.0)

        async def download(self, url: str, into: Path) -> None:
            raise RefusedDownloadError(status, 30.0)

    session = paced(Once())
    with pytest.raises(RefusedDownloadError):
        await session.download("/file", Path())
    begun = anyio.current_time()
    await session.open("/1")
    assert asked[0] - begun == pytest.approx(30, abs=0.1)


async def test_answers_that_take_longer_and_longer_cut_what_is_in_flight_and_a_slow_tenant_alone_does_not() -> None:
    told = Told()
    tenant = Tenant(rate=1e6, burst=1e6, tokens=1e6, latency_s=0.4)
    session = paced(tenant, told=told)
    await work(session, 400, accept_any=64)
    assert not [change for change in told.changes if change.reason]
    tenant.latency_s = 2.0
    await work(session, 100, accept_any=64)
    cuts = [change for change in told.changes if change.reason]
    assert cuts
    assert all("longer" in cut.reason for cut in cuts)
    assert cuts[-1].limit < 64


async def test_a_time_out_halves_what_is_in_flight_once_for_all_that_were_asked_with_it() -> None:
    told = Told()

    class Late:
        async def open(self, url: str, **_: object) -> Document:
            await anyio.sleep(30)
            raise PageTimeoutError("no page")

    session = paced(Late(), ThrottleLimits(start=16, floor=2), told)
    async with anyio.create_task_group() as tabs:
        for _ in range(16):
            tabs.start_soon(expect_late, session)
    assert [change.limit for change in told.changes] == [8]
    for _ in range(5):
        await expect_late(session)
    assert told.changes[-1].limit == 2


async def expect_late(session: Session) -> None:
    with pytest.raises(PageTimeoutError):
        await session.open("/")


async def test_a_file_that_is_not_to_be_had_changes_nothing() -> None:
    told = Told()

    class Gone:
        async def download(self, url: str, into: Path) -> None:
            raise RefusedDownloadError(404)

    session = paced(Gone(), told=told)
    for _ in range(50):
        with pytest.raises(RefusedDownloadError):
            await session.download("/file", Path())
    assert not told.changes


async def test_another_hosts_refusals_and_delays_pace_that_host_alone() -> None:
    told = Told()
    targets = Targets(base_url="https://t.example")

    class Refusing:
        async def open(self, url: str, **_: object) -> Document:
            return Document(url=url, html="", status=200)

        async def download(self, url: str, into: Path) -> None:
            if "late" in url:
                raise DownloadTimeoutError("nothing came")
            raise RefusedDownloadError(429, 30.0, "https://store.example/x" if "moved" in url else "")

    session = ThrottledSession(Refusing(), AdaptiveLimiter(ThrottleLimits(), told), targets)  # type: ignore[arg-type]
    begun = anyio.current_time()
    for url in ("https://files.example/a", "https://other.example/late", "https://t.example/moved"):
        with pytest.raises((RefusedDownloadError, DownloadTimeoutError)):
            await session.download(url, Path())
        await session.open("https://t.example/1")
    assert (anyio.current_time() - begun, told.changes) == (0, [])
    with pytest.raises(RefusedDownloadError):
        await session.download("https://files.example/b", Path())
    assert anyio.current_time() - begun == pytest.approx(30, abs=0.1)  # it asked to wait so long itself
    with pytest.raises(RefusedDownloadError):
        await session.download("https://t.example/c", Path())
    await session.open("https://t.example/2")
    assert anyio.current_time() - begun == pytest.approx(60, abs=0.1)


async def test_whoever_stops_waiting_gives_the_place_to_the_next() -> None:
    session = paced(Tenant(latency_s=1.0), ThrottleLimits(ceiling=1, start=1))
    done = []

    async def ask(number: int, patience_s: float) -> None:
        with anyio.move_on_after(patience_s):
            await session.open(f"/{number}")
            done.append(number)

    async with anyio.create_task_group() as tabs:
        for number, patience_s in enumerate((9.0, 0.5, 9.0, 1.2, 9.0)):
            tabs.start_soon(ask, number, patience_s)
            await anyio.sleep(0.01)
    assert done == [0, 2, 4]


async def test_a_backend_gives_sessions_that_keep_to_its_pace() -> None:
    def answer(url: str, session: FakeSession) -> Answer:
        return Document(url=url, html="", status=200)

    backend = ThrottledBackend(FakeBackend(answer), AdaptiveLimiter(ThrottleLimits(requests_per_s=1.0), Told()))
    async with backend.session(Profile(name="worker-1", directory=Path())) as session:
        begun = anyio.current_time()
        for _ in range(5):
            await session.open("/")
    assert anyio.current_time() - begun == pytest.approx(4, abs=0.1)


async def test_requests_that_were_late_are_made_up_for_as_far_as_a_burst_allows() -> None:
    tenant = Tenant(latency_s=0.0)
    session = paced(tenant, ThrottleLimits(requests_per_s=25.0, burst=5, start=64))
    for idle_s in (0.0, 10.0):
        await anyio.sleep(idle_s)
        began_s = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(session.open, "https://tenant.example/")
        assert [at_s - began_s for at_s, _ in tenant.answers[-6:]] == pytest.approx([0, 0, 0, 0, 0, 1 / 25])


async def test_what_a_tenant_allows_is_made_use_of_without_one_refusal() -> None:
    tenant = Tenant()
    session = paced(tenant, ThrottleLimits(requests_per_s=25.0, burst=5))
    began_s = anyio.current_time()
    done, lost = await work(session, 300, accept_any=32)
    assert (done, lost) == (300, 0)
    assert {status for _, status in tenant.answers} == {200}
    assert len(tenant.answers) / (anyio.current_time() - began_s) > 0.95 * 25
