"""The direct lane on sockets, with a browser in memory behind it: where cookies go, and what goes to the browser."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import psutil
import pytest
from aiohttp import web

from backends import open_backend, open_lane
from backends.chromium import BrowserOptions
from backends.cookies import Jar, parse_cookie
from backends.direct import DirectBackend
from backends.double import Answer, DoubleBackend, DoubleSession
from backends.http import user_agent
from coupa_async.domain.errors import (
    BrokenDownloadError,
    SessionLostError,
    SettingsError,
    StorageError,
    UnreachableError,
)
from coupa_async.ports import Backend, Cookie, Document, Profile, Session
from tests.contract.conftest import processes
from tests.contract.site import html

pytestmark = pytest.mark.anyio
OPTIONS = BrowserOptions(page_timeout_s=3.0, settle_s=2.0, download_timeout_s=6.0, close_timeout_s=3.0)
ORDER = '<html data-controller="order_headers" data-action="show"><body>{}</body></html>'
ISLAND = '<span class="comments_count">(2)</span><div id="s-mountCommentsApp">{}</div>'
BARE, DRAWN = (ORDER.format(ISLAND.format(text)) for text in ("", '<li class="comment"></li>'))
BYTES = bytes(range(256)) * 4000


@dataclass
class Tenant:
    """A tenant on a socket. Its second origin is the same port under the name localhost."""

    url: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=lambda: ['"1"'])
    agents: set[str] = field(default_factory=set)
    refuses: bool = False
    came: anyio.Event = field(default_factory=anyio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self.asked.append((request.host.partition(":")[0], path, request.headers.get("Cookie", "")))
        self.came.set()
        self.agents.add(request.headers["User-Agent"])
        if self.refuses and path != "/sessions/new":
            raise web.HTTPFound("/sessions/new")
        match path:
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
async def tenant() -> AsyncIterator[Tenant]:
    it = Tenant()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", it.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        it.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield it
    finally:
        await runner.cleanup()


@dataclass
class Behind:
    """A browser in memory that shows what scripts draw, and has a sign-in of its own."""

    shown: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.backend = DoubleBackend(self.answer, domain="127.0.0.1")

    def answer(self, url: str, session: DoubleSession) -> Answer:
        if url.startswith("data:"):
            return Document(url=url, html="<p>Mozilla/5.0 of the browser</p>")
        self.shown.append((url.rpartition("/")[2], dict(session.jar)))
        return Document(url=url, html=DRAWN, status=200)


@pytest.fixture
def behind() -> Behind:
    return Behind()


Open = Callable[..., AbstractAsyncContextManager[Session]]


@pytest.fixture
def direct(tenant: Tenant, behind: Behind, tmp_path: Path) -> Open:
    """Open a session; its browser speaks of domains as its tenant's cookies do."""

    def launch(*, lane: str = "auto", state: Path | None = None, browser: Backend | None = None) -> object:
        backend = open_lane(browser or behind.backend, OPTIONS, lane, tenant.url)
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


def drawn(document: Document) -> bool:
    return document.html != BARE


async def test_cookies_go_to_the_tenants_origin_and_to_no_other(
    direct: Open, tenant: Tenant, state: Path, tmp_path: Path
) -> None:
    async with direct(state=state) as session:
        await session.download(f"{tenant.url}/elsewhere", tmp_path / "5.part")
        await session.open(f"{tenant.url}/page")
    assert tenant.asked == [
        ("127.0.0.1", "/elsewhere", "_coupa_session=first"),
        ("localhost", "/storage", ""),
        ("127.0.0.1", "/page", "_coupa_session=first"),
    ]
    assert (tmp_path / "5.part").read_bytes() == BYTES


async def test_a_renewed_cookie_is_used_and_saved_with_all_that_is_not_the_tenants(
    direct: Open, tenant: Tenant, state: Path, behind: Behind
) -> None:
    async with direct(state=state) as session:
        await session.open(f"{tenant.url}/renew")
        await session.open(f"{tenant.url}/page")
        await session.save_state(state)
    assert tenant.asked[-1][2] == "_coupa_session=renewed-1"
    saved = json.loads(state.read_text())
    assert {one["name"]: one["value"] for one in saved["cookies"]} == {"_coupa_session": "renewed-1", "sso": "s"}
    assert saved["origins"][0]["localStorage"] == [{"name": "device", "value": "1"}]
    assert behind.backend.launches == 0


async def test_a_transfer_that_breaks_off_is_taken_up_where_it_did(
    direct: Open, tenant: Tenant, tmp_path: Path
) -> None:
    async with direct() as session:
        download = await session.download(f"{tenant.url}/part", tmp_path / "5.part")
    assert tenant.ranges == ["", f"bytes={len(BYTES) * 2 // 5}-"]
    assert (tmp_path / "5.part").read_bytes() == BYTES
    assert (download.size_bytes, download.expected_bytes) == (len(BYTES), len(BYTES))
    assert download.sha256 == hashlib.sha256(BYTES).hexdigest()


