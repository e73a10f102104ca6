"""Sessions on several machines: spread evenly, past those that give no browser, which are asked again later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from backends.browser.machines import Machines, addresses_of
from coupa_async.domain.errors import LaunchError

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


class Servers:
    """Servers that give browsers, or do not, or do not even answer."""

    def __init__(self, *addresses: str) -> None:
        self.told: list[str] = []
        self.dead: set[str] = set()
        self.hung: set[str] = set()
        self.asked: list[str] = []
        self.machines = Machines(addresses, self.told.append)

    async def launch(self, address: str) -> str:
        self.asked.append(address)
        await anyio.sleep(1)
        if address in self.hung:
            await anyio.sleep_forever()
        if address in self.dead:
            raise LaunchError(f"no browser from {address}")
        return address

    async def begin(self) -> tuple[str, Callable[[], None]]:
        return await self.machines.begin(self.launch, within_s=60)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (None, ()),
        ("ws://a:1/", ("ws://a:1/",)),
        ("ws://a:1/, ws://b:1/ ws://c:1/", ("ws://a:1/", "ws://b:1/", "ws://c:1/")),
        (
            'ws://a:1/?launch-options={"a":1,"b":"ws://x"} ws://b:1/',
            ('ws://a:1/?launch-options={"a":1,"b":"ws://x"}', "ws://b:1/"),
        ),
    ],
)
def test_addresses_are_written_with_commas_or_spaces_between(text: str | None, addresses: tuple[str, ...]) -> None:
    assert addresses_of(text) == addresses


async def test_sessions_are_spread_evenly_also_when_they_begin_at_once() -> None:
    it = Servers("ws://a", "ws://b", "ws://c")
    begun: list[str] = []
    leaves: dict[str, list[Callable[[], None]]] = {"ws://a": [], "ws://b": [], "ws://c": []}

    async def begin() -> None:
        address, leave = await it.begin()
        begun.append(address)
        leaves[address].append(leave)

    async with anyio.create_task_group() as tasks:
        for _ in range(9):
            tasks.start_soon(begin)
    assert Counter(begun) == {"ws://a": 3, "ws://b": 3, "ws://c": 3}
    leaves["ws://b"].pop()()
    assert (await it.begin())[0] == "ws://b"


async def test_a_dead_server_is_left_out_and_told_once_and_asked_again_later() -> None:
    it = Servers("ws://a", "ws://b")
    it.dead = {"ws://a"}
    for _ in range(5):
        assert (await it.begin())[0] == "ws://b"
    assert it.asked.count("ws://a") == 1
    assert it.told == ["ws://a gives no browser and is left out for a while: no browser from ws://a"]
    await anyio.sleep(30)
    assert (await it.begin())[0] == "ws://b"
    assert (it.asked.count("ws://a"), len(it.told)) == (2, 1)
    it.dead = set()
    await anyio.sleep(45)
    assert (await it.begin())[0] == "ws://b"  # now left out for twice as long
    await anyio.sleep(20)
    assert (await it.begin())[0] == "ws://a"
    assert it.told[1:] == ["ws://a gives browsers again"]


async def test_a_server_that_does_not_answer_costs_a_third_of_the_time() -> None:
    it = Servers("ws://a", "ws://b")
    it.hung = {"ws://a"}
    began_s = anyio.current_time()
    assert (await it.begin())[0] == "ws://b"
    assert anyio.current_time() - began_s == pytest.approx(21)
    assert "no answer in time" in it.told[0]


async def test_where_all_are_dead_each_is_asked_each_time_and_the_last_reason_is_told() -> None:
    it = Servers("ws://a", "ws://b")
    it.dead = {"ws://a", "ws://b"}
    for _ in range(2):
        with pytest.raises(LaunchError, match="no browser from ws://"):
            await it.begin()
    assert Counter(it.asked) == {"ws://a": 2, "ws://b": 2}
    assert len(it.told) == 2


async def test_a_single_server_is_waited_for_as_before_and_its_failure_is_the_sessions_own() -> None:
    it = Servers("ws://a")
    it.dead = {"ws://a"}
    with pytest.raises(LaunchError, match="no browser from ws://a"):
        await it.begin()
    it.dead = set()
    assert (await it.begin())[0] == "ws://a"
    assert not it.told


async def test_a_session_that_is_given_up_before_it_began_does_not_count() -> None:
    it = Servers("ws://a", "ws://b")
    it.hung = {"ws://a"}
    with anyio.move_on_after(5):
        await it.begin()
    it.hung = set()
    assert sorted([(await it.begin())[0], (await it.begin())[0]]) == ["ws://a", "ws://b"]
    assert it.asked == ["ws://a", "ws://a", "ws://b"]
