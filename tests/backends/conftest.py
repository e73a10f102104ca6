"""A tenant on a socket, a browser in memory, and the direct lane between them."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from aiohttp import web

from backends import open_lane
from backends.browser.chromium import BrowserOptions
from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.ports import Backend, Document, Profile, Session
from tests.contract.pages import html
from tests.fakes.certificate import make_certificate

OPTIONS = BrowserOptions(page_timeout_s=3.0, settle_s=2.0, download_timeout_s=6.0, close_timeout_s=3.0)
ORDER = '<html data-controller="order_headers" data-action="show"><body>{}</body></html>'
ISLAND = '<span class="comments_count">(2)</span><div id="s-mountCommentsApp">{}</div>'
BARE, DRAWN = (ORDER.format(ISLAND.format(text)) for text in ("", '<li class="comment"></li>'))
BYTES = bytes(range(256)) * 4000
LONG = BYTES * 2


@dataclass
class Tenant:
    """A tenant on a socket. Its second origin is the same port under the name localhost."""

    url: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=lambda: ['"1"'])
    agents: set[str] = field(default_factory=set)
    refuses: bool = False
    forgets: bool = False
    vouched: int = 0
    came: anyio.Event = field(default_factory=anyio.Event)
    connections: set[asyncio.Transport] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append((request.host.partition(":")[0], path, request.headers.get("Cookie", "")))
        self.came.set()
        self.agents.add(request.headers["User-Agent"])
        if isinstance(request.transport, asyncio.Transport):
            self.connections.add(request.transport)
        if self.refuses and path != "/sessions/new":
            raise web.HTTPFound("/sessions/new")
        if self.forgets and not path.startswith(("/authorize", "/sessions/", "/user/")):
            raise web.HTTPFound(f"http://localhost:{request.url.port}/authorize")
        match path:
            case "/authorize":  # it knows this machine, and no scripts are needed
                raise web.HTTPFound(f"{self.url}/sessions/lightweight_oauth_callback")
            case "/sessions/lightweight_oauth_callback":
                self.forgets, self.vouched = False, self.vouched + 1
                landed = web.Response(status=302, headers={"Location": "/user/home"})
                landed.set_cookie("_coupa_session", f"vouched-{self.vouched}", httponly=True)
                return landed
            case "/user/home":
                return page(html("Home"))
            case "/renew":
                response = page(ORDER.format("renewed"))
                response.set_cookie("_coupa_session", f"renewed-{len(self.asked)}", httponly=True)
                return response
            case "/elsewhere":
                raise web.HTTPFound(f"http://localhost:{request.url.port}/storage")
            case "/storage":
                response = web.Response(body=BYTES)
                response.set_cookie("_coupa_session", "of-the-storage")
                return response
            case "/part":
                return await self._part(request)
            case "/chunked":
                return await self._cut(request, web.StreamResponse(headers={"Content-Type": "application/zip"}))
            case "/asleep":
                return await self._asleep(request)
            case "/drip":
                return await self._drip(request)
            case "/mute":
                await asyncio.sleep(60)
            case "/bare":
                return page(BARE)
            case "/unknown":
                return page(html("something else"))
        return page(ORDER.format(path))

    async def _part(self, request: web.Request) -> web.StreamResponse:
        """Break off once, at 40 %; then serve what is asked for, if it is still the same file."""
        tag = self.tags[min(len(self.ranges), len(self.tags) - 1)]
        self.ranges.append(request.headers.get("Range", ""))
        headers = {"Content-Type": "application/zip", "ETag": tag, "Accept-Ranges": "bytes"}
        begin = request.http_range.start or 0
        if begin and request.headers["If-Range"] == tag:
            headers["Content-Range"] = f"bytes {begin}-{len(BYTES) - 1}/{len(BYTES)}"
            return web.Response(status=206, body=BYTES[begin:], headers=headers)
        if len(self.ranges) > 1:
            return web.Response(body=BYTES, headers=headers)
        return await self._cut(request, web.StreamResponse(headers=headers | {"Content-Length": str(len(BYTES))}))

    async def _asleep(self, request: web.Request) -> web.StreamResponse:
        """Send most of a file, and then nothing, as a connection that a laptop's sleep has killed; then the rest."""
        self.ranges.append(request.headers.get("Range", ""))
        headers = {"Content-Type": "application/zip", "ETag": '"1"', "Accept-Ranges": "bytes"}
        if begin := request.http_range.start or 0:
            headers["Content-Range"] = f"bytes {begin}-{len(LONG) - 1}/{len(LONG)}"
            return web.Response(status=206, body=LONG[begin:], headers=headers)
        response = web.StreamResponse(headers=headers | {"Content-Length": str(len(LONG))})
        await response.prepare(request)
        await response.write(LONG[: len(LONG) * 3 // 4])
        await asyncio.sleep(60)
        return response

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """Send a little now and then."""
        response = web.StreamResponse(headers={"Content-Type": "application/zip"})
        await response.prepare(request)
        for n in range(10):
            await response.write(BYTES[n : n + 1])
            await asyncio.sleep(0.1)
        return response

    async def _cut(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        await response.prepare(request)
        await response.write(BYTES[: len(BYTES) * 2 // 5])
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.close()
        return response


def page(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


@pytest.fixture
async def tenant(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Tenant]:
    """Over HTTPS, with a certificate that this machine trusts, where a test's parameter says so."""
    it, scheme, context = Tenant(), getattr(request, "param", "http"), None
    if scheme == "https":
        pem = make_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        context.set_alpn_protocols(
            ["h2", "http/1.1"]
        )  # it would not get far with the first, which is not to be offered
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", it.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        it.url = f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
        yield it
    finally:
        await runner.cleanup()


@dataclass
class FallbackBrowser:
    """A browser in memory that shows what scripts draw, and has a sign-in of its own."""

    shown: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    via: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.backend = FakeBackend(self.answer, domain="127.0.0.1")

    def answer(self, url: str, session: FakeSession) -> Answer:
        if url.startswith("data:"):
            return Document(url=url, html="<p>Mozilla/5.0 of the browser</p>")
        self.shown.append((url.rpartition("/")[2], dict(session.jar)))
        return Document(url=url, html=DRAWN, status=200, via=self.via)


@pytest.fixture
def fallback() -> FallbackBrowser:
    return FallbackBrowser()


Open = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.fixture
def direct(tenant: Tenant, fallback: FallbackBrowser, tmp_path: Path) -> Open:
    """Open a session; its browser speaks of domains as its tenant's cookies do."""

    def launch(*, lane: str = "auto", state: Path | None = None, browser: Backend | None = None) -> object:
        backend = open_lane(browser or fallback.backend, OPTIONS, lane, tenant.url)
        return backend.session(Profile(name="worker-1", directory=tmp_path / "profile", state=state))

    return launch  # type: ignore[return-value]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state.json"
    cookie = {"name": "_coupa_session", "value": "first", "domain": "127.0.0.1", "path": "/", "expires": -1}
    of_sso = {"name": "sso", "value": "s", "domain": "login.example", "path": "/", "expires": -1}
    storage = {"origin": "https://login.example", "localStorage": [{"name": "device", "value": "1"}]}
    path.write_text(json.dumps({"cookies": [cookie, of_sso], "origins": [storage]}))
    return path


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])