async def test_a_file_that_changed_meanwhile_is_begun_anew(direct: Open, tenant: Tenant, tmp_path: Path) -> None:
    tenant.tags = ['"1"', '"2"']
    async with direct() as session:
        download = await session.download(f"{tenant.url}/part", tmp_path / "5.part")
    assert (tmp_path / "5.part").read_bytes() == BYTES
    assert download.sha256 == hashlib.sha256(BYTES).hexdigest()


@pytest.mark.parametrize("tag", ["", 'W/"1"'])
async def test_what_cannot_be_taken_up_is_broken(direct: Open, tenant: Tenant, tmp_path: Path, tag: str) -> None:
    tenant.tags = [tag]
    async with direct() as session:
        with pytest.raises(BrokenDownloadError, match="broke off"):
            await session.download(f"{tenant.url}/part", tmp_path / "5.part")
        with pytest.raises(BrokenDownloadError, match="broke off"):
            await session.download(f"{tenant.url}/chunked", tmp_path / "6.part")
    assert tenant.ranges == [""]


async def test_a_disk_that_takes_nothing_is_told_as_such(direct: Open, tenant: Tenant, tmp_path: Path) -> None:
    async with direct() as session:
        with pytest.raises(StorageError, match=r"nowhere.*No such file"):
            await session.download(f"{tenant.url}/elsewhere", tmp_path / "nowhere" / "5.part")


@pytest.mark.parametrize("lane", ["auto", "direct"])
async def test_pages_that_need_scripts_go_to_one_browser_and_say_so(
    direct: Open, tenant: Tenant, behind: Behind, lane: str
) -> None:
    pages: list[Document] = []

    async def ask(session: Session, path: str) -> None:
        pages.append(await session.open(f"{tenant.url}/{path}", until=drawn))

    async with direct(lane=lane) as session:
        await ask(session, "page")
        assert (behind.backend.launches, pages[0].handed_back) == (0, "")
        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(ask, session, "bare")
            tasks.start_soon(ask, session, "unknown")
        assert behind.backend.open_sessions == 1
    assert (behind.backend.launches, behind.backend.open_sessions) == (1, 0)
    assert sorted(one.handed_back for one in pages[1:]) == 12 * ["its scripts draw what it announces"] + [
        "over HTTP it is none of the known pages"
    ]
    assert all(one.html == DRAWN for one in pages[1:])


async def test_cookies_are_kept_fresh_both_ways(direct: Open, tenant: Tenant, behind: Behind, state: Path) -> None:
    async with direct(state=state) as session:
        await session.open(f"{tenant.url}/bare", until=drawn)
        await session.open(f"{tenant.url}/renew")
        await session.open(f"{tenant.url}/bare", until=drawn)
        assert [jar["_coupa_session"] for _, jar in behind.shown] == ["first", "renewed-2"]
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        cookies = {one.name: one.value for one in await session.cookies()}
    assert cookies["_coupa_session"] == "renewed-2"


async def test_where_http_is_refused_though_the_browser_is_signed_in_all_goes_to_the_browser(
    direct: Open, tenant: Tenant, behind: Behind, tmp_path: Path
) -> None:
    tenant.refuses = True
    async with direct() as session:
        page = await session.open(f"{tenant.url}/page", until=drawn)
        assert (page.url, behind.backend.launches) == (f"{tenant.url}/sessions/new", 0)  # first, a sign-in is due
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        page = await session.open(f"{tenant.url}/page", until=drawn)
        assert (page.html, page.handed_back) == (DRAWN, "HTTP is refused though the browser is signed in")
        asked = len(tenant.asked)
        assert (await session.open(f"{tenant.url}/other", until=drawn)).handed_back
        assert len(tenant.asked) == asked


async def test_the_lane_direct_leaves_a_refusal_a_refusal(direct: Open, tenant: Tenant, behind: Behind) -> None:
    tenant.refuses = True
    async with direct(lane="direct") as session:
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        page = await session.open(f"{tenant.url}/page", until=drawn)
    assert (page.url, page.handed_back) == (f"{tenant.url}/sessions/new", "")


async def test_a_sign_in_page_that_was_asked_for_before_the_sign_in_proves_nothing(
    direct: Open, tenant: Tenant, behind: Behind
) -> None:
    tenant.refuses = True
    pages: list[Document] = []

    async def ask() -> None:
        pages.append(await session.open(f"{tenant.url}/page", until=drawn))

    async with direct() as session:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await tenant.came.wait()
            session._is_vouched = True  # type: ignore[attr-defined]
        tenant.refuses = False
        assert (await session.open(f"{tenant.url}/page")).handed_back == ""
    assert (pages[0].handed_back, behind.backend.launches) == ("", 0)


