"""The direct lane behind a proxy: with its user name and password, and to no place that is refused without one."""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.tls import TLSStream
from yarl import URL

from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from backends.direct.proxies import NO_PROXY, system_proxies
from coupa_async.domain.errors import ForbiddenAddressError, SettingsError, UnreachableError
from coupa_async.domain.http.targets import Targets
from tests.backends.conftest import OPTIONS
from tests.fakes.certificate import make_certificate
from tests.fakes.raw_server import RawServer, raw_server, whole

pytestmark = pytest.mark.anyio
SECRET = "proxy-authorization: basic " + base64.b64encode(b"ann:p@ss").decode().lower()


async def proxy(path: str) -> AsyncIterator[bytes]:
    yield whole(b"no", status="407 No") if "refusing" in path else whole(b"<p>page")


@pytest.fixture
async def behind_proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RawServer]:
    async with raw_server(proxy) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, server.url.replace("://", "://ann:p%40ss@"))
        monkeypatch.setenv("NO_PROXY", "")
        yield server


async def test_the_proxys_user_and_password_are_sent_to_it_and_it_knows_the_names(behind_proxy: RawServer) -> None:
    async with connect(OPTIONS) as http:
        client = Client(http, Jar("http://tenant.example"), OPTIONS, "a browser")
        assert (await client.page("http://tenant.example/page")).html == "<p>page"
        await client.page("http://tenant.example/more")
    assert behind_proxy.paths == ["http://tenant.example/page", "http://tenant.example/more"]
    assert behind_proxy.connections == 1
    assert all(SECRET in head.lower() for head in behind_proxy.heads)


async def test_a_proxy_that_refuses_is_told_and_its_password_is_not(behind_proxy: RawServer) -> None:
    async with connect(OPTIONS) as http:
        client = Client(http, Jar("https://refusing.example"), OPTIONS, "a browser")
        with pytest.raises(UnreachableError, match="the proxy refused the connection") as caught:
            await client.page("https://refusing.example/page")
    assert SECRET in behind_proxy.heads[0].lower()
    assert "p@ss" not in str(caught.value)


@dataclass
class Tunnel:
    """A proxy that passes on to one server, whatever name it is asked for."""

    port: int
    heads: list[str] = field(default_factory=list)

    async def serve(self, near: SocketStream) -> None:
        async with near, await anyio.connect_tcp("127.0.0.1", self.port) as far, anyio.create_task_group() as tasks:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += await near.receive(1)
            self.heads.append(head.decode())
            await near.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            tasks.start_soon(self._pass, near, far)
            tasks.start_soon(self._pass, far, near)

    async def _pass(self, source: SocketStream, target: SocketStream) -> None:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            async for data in source:
                await target.send(data)
            await target.send_eof()


async def test_https_goes_through_the_proxy_unread_and_its_password_not_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = make_certificate(tmp_path, "DNS:tenant.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pem)
    heads: list[str] = []

    async def answer(stream: SocketStream) -> None:
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
            async with await TLSStream.wrap(stream, server_side=True, ssl_context=context) as secure:
                while True:
                    heads.append((await secure.receive()).decode())
                    await secure.send(whole(b"<p>page"))

    options = replace(OPTIONS, client_cert=pem, targets=Targets(base_url="https://tenant.example"))
    server = await anyio.create_tcp_listener(local_host="127.0.0.1")
    tunnel = Tunnel(server.extra(SocketAttribute.local_port))
    proxy = await anyio.create_tcp_listener(local_host="127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("https_proxy", f"http://ann:p%40ss@localhost:{proxy.extra(SocketAttribute.local_port)}")
    monkeypatch.setenv("no_proxy", "")
    async with server, proxy, anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve, answer)
        tasks.start_soon(proxy.serve, tunnel.serve)
        async with connect(options) as http:
            client = Client(http, Jar("https://tenant.example"), options, "a browser")
            for _ in range(2):
                assert (await client.page("https://tenant.example/page")).html == "<p>page"
        tasks.cancel_scope.cancel()
    assert [SECRET in head.lower() for head in tunnel.heads] == [True]
    assert tunnel.heads[0].startswith("CONNECT tenant.example:443 ")
    assert ["proxy" in head.lower() for head in heads] == [False, False]


@pytest.mark.parametrize("exempt", ["tenant.example", ".example", "other, tenant.example:80", "*"])
async def test_a_host_that_is_exempt_is_reached_without_the_proxy(
    exempt: str, behind_proxy: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", exempt)
    proxies = system_proxies()
    assert proxies.of(URL("http://tenant.example/x")) is NO_PROXY
    assert proxies.of(URL("http://127.0.0.1/x")) is NO_PROXY
    assert (proxies.of(URL("http://elsewhere.test/x")) is NO_PROXY) == (exempt == "*")


@pytest.mark.parametrize("address", ["socks5://ann:secret@127.0.0.1:1", "http://[::1", "http://"])
async def test_a_proxy_that_cannot_be_used_is_told_by_its_setting(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", address)
    with pytest.raises(SettingsError, match="https_proxy=") as caught:
        connect(OPTIONS)
    assert "secret" not in str(caught.value)


async def test_a_proxy_is_not_asked_for_what_is_refused_by_its_address_alone(behind_proxy: RawServer) -> None:
    options = replace(OPTIONS, targets=Targets(base_url="http://tenant.example"))
    async with connect(options) as http:
        client = Client(http, Jar("http://tenant.example"), options, "a browser")
        with pytest.raises(ForbiddenAddressError, match="private network"):
            await client.file("http://10.0.0.1/file", behind_proxy)  # type: ignore[arg-type]
    assert behind_proxy.heads == []
