"""How fast a dead browser is noticed and replaced. The figures are printed: ``pytest -s`` shows them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

import anyio
import psutil
import pytest

from backends import open_backend
from backends.browser.chromium import BrowserOptions
from coupa_async.domain.errors import SessionLostError
from coupa_async.ports import Profile
from tests.chaos import harm
from tests.chaos.check import violations
from tests.chaos.world import World, site, world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timing, pytest.mark.timeout(400)]
TIMES = 10
# A worker may be restarted five times in five minutes; more is its end.
KILLS_A_RUN = 5
both = pytest.mark.parametrize("backend", ["playwright", "selenium"])


@pytest.mark.anyio
@both
async def test_the_death_of_an_idle_browser_is_noticed_within_a_second(backend: str, tmp_path: Path) -> None:
    sessions, took_s = open_backend(backend, BrowserOptions(channel="chromium")), []
    for number in range(TIMES):
        profile = Profile(name=f"worker-{number}", directory=tmp_path / f"worker-{number}")
        with pytest.raises(SessionLostError):
            async with sessions.session(profile):
                (staff,) = harm.staff(psutil.Process().pid)
                staff.browser.kill()
                killed_s = time.monotonic()
                try:
                    await anyio.sleep(10)
                finally:
                    took_s.append(time.monotonic() - killed_s)
    told(f"{backend}: a dead browser is noticed", took_s)
    assert max(took_s) < 1


@pytest.fixture
def made(request: pytest.FixtureRequest) -> Iterator[World]:
    with site("--file-latency-ms", "20") as where, world(where, request.param, load_orders=60) as made:
        yield made


@pytest.mark.parametrize("made", ["playwright", "selenium"], indirect=True)
def test_from_the_kill_of_a_browser_to_the_next_finished_order_it_takes_less_than_five_seconds(made: World) -> None:
    took_s: list[float] = []
    while len(took_s) < TIMES:
        program = made.start("--workers", "1", "--fresh")
        try:
            done = 0
            for _ in range(KILLS_A_RUN):
                done = len(wait_for(made, done + 2))
                (staff,) = harm.staff(program.pid)
                harm.inject(psutil.Process.kill, staff.browser)
                killed_s = time.time()
                after = [at_s for at_s in wait_for(made, done + 1) if at_s > killed_s]
                while not after:  # one that was finished as the browser was killed
                    done += 1
                    after = [at_s for at_s in wait_for(made, done + 1) if at_s > killed_s]
                took_s.append(after[0] - killed_s)
            assert program.wait(200) == 1
        finally:
            program.kill()
            program.wait()
        assert violations(made) == []
        (made.out / "run.log").unlink()
    told(f"{made.backend}: from the kill of a browser to the next finished order", took_s)
    assert median(took_s) < 5


def wait_for(made: World, orders: int) -> list[float]:
    """Wait until so many orders are finished; when each was, in seconds since the epoch."""
    deadline_s = time.monotonic() + 60
    while len(found := finished(made)) < orders:
        assert time.monotonic() < deadline_s, f"{len(found)} of {orders} orders"
        time.sleep(0.02)
    return found


def finished(made: World) -> list[float]:
    log = made.out / "run.log"
    lines = map(json.loads, log.read_text(encoding="utf-8").splitlines()) if log.exists() else []
    return [datetime.fromisoformat(line["at"]).timestamp() for line in lines if line["message"] == "OrderFinished"]


def told(what: str, took_s: list[float]) -> None:
    shown = ", ".join(f"{took_:.2f}" for took_ in sorted(took_s))
    print(f"\n{what}: median {median(took_s):.2f} s, longest {max(took_s):.2f} s, of {len(took_s)}: {shown}")
