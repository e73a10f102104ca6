"""The gate: an expired session is a sign-in, never an outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import anyio
import pytest

from backends.fake.backend import Answer, FakeSession
from coupa_async.domain.errors import (
    BusyError,
    OutageError,
    PageError,
    PageTimeoutError,
    SignInError,
    SignInRefusedError,
    SignInRequiredError,
    SignInStalledError,
    UnreachableError,
)
from coupa_async.domain.events import PersonWaitedFor, SignedIn
from coupa_async.domain.outcome import Outcome
from coupa_async.ports import Document, Profile, Session
from tests.engine.conftest import Bench, page

pytestmark = pytest.mark.anyio
Make = Callable[..., Bench]


def not_found(url: str) -> Document:
    return Document(url=url, html="", status=404)


async def let_in(session: Session) -> None:
    await anyio.sleep(0.01)
    session.jar["session"] = "good"  # type: ignore[attr-defined]


def expiring(after: int, lie: Callable[[str], Answer]) -> Callable[[str, FakeSession], Answer]:
    """A tenant that ends all sessions once, after so many requests, and then tells order pages as ``lie`` does."""
    asked = 0

    def answer(url: str, session: FakeSession) -> Answer:
        nonlocal asked
        asked += 1
        if asked == after:
            session.jar.clear()
        if session.jar.get("session") == "good":
            return page(url)
        return SignInRequiredError(url) if url == "probe" else lie(url)

    return answer


@pytest.mark.parametrize("tabs", [1, 4])
@pytest.mark.parametrize("after", [2, 3, 7, 12])
async def test_not_founds_of_an_expired_session_are_not_believed(bench: Make, after: int, tabs: int) -> None:
    """H2, S1: Coupa may show "not found" to whoever is signed out."""
    it = bench(expiring(after, not_found), on_sign_in=let_in)
    it.limits = replace(it.limits, tabs=tabs)
    await it.run(15)
    assert it.outcomes == {str(n): Outcome.COMPLETED for n in range(1, 16)}
    assert {result.attempts for result in it.results} <= {1, 2}


async def test_a_burst_of_true_not_founds_costs_one_probe_for_every_five(bench: Make) -> None:
    """H2"""
    probes: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        if url == "probe":
            probes.append(url)
        return page(url) if url == "probe" else not_found(url)

    it = bench(answer)
    await it.run(20)
    assert set(it.outcomes.values()) == {Outcome.PO_NOT_FOUND}
    assert len(probes) == 1 + 4  # the session's admission, and one for each five


async def test_a_not_found_among_orders_costs_no_probe(bench: Make) -> None:
    probes: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        if url == "probe":
            probes.append(url)
        return not_found(url) if url in ("2", "4", "6") else page(url)

    it = bench(answer)
    await it.run(9)
    assert [key for key, outcome in it.outcomes.items() if outcome is Outcome.PO_NOT_FOUND] == ["2", "4", "6"]
    assert len(probes) == 1


async def test_tabs_of_one_session_sign_in_once(bench: Make) -> None:
    it = bench(expiring(6, lambda url: SignInRequiredError(url)), on_sign_in=let_in)
    it.limits = replace(it.limits, tabs=5)
    await it.run(30)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert len(it.told(SignedIn)) == 2  # at the start, and when the session ended
    assert {result.attempts for result in it.results} == {1}


async def test_a_session_that_is_not_signed_in_takes_no_order(bench: Make) -> None:
    asked: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        asked.append(url)
        return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)

    it = bench(answer, on_sign_in=let_in)
    await it.run(2)
    assert asked == ["probe", "1", "2"]


@pytest.mark.usefixtures("virtual")
async def test_a_session_long_unused_is_renewed_before_it_takes_an_order(bench: Make) -> None:
    asked: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        asked.append(url)
        it.gate.session_lasts(50.0)
        return page(url)

    it = bench(answer)
    it.slow_s, it.slow = 40.0, "2"
    await it.run(4)
    assert asked == ["probe", "1", "2", "3", "4"]
    asked.clear()
    it.pause_s = 40.0
    await it.run(2)
    assert asked == ["probe", "1", "probe", "2"]


async def test_a_session_from_before_the_last_sign_in_does_not_replace_its_state(bench: Make) -> None:
    it = bench()
    await it.run(1)
    it.state.write_text('{"cookies": [{"name": "session", "value": "new"}]}')
    it.gate.generation = 2
    old = FakeSession(page, Profile(name="worker-1", directory=it.state.parent), jar={"session": "old"})
    await it.gate.keep(old, generation=1)
    assert "new" in it.state.read_text()
    await it.gate.keep(old, generation=2)
    assert "old" in it.state.read_text()


async def test_a_person_signs_in_where_the_door_refuses(bench: Make) -> None:
    async def refuse(session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        raise SignInRefusedError("a code is wanted")

    async def person() -> None:
        await anyio.lowlevel.checkpoint()
        it.state.write_text('{"cookies": [{"name": "session", "value": "good", "domain": "double"}]}')

    def answer(url: str, session: FakeSession) -> Answer:
        return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)

    it = bench(answer, on_sign_in=refuse, person=person)
    await it.run(6, workers=3)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert len(it.told(SignedIn)) == 1


@pytest.mark.usefixtures("virtual")
async def test_the_wait_for_a_person_is_charged_to_nobody(bench: Make) -> None:
    async def refuse(session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        raise SignInRefusedError("a code is wanted")

    async def person() -> None:
        await anyio.sleep(300.0)
        it.state.write_text('{"cookies": [{"name": "session", "value": "good", "domain": "double"}]}')

    def answer(url: str, session: FakeSession) -> Answer:
        return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)

    it = bench(answer, on_sign_in=refuse, person=person)
    await it.run(6, workers=3)
    assert [event.seconds for event in it.told(PersonWaitedFor)] == [300.0]
    assert it.gate.waited_s == 300.0
    assert max(result.seconds for result in it.results) < 60.0


@pytest.mark.usefixtures("virtual")
async def test_a_sign_in_is_tried_again_while_the_tenant_is_away_and_never_when_it_refuses(bench: Make) -> None:
    """S3, S4"""
    tries: list[str] = []

    async def sign_in(session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        tries.append("try")
        if len(tries) < 3:
            raise UnreachableError("the proxy does not answer")
        raise SignInRefusedError("the account is locked")

    it = bench(lambda url, session: SignInRequiredError(url), on_sign_in=sign_in)
    with pytest.raises(SignInRefusedError, match="locked"):
        await it.run(5, workers=3)
    assert len(tries) == 3
    assert it.results == []


@pytest.mark.usefixtures("virtual")
async def test_a_sign_in_that_stands_still_is_tried_again_and_then_left_to_a_person(bench: Make) -> None:
    tries: list[str] = []

    async def stand_still(session: Session) -> None:
        await anyio.lowlevel.checkpoint()
        tries.append("try")
        raise SignInStalledError("sign-in ended at https://sso.example/relay")

    async def person() -> None:
        await anyio.lowlevel.checkpoint()
        it.state.write_text('{"cookies": [{"name": "session", "value": "good", "domain": "double"}]}')

    def answer(url: str, session: FakeSession) -> Answer:
        return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)

    it = bench(answer, on_sign_in=stand_still)
    with pytest.raises(SignInRefusedError, match="tried 4 times: sign-in ended at"):
        await it.run(2)
    assert len(tries) == 4
    it = bench(answer, on_sign_in=stand_still, person=person)
    await it.run(2)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}


@pytest.mark.usefixtures("virtual")
@pytest.mark.parametrize("trouble", [UnreachableError("the connection was reset"), BusyError("/", 429)], ids=str)
async def test_a_sign_in_waits_for_a_tenant_that_is_away_and_gives_one_up_that_does_not_answer(
    bench: Make, trouble: PageError
) -> None:
    """S4, H1: a network that is gone for seconds is not four refusals, nor is a tenant with too much to do."""
    tries: list[str] = []

    def away(times: int, error: PageError) -> Callable[[Session], Awaitable[None]]:
        async def sign_in(session: Session) -> None:
            tries.append("try")
            if len(tries) <= times:
                raise error
            await let_in(session)

        return sign_in

    def answer(url: str, session: FakeSession) -> Answer:
        return page(url) if session.jar.get("session") == "good" else SignInRequiredError(url)

    it = bench(answer, on_sign_in=away(9, PageTimeoutError("no page")))
    with pytest.raises(SignInError, match="tried 4 times: no page"):
        await it.run(2)
    it = bench(answer, on_sign_in=away(10_000, UnreachableError("the proxy does not answer")))
    with pytest.raises(OutageError, match="the proxy does not answer: tried for 60 s"):
        await it.run(2)
    tries.clear()
    it = bench(answer, on_sign_in=away(9, trouble))
    await it.run(2)
    assert set(it.outcomes.values()) == {Outcome.COMPLETED}
    assert len(tries) == 10
