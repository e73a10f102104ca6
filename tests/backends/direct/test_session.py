"""The direct lane on sockets, with a browser in memory behind it: where cookies go, and what goes to the browser."""

from __future__ import annotations

import hashlib
import json
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import anyio
import psutil
import pytest

from backends import open_backend
from backends.browser.chromium import BrowserOptions
from backends.direct.session import DirectBackend
from backends.fake.backend import FakeBackend
from coupa_async.domain.errors import (
    BrokenDownloadError,
    PageTimeoutError,
    SessionLostError,
    SettingsError,
    StorageError,
    UnreachableError,
)
from coupa_async.ports import Document, Profile, Session
from tests.backends.conftest import BARE, BYTES, DRAWN, OPTIONS, FallbackBrowser, Open, Tenant
from tests.contract.conftest import processes

pytestmark = pytest.mark.anyio


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
    direct: Open, tenant: Tenant, state: Path, fallback: FallbackBrowser
) -> None:
    async with direct(state=state) as session:
        await session.open(f"{tenant.url}/renew")
        await session.open(f"{tenant.url}/page")
        await session.save_state(state)
    assert tenant.asked[-1][2] == "_coupa_session=renewed-1"
    saved = json.loads(state.read_text())
    assert {item["name"]: item["value"] for item in saved["cookies"]} == {"_coupa_session": "renewed-1", "sso": "s"}
    assert saved["origins"][0]["localStorage"] == [{"name": "device", "value": "1"}]
    assert fallback.backend.launches == 0


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
        with pytest.raises(StorageError, match=r"nowhere.*(No such file|[Nn]ot found|cannot find)"):
            await session.download(f"{tenant.url}/elsewhere", tmp_path / "nowhere" / "5.part")


@pytest.mark.parametrize("lane", ["auto", "direct"])
async def test_pages_that_need_scripts_go_to_one_browser_and_say_so(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser, lane: str
) -> None:
    pages: list[Document] = []

    async def ask(session: Session, path: str) -> None:
        pages.append(await session.open(f"{tenant.url}/{path}", until=drawn))

    async with direct(lane=lane) as session:
        await ask(session, "page")
        assert (fallback.backend.launches, pages[0].fallback_reason) == (0, "")
        async with anyio.create_task_group() as tasks:
            for _ in range(12):
                tasks.start_soon(ask, session, "bare")
            tasks.start_soon(ask, session, "unknown")
        assert fallback.backend.open_sessions == 1
    assert (fallback.backend.launches, fallback.backend.open_sessions) == (1, 0)
    assert sorted(page.fallback_reason for page in pages[1:]) == 12 * ["its scripts draw what it announces"] + [
        "over HTTP it is none of the known pages"
    ]
    assert all(page.html == DRAWN for page in pages[1:])


async def test_cookies_are_kept_fresh_both_ways(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser, state: Path
) -> None:
    async with direct(state=state) as session:
        await session.open(f"{tenant.url}/bare", until=drawn)
        await session.open(f"{tenant.url}/renew")
        await session.open(f"{tenant.url}/bare", until=drawn)
        assert [jar["_coupa_session"] for _, jar in fallback.shown] == ["first", "renewed-2"]
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        cookies = {item.name: item.value for item in await session.cookies()}
    assert cookies["_coupa_session"] == "renewed-2"


async def test_where_http_is_refused_though_the_browser_is_signed_in_all_goes_to_the_browser(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser, tmp_path: Path
) -> None:
    tenant.refuses = True
    async with direct() as session:
        page = await session.open(f"{tenant.url}/page", until=drawn)
        assert (page.url, fallback.backend.launches) == (f"{tenant.url}/sessions/new", 0)  # first, a sign-in is due
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        page = await session.open(f"{tenant.url}/page", until=drawn)
        assert (page.html, page.fallback_reason) == (DRAWN, "HTTP is refused though the browser is signed in")
        asked = len(tenant.asked)
        assert (await session.open(f"{tenant.url}/other", until=drawn)).fallback_reason
        assert len(tenant.asked) == asked


async def test_the_lane_direct_leaves_a_refusal_a_refusal(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser
) -> None:
    tenant.refuses = True
    async with direct(lane="direct") as session:
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        page = await session.open(f"{tenant.url}/page", until=drawn)
    assert (page.url, page.fallback_reason) == (f"{tenant.url}/sessions/new", "")


async def test_a_sign_in_page_that_was_asked_for_before_the_sign_in_proves_nothing(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser
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
        assert (await session.open(f"{tenant.url}/page")).fallback_reason == ""
    assert (pages[0].fallback_reason, fallback.backend.launches) == ("", 0)


async def test_where_http_does_not_get_through_at_first_the_browser_is_tried(
    direct: Open, tenant: Tenant, closed_port: int, tmp_path: Path, fallback: FallbackBrowser
) -> None:
    closed = f"http://127.0.0.1:{closed_port}"
    async with direct() as session:
        assert "refused" in (await session.open(f"{closed}/page", until=drawn)).fallback_reason
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


async def test_a_connection_that_does_not_come_about_is_not_waited_for_as_long_as_a_file(
    direct: Open, tmp_path: Path
) -> None:
    with socket.socket() as full, ExitStack() as others:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):  # as many as its queue takes: the next one gets no answer
            item = others.enter_context(socket.socket())
            item.setblocking(False)
            item.connect_ex(full.getsockname())
        async with direct(lane="direct") as session:
            with anyio.fail_after((OPTIONS.page_timeout_s + OPTIONS.download_timeout_s) / 2):
                with pytest.raises(PageTimeoutError, match="ConnectTimeout"):
                    await session.download(f"http://127.0.0.1:{full.getsockname()[1]}/5", tmp_path / "5.part")


async def test_a_client_certificate_that_cannot_be_used_is_named(tenant: Tenant, tmp_path: Path) -> None:
    options = BrowserOptions(client_cert=tmp_path / "mine.pem")
    backend = DirectBackend(options, FakeBackend(lambda url, session: Document(url=url, html="")), tenant.url,
                            is_forced=False)  # fmt: skip
    with pytest.raises(SettingsError, match=r"COUPA_CLIENT_CERT=.*mine\.pem"):
        async with backend.session(Profile(name="worker-1", directory=tmp_path)):
            pass


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
            for process in processes("chromium", "chrome", "msedge"):
                with suppress(psutil.Error):  # a helper of the browser's may have ended by itself
                    if "driver" not in process.name() and not any("--type=" in word for word in process.cmdline()):
                        process.kill()
            with anyio.fail_after(3):
                await anyio.sleep_forever()
