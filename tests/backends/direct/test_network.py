"""Connections: used again, and not once the server has hung up; to the very address that was judged."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from yarl import URL

from backends.direct.addresses import asked_url
from backends.direct.connection import connect
from backends.direct.resolver import Resolver
from coupa_async.domain.errors import ForbiddenAddressError, UnreachableError
from coupa_async.domain.http.targets import Targets
from tests.backends.conftest import BYTES, OPTIONS, Open, Tenant
from tests.backends.direct.conftest import asking, serving
from tests.fakes.raw_server import whole

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


async def test_a_kept_connection_that_ends_under_a_request_costs_no_error(tmp_path: Path) -> None:
    answered: list[str] = []

    async def answer(path: str) -> AsyncIterator[bytes]:
        if path == "/two" and path not in answered:
            answered.append(path)
            raise anyio.EndOfStream  # hangs up just as it is asked
        answered.append(path)
        yield whole(path.encode())

    async with asking(answer) as (client, server):
        for path in ("/one", "/two", "/three"):
            assert (await client.page(server.url + path)).html == path
    assert server.paths == ["/one", "/two", "/two", "/three"]
    assert server.connections == 2


async def test_a_server_that_never_answers_is_not_asked_on_and_on() -> None:
    async def hang_up(path: str) -> AsyncIterator[bytes]:
        raise anyio.EndOfStream
        yield b""

    async with asking(hang_up) as (client, server):
        with pytest.raises(UnreachableError, match="closed without an answer"):
            await client.page(f"{server.url}/page")
    assert len(server.paths) <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="the loop there reads 64 KiB at a time")
async def test_what_has_come_is_read_in_large_pieces(tenant: Tenant) -> None:
    async with connect(OPTIONS) as http:
        response = await http.send("GET", URL(f"{tenant.url}/storage"), {})
        await anyio.sleep(0.1)
        sizes = [len(piece) async for piece in response.content.iter_any()]
        response.release()
    assert sum(sizes) == len(BYTES)
    assert max(sizes) > 1 << 16


@pytest.mark.parametrize("path", ["/a%2Fb/c%20d?X-Sig=%2Baz%2F%3d+e~'(x)!*&f=%c3%A9;g=[1]", "/%7Euser//x/y/", "/?a=?/"])
async def test_an_address_that_is_quoted_already_is_asked_to_the_byte(path: str) -> None:
    async with asking(serving(**{path.strip("/").partition("?")[0]: whole(b"ok")})) as (client, server):
        page = await client.page(server.url + path)
    assert server.paths == [path]
    assert page.url == server.url + path


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("HTTP://U:p@TENANT.Example:80/a", "http://tenant.example/a"),
        ("https://tenant.example:443?x", "https://tenant.example/?x"),
        ("http://0x7f.1/a", "http://127.0.0.1/a"),
        ("http://[::1]:81/a#b c", "http://[::1]:81/a#b%20c"),
        ("http://höst.example/é", "http://xn--hst-sna.example/%C3%A9"),
    ],
)
def test_the_host_that_is_asked_is_the_one_that_was_judged(url: str, asked: str) -> None:
    assert str(asked_url(url)) == asked


async def test_a_connection_goes_to_what_its_name_stood_for_when_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.216.34"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1"]]

    async def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers.pop(0)]

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
    targets = Targets(base_url="https://8.8.8.8")
    found = await Resolver(targets).resolve("store.example", 443)
    assert [(entry["host"], entry["port"]) for entry in found] == [("93.184.216.34", 443)]
    with pytest.raises(ForbiddenAddressError, match="this machine"):
        await Resolver(targets).resolve("store.example", 443)
    proxies = frozenset({("proxy.example", 3128)})
    assert (await Resolver(targets, proxies).resolve("proxy.example", 3128))[0]["host"] == "127.0.0.1"
