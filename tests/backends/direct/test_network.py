"""Idle connections: used again, and not once the server has hung up."""

from __future__ import annotations

import socket
import struct
import sys
from dataclasses import dataclass
from selectors import SelectorKey
from typing import ClassVar

import anyio
import pytest

from backends.direct.connection import connect
from backends.direct.network import ReadinessPoller, Stream
from tests.backends.conftest import BYTES, OPTIONS, Open, Tenant

pytestmark = pytest.mark.anyio


BOTH = pytest.mark.parametrize("tenant", ["http", "https"], indirect=True)


@BOTH
@pytest.mark.parametrize("how", ["end", "reset"])
async def test_a_connection_is_used_again_until_the_server_hangs_up(direct: Open, tenant: Tenant, how: str) -> None:
    async with direct(lane="direct") as session:
        for name in ("/one", "/two"):
            await session.open(tenant.url + name)
        (connection,) = tenant.connections
        if how == "reset":
            connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.abort()
        await anyio.sleep(0.05)
        await session.open(f"{tenant.url}/three")
    assert len(tenant.connections) == 2
    assert [path for _, path, _ in tenant.asked] == ["/one", "/two", "/three"]


async def test_a_closed_sockets_number_that_is_anothers_by_now_is_told_apart() -> None:
    watch = ReadinessPoller()
    ours, theirs = socket.socketpair()
    number = watch.add(ours)
    assert not watch.is_readable(ours, number)
    for our in (ours, theirs):
        our.close()
    assert watch.is_readable(ours, number)
    new, other = socket.socketpair()
    with new, other:
        assert watch.add(new) == number
        watch.drop(ours, number)
        assert not watch.is_readable(new, number)
        other.send(b"x")
        await anyio.sleep(0.001)
        assert watch.is_readable(new, number)
        watch.drop(new, number)
        await anyio.sleep(0.001)
        assert not watch.is_readable(new, number)


@BOTH
async def test_the_connections_are_ours(tenant: Tenant) -> None:
    async with connect(OPTIONS) as http, http.stream("GET", f"{tenant.url}/page") as response:
        assert isinstance(response.extensions["network_stream"], Stream)


@pytest.mark.skipif(sys.platform == "win32", reason="the loop there reads 64 KiB at a time")
async def test_what_has_come_is_read_in_large_pieces(tenant: Tenant) -> None:
    async with connect(OPTIONS) as http, http.stream("GET", f"{tenant.url}/storage") as response:
        await anyio.sleep(0.1)
        sizes = [len(piece) async for piece in response.aiter_raw()]
    assert sum(sizes) == len(BYTES)
    assert max(sizes) > 1 << 16


@dataclass(eq=False)
class Socket:
    """A socket as the watch knows it."""

    number: int

    def fileno(self) -> int:
        return self.number


class WindowsSelector:
    """Looks as Windows' ``select`` does: at 512 at most, at none not at all, nor where one is closed."""

    open: ClassVar[set[int]] = set()
    readable: ClassVar[set[int]] = set()

    def __init__(self) -> None:
        self._numbers: set[int] = set()

    def register(self, number: int, events: int) -> None:
        assert number >= 0
        self._numbers.add(number)

    def unregister(self, number: int) -> None:
        self._numbers.remove(number)

    def select(self, timeout: float) -> list[tuple[SelectorKey, int]]:
        if not self._numbers:
            raise OSError(10022, "an invalid argument was supplied")
        if len(self._numbers) > 512:
            raise ValueError("too many file descriptors in select()")
        if not self._numbers <= self.open:
            raise OSError(10038, "an operation was attempted on something that is not a socket")
        return [(SelectorKey(number, number, 1, None), 1) for number in self._numbers & self.readable]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> ReadinessPoller:
    monkeypatch.setattr("backends.direct.network.DefaultSelector", WindowsSelector)
    monkeypatch.setattr("backends.direct.network._LOOK_HOLDS_S", -1.0)
    WindowsSelector.open, WindowsSelector.readable = set(), set()
    return ReadinessPoller()


def opened(watch: ReadinessPoller, *numbers: int) -> list[Socket]:
    WindowsSelector.open |= set(numbers)
    sockets = [Socket(number) for number in numbers]
    for item in sockets:
        watch.add(item)
    return sockets


def close(item: Socket) -> None:
    """Close a socket as the event loop does with one that was reset: nobody is told."""
    WindowsSelector.open.remove(item.number)
    item.number = -1


async def test_on_windows_a_connection_that_was_reset_spoils_no_look_at_the_others(windows: ReadinessPoller) -> None:
    first, reset, last = opened(windows, 1, 2, 3)
    close(reset)
    for _ in range(3):
        assert windows.is_readable(reset, 2)
        assert not windows.is_readable(first, 1)
    WindowsSelector.readable = {3}
    assert windows.is_readable(last, 3)
    (again,) = opened(windows, 2)
    assert not windows.is_readable(again, 2)
    windows.drop(reset, 2)  # late, and its number is another's by now
    assert not windows.is_readable(again, 2)


async def test_on_windows_none_at_all_can_be_looked_at(windows: ReadinessPoller) -> None:
    (item,) = opened(windows, 1)
    windows.drop(item, 1)
    assert not windows.is_readable(item, 1)
    close(item)
    assert windows.is_readable(item, 1)
    assert windows.add(item) == -1


async def test_on_windows_more_than_512_are_looked_at(windows: ReadinessPoller) -> None:
    sockets = opened(windows, *range(1200))
    WindowsSelector.readable = {0, 777, 1199}
    assert [item.number for item in sockets if windows.is_readable(item, item.number)] == [0, 777, 1199]
    for item in sockets[:1100]:
        windows.drop(item, item.number)
        close(item)
    assert [item.number for item in sockets[1100:] if windows.is_readable(item, item.number)] == [1199]


async def test_where_nobody_can_tell_no_connection_is_used_again(windows: ReadinessPoller) -> None:
    first, last = opened(windows, 1, 2)
    WindowsSelector.open.remove(2)  # and its owner does not know
    assert windows.is_readable(first, 1)
    assert windows.is_readable(last, 2)
