"""An SSO that needs nobody and forgets what was asked for: whoever meets it has the gate know, and asks again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import anyio
import pytest

from backends.fake.backend import Answer, FakeSession
from coupa_async.domain.errors import BusyError, SignInPassedError, SignInRefusedError
from coupa_async.domain.events import SignedIn
from coupa_async.domain.outcome import Outcome
from coupa_async.ports import Session
from tests.engine.conftest import Bench, page

pytestmark = pytest.mark.anyio
Make = Callable[..., Bench]


@dataclass
class Tenant:
    """It forgets all sessions at its n-th request; whoever it does not know is signed in on the way."""

    forgets_at: int = 0
    always: tuple[str, ...] = ()
    asked: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    given: int = 0
    busy: int = 0

    def answer(self, url: str, session: FakeSession) -> Answer:
        self.asked[url] += 1
        if self.asked.total() == self.forgets_at:
            self.known.clear()
        if url == "probe" and self.busy:
            self.busy -= 1
            return BusyError(url, 503)
        if session.jar.get("session") in self.known and url not in self.always:
            return page(url)
        self.given += 1
        session.jar["session"] = f"session {self.given}"
        self.known.add(session.jar["session"])
        return SignInPassedError(url, "/user/home")


async def again(session: Session) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("tabs", [1, 4])
@pytest.mark.parametrize("forgets_at", [9, 10, 11, 20, 33])
async def test_every_order_is_asked_for_again_and_one_sign_in_serves_all(
    bench: Make, forgets_at: int, tabs: int
) -> None:
    tenant = Tenant(forgets_at)
    it = bench(tenant.answer)  # which has nobody sign in: that it was done on the way is seen
    it.limits = replace(it.limits, tabs=tabs)
    await it.run(40, workers=3)
    assert it.outcomes == {str(n): Outcome.COMPLETED for n in range(1, 41)}
    assert {result.attempts for result in it.results} == {1}
    assert len(it.told(SignedIn)) <= 2  # at the start, and when the sessions were forgotten
    assert any(f'"{known_one}"' in it.state.read_text() for known_one in tenant.known)


async def test_sessions_forgotten_before_the_gate_has_looked_are_signed_in_by_it(bench: Make) -> None:
    tenant = Tenant(forgets_at=2)
    it = bench(tenant.answer, on_sign_in=again)
    await it.run(5)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert len(it.told(SignedIn)) == 1


async def test_a_tenant_that_is_busy_after_a_sign_in_on_the_way_is_waited_for(bench: Make) -> None:
    tenant = Tenant(busy=3)
    it = bench(tenant.answer)
    await it.run(3)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    tenant.busy, tenant.forgets_at = 3, tenant.asked.total() + 2
    it.results.clear()
    await it.run(3)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}


@pytest.mark.parametrize("tabs", [1, 4])
async def test_an_address_that_always_leads_through_a_sign_in_fails_its_order_alone(bench: Make, tabs: int) -> None:
    tenant = Tenant(always=("5", "6"))
    it = bench(tenant.answer)
    it.limits = replace(it.limits, tabs=tabs)
    await it.run(20, workers=2)
    failed = {result.number.key: result.error for result in it.results if result.outcome is Outcome.FAILED}
    assert set(failed) == {"5", "6"}
    assert failed["5"].startswith("the way to 5 led through a sign-in, to /user/home, each time, though")
    assert len(it.outcomes) == 20
    assert tenant.asked["5"] == it.limits.max_sign_ins + 1


async def test_a_sign_in_that_does_not_hold_is_refused_and_no_order_pays(bench: Make) -> None:
    tenant = Tenant(always=("probe", *(str(n) for n in range(1, 11))))
    it = bench(tenant.answer, on_sign_in=again)
    with pytest.raises(SignInRefusedError, match="signed in 3 times, and still: the way to 1 led through a sign-in"):
        await it.run(10)
    assert it.results == []