async def test_where_http_does_not_get_through_at_first_the_browser_is_tried(
    direct: Open, tenant: Tenant, closed_port: int, tmp_path: Path, behind: Behind
) -> None:
    closed = f"http://127.0.0.1:{closed_port}"
    async with direct() as session:
        assert "refused" in (await session.open(f"{closed}/page", until=drawn)).handed_back
    async with direct() as session:
        await session.open(f"{tenant.url}/page")
        with pytest.raises(UnreachableError):
            await session.open(f"{closed}/page", until=drawn)


async def test_network_troubles_are_told_apart(
    direct: Open, tenant: Tenant, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with direct(lane="direct") as session:
        with pytest.raises(UnreachableError, match="no secure connection") as caught:
            await session.open(tenant.url.replace("http:", "https:"))
        assert caught.value.__cause__ is not None
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    async with direct(lane="direct") as session:
        with pytest.raises(UnreachableError, match="the proxy does not answer"):
            await session.open("http://tenant.invalid/page")
        assert (await session.open(f"{tenant.url}/page")).status == 200  # this machine is asked without it


async def test_a_client_certificate_that_cannot_be_used_is_named(tenant: Tenant, tmp_path: Path) -> None:
    options = BrowserOptions(client_cert=tmp_path / "mine.pem")
    backend = DirectBackend(options, DoubleBackend(lambda url, session: Document(url=url, html="")), tenant.url,
                            is_forced=False)  # fmt: skip
    with pytest.raises(SettingsError, match=r"COUPA_CLIENT_CERT=.*mine\.pem"):
        async with backend.session(Profile(name="worker-1", directory=tmp_path)):
            pass


def test_an_answer_to_a_request_before_the_sign_in_does_not_undo_it() -> None:
    jar, url = Jar("https://t.example"), "https://t.example/x"
    before = jar.version
    jar.replace([Cookie(name="s", value="signed-in", domain="t.example")])
    jar.take(url, ["s=anonymous; path=/"], version=before)
    assert jar.header(url) == "s=signed-in"
    jar.take(url, ["s=renewed; path=/"], version=jar.version)
    assert jar.header(url) == "s=renewed"


def test_a_cookie_goes_where_its_domain_path_and_scheme_say() -> None:
    jar = Jar("https://t.example")
    one = Cookie(name="a", value="1", domain="t.example", secure=True)
    jar.replace([
        one,
        Cookie(name="b", value="2", domain=".example"),
        Cookie(name="c", value="3", domain="other.example"),
        Cookie(name="d", value="4", domain="t.example", path="/orders"),
        Cookie(name="e", value="5", domain="t.example", expires_s=1.0),
    ])  # fmt: skip
    assert jar.header("https://t.example/") == "a=1; b=2"
    assert jar.header("https://t.example/orders/7") == "d=4; a=1; b=2"
    assert jar.header("https://t.example/ordersheet") == "a=1; b=2"
    assert jar.header("http://t.example/") == jar.header("https://t.example:8443/") == ""
    assert [one.name for one in jar.cookies()] == ["a", "b", "c", "d"]


def test_a_set_cookie_header_is_read_as_browsers_do() -> None:
    url = "https://t.example/a/b?c"
    header = "n=v=w; Domain=.t.example; Path=/p; Max-Age=60; Secure; HttpOnly; SameSite=strict"
    assert parse_cookie(header, url, now_s=100.0) == Cookie(
        name="n", value="v=w", domain="t.example", path="/p", expires_s=160.0, http_only=True, secure=True,
        same_site="Strict",
    )  # fmt: skip
    plain = parse_cookie("n=v; expires=Thu, 01 Jan 1970 00:01:40 GMT", url, now_s=0.0)
    assert plain == Cookie(name="n", value="v", domain="t.example", path="/a", expires_s=100.0)
    assert parse_cookie("nameless", url, now_s=0.0) is None


def test_the_user_agent_is_the_browsers_with_its_version_frozen_as_browsers_do() -> None:
    assert user_agent("msedge", "156.0.8078.79").endswith("Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0")
    assert user_agent("chromium", "156.0.8078.79").endswith("Chrome/156.0.0.0 Safari/537.36")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["playwright", "selenium"])
async def test_a_browser_that_was_opened_gives_its_user_agent_and_ends_the_session_when_it_dies(
    direct: Open, tenant: Tenant, name: str
) -> None:
    with pytest.raises(SessionLostError):
        async with direct(browser=open_backend(name, OPTIONS)) as session:
            assert not session.pids
            await session.open(f"{tenant.url}/page")
            await session.sign_in(f"{tenant.url}/page", lambda document: None, until=lambda document: True)
            await session.open(f"{tenant.url}/last")
            assert session.pids
            assert len(tenant.agents) == 2  # before, and since
            for one in processes("chromium", "chrome", "msedge"):
                with suppress(psutil.Error):  # a helper of the browser's may have ended by itself
                    if "driver" not in one.name() and not any("--type=" in word for word in one.cmdline()):
                        one.kill()
            with anyio.fail_after(3):
                await anyio.sleep_forever()
