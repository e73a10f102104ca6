"""Idle connections: used again, and not once the server has hung up."""

from __future__ import annotations

import socket
import struct

import anyio
import pytest

from backends.http import connect
from backends.sockets import Stream, Watch
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
    watch = Watch()
    ours, theirs = socket.socketpair()
    number = watch.add(ours)
    assert not watch.is_readable(ours, number)
    for one in (ours, theirs):
        one.close()
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


async def test_what_has_come_is_read_in_large_pieces(tenant: Tenant) -> None:
    async with connect(OPTIONS) as http, http.stream("GET", f"{tenant.url}/storage") as response:
        await anyio.sleep(0.1)
        sizes = [len(piece) async for piece in response.aiter_raw()]
    assert sum(sizes) == len(BYTES)
    assert max(sizes) > 1 << 16
