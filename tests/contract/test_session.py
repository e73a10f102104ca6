"""What every backend promises, row by row."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import stat
import sys
import time
from functools import partial
from pathlib import Path

import anyio
import psutil
import pytest

from backends.double import DoubleBackend
from coupa_async.domain.errors import (
    BrokenDownloadError,
    DownloadTimeoutError,
    NotAFileError,
    PageTimeoutError,
    RefusedDownloadError,
    SessionLostError,
    UnreachableError,
)
from coupa_async.ports import Backend, Document, Fill, Profile, Session
from tests.contract.conftest import Open, processes
from tests.contract.site import BIG_BYTES, FILES, NAMES, PDF, Site

pytestmark = [pytest.mark.anyio]


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files" / "5.part"


async def test_a_page_is_opened_with_its_url_html_and_status(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/page")
    assert (page.url, page.status, page.retry_after_s) == (f"{site.url}/page", 200, None)
    assert "<h1>page</h1>" in page.html


async def test_a_redirect_ends_where_it_leads(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert (await session.open(f"{site.url}/moved")).url == f"{site.url}/page"
        assert (await session.open(f"{site.url}/wall")).url == f"{site.url}/sessions/new"


@pytest.mark.parametrize("path", ["/busy", "/bare-busy"])
async def test_a_busy_answer_says_so_and_for_how_long(launch: Open, site: Site, path: str) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}{path}")
    assert (page.status, page.retry_after_s, page.url) == (503, 7.0, f"{site.url}{path}")


async def test_an_answer_404_is_a_page(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert (await session.open(f"{site.url}/nowhere")).status == 404


async def test_what_a_script_adds_later_is_waited_for(launch: Open, site: Site) -> None:
    def has_late(document: Document) -> bool:
        return "<p id=" in document.html and 'id="late"' in document.html.replace("id=late", 'id="late"')

    async with launch() as session:
        page = await session.open(f"{site.url}/late", until=has_late)
    assert has_late(page)


async def test_waiting_for_a_page_to_be_complete_has_an_end(launch: Open, site: Site) -> None:
    with anyio.fail_after(30):
        async with launch() as session:
            page = await session.open(f"{site.url}/page", until=lambda document: "never" in document.html)
    assert page.status == 200


async def test_nobody_listening_is_unreachable(launch: Open) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with launch() as session:
        with pytest.raises(UnreachableError, match="refused"):
            await session.open(f"http://127.0.0.1:{port}/closed")


@pytest.mark.process
async def test_a_host_without_a_name_is_told_from_a_refused_connection(launch: Open) -> None:
    async with launch() as session:
        with pytest.raises(UnreachableError, match="DNS"):
            await session.open("http://no-such-host.invalid/page")


@pytest.mark.process
async def test_a_page_that_never_comes_is_a_timeout_and_the_session_goes_on(launch: Open, site: Site) -> None:
    async with launch() as session:
        with pytest.raises(PageTimeoutError):
            await session.open(f"{site.url}/hang")
        assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.process
async def test_a_dialog_is_dismissed(launch: Open, site: Site) -> None:
    with anyio.fail_after(30):
        async with launch() as session:
            assert "after" in (await session.open(f"{site.url}/alert", until=lambda it: "after" in it.html)).html
            assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.parametrize("path", ["/plain", "/inline", "/bare", "/moved-file", "/text", "/picture", "/hostile"])
async def test_a_file_is_downloaded_whatever_a_browser_would_show(
    launch: Open, site: Site, into: Path, path: str
) -> None:
    async with launch() as session:
        download = await session.download(f"{site.url}{path}", into)
    data = into.read_bytes()
    assert download.size_bytes == download.expected_bytes == len(data)
    assert download.suggested_name == NAMES.get(path, "plain.pdf" if path == "/moved-file" else None)
    assert data == (PDF if path not in ("/text", "/picture") else data)
    assert list(into.parent.iterdir()) == [into]


async def test_an_empty_file_is_a_file_of_no_bytes(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        assert (await session.download(f"{site.url}/empty", into)).size_bytes == 0


async def test_a_page_in_place_of_a_file_is_handed_back(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/html", into)
        assert "no file" in caught.value.html
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/walled-file", into)
        assert caught.value.url == f"{site.url}/sessions/new"
    assert not into.exists()


async def test_a_refused_file_says_its_status_and_the_next_one_comes(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        for _ in range(3):
            with pytest.raises(RefusedDownloadError) as caught:
                await session.download(f"{site.url}/refused", into)
            assert caught.value.status == 500
        await session.download(f"{site.url}/plain", into)
    assert into.read_bytes() == PDF


async def test_a_transfer_that_breaks_off_is_told(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        with anyio.fail_after(30):
            with pytest.raises(BrokenDownloadError):
                await session.download(f"{site.url}/cut", into)
        await session.download(f"{site.url}/plain", into)


@pytest.mark.process
async def test_a_file_that_never_comes_is_a_timeout_and_the_session_goes_on(
    launch: Open, site: Site, into: Path
) -> None:
    async with launch() as session:
        with pytest.raises(DownloadTimeoutError):
            await session.download(f"{site.url}/hang", into)
        await session.download(f"{site.url}/plain", into)


async def test_several_files_come_side_by_side_each_to_its_place(launch: Open, site: Site, into: Path) -> None:
    paths = ["/plain", "/text", "/inline", "/picture", "/bare", "/hostile"] * 3
    async with launch() as session, anyio.create_task_group() as tasks:
        for number, path in enumerate(paths):
            job = partial(session.download, f"{site.url}{path}", into.with_name(f"{number}.part"))
            tasks.start_soon(job)
    for number, path in enumerate(paths):
        data = into.with_name(f"{number}.part").read_bytes()
        assert hashlib.sha256(data).digest() == hashlib.sha256(FILES[path].data).digest()


async def test_a_big_file_comes_whole_in_flat_memory(launch: Open, site: Site, into: Path, backend: Backend) -> None:
    before = psutil.Process().memory_info().rss
    async with launch() as session:
        download = await session.download(f"{site.url}/big", into)
    assert download.size_bytes == BIG_BYTES
    if not isinstance(backend, DoubleBackend):  # whose site is in our memory
        assert psutil.Process().memory_info().rss - before < 60e6


def fill(document: Document) -> Fill | None:
    if not document.url.endswith("/sessions/new"):
        return None
    return Fill(fields=(("#user", "ann"), ("#pw", "secret")), submit="#go")


async def sign_in(session: Session, site: Site) -> Document:
    return await session.sign_in(
        f"{site.url}/sessions/new", fill, until=lambda document: not document.url.endswith("/sessions/new")
    )


async def test_a_form_is_filled_in_and_its_cookie_told(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert "hello" in (await sign_in(session, site)).html
        cookies = {one.name: one.value for one in await session.cookies()}
    assert cookies == {"session": "secret"}


async def test_a_state_survives_the_session_and_is_private(
    backend: Backend, profile: Profile, site: Site, tmp_path: Path
) -> None:
    state = tmp_path / "state" / "state.json"
    state.parent.mkdir()
    async with backend.session(profile) as session:
        await sign_in(session, site)
        await session.save_state(state)
    if sys.platform != "win32":
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
    other = Profile(name="worker-2", directory=tmp_path / "other", state=state)
    async with backend.session(other) as session:
        assert "secret" in (await session.open(f"{site.url}/whoami")).html
    third = Profile(name="worker-3", directory=tmp_path / "third")
    async with backend.session(third) as session:
        assert "nobody" in (await session.open(f"{site.url}/whoami")).html
        await session.load_state(state)
        assert "secret" in (await session.open(f"{site.url}/whoami")).html


async def test_a_state_has_the_form_that_every_backend_reads(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await sign_in(session, site)
        await session.save_state(tmp_path / "state.json")
    (cookie,) = json.loads((tmp_path / "state.json").read_text())["cookies"]
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("session", "secret", "/")


async def test_a_snapshot_has_picture_and_html(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await session.open(f"{site.url}/page")
        await session.open(f"{site.url}/late")  # another page since
        await session.snapshot(f"{site.url}/page", tmp_path / "shot.1")
    assert "<h1>page</h1>" in (tmp_path / "shot.1.html").read_text()
    assert (tmp_path / "shot.1.png").read_bytes().startswith(b"\x89PNG")


async def test_html_is_printed_without_network(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await session.print_pdf(f"<h1>hello</h1><img src='{site.url}/picture'>", tmp_path / "p.pdf")
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF-")
    assert "/picture" not in site.hits


@pytest.mark.parametrize("step", ["launch", "open", "download"])
@pytest.mark.parametrize("after_s", [0.05, 0.4])
async def test_a_cancelled_step_leaves_nothing_behind(
    launch: Open, site: Site, into: Path, step: str, after_s: float
) -> None:
    began = time.monotonic()
    with anyio.move_on_after(after_s if step == "launch" else 30):
        async with launch() as session:
            with anyio.CancelScope() as scope:
                scope.deadline = anyio.current_time() + after_s
                if step == "open":
                    await session.open(f"{site.url}/hang")
                elif step == "download":
                    await session.download(f"{site.url}/hang", into)
                else:
                    await anyio.sleep(5)
    assert time.monotonic() - began < 20


@pytest.mark.process
@pytest.mark.parametrize("victim", ["browser", "driver"])
async def test_a_killed_process_is_noticed_at_once_while_idle(launch: Open, site: Site, victim: str) -> None:
    names = ("chromium", "chrome", "msedge") if victim == "browser" else ("node", "driver")
    with pytest.raises(SessionLostError):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            found = [one for one in processes(*names) if "driver" not in one.name() or victim == "driver"]
            main = next(one for one in found if not any("--type=" in word for word in one.cmdline()))
            main.kill()
            with anyio.fail_after(3):
                await anyio.sleep_forever()


@pytest.mark.process
@pytest.mark.parametrize("step", ["open", "download"])
async def test_a_browser_killed_in_the_middle_is_a_lost_session(
    launch: Open, site: Site, into: Path, step: str
) -> None:
    with pytest.raises(SessionLostError):
        async with launch() as session, anyio.create_task_group() as tasks:

            async def kill() -> None:
                await anyio.sleep(0.5)
                for one in processes("chromium", "chrome", "msedge"):
                    if "driver" not in one.name():
                        one.kill()

            tasks.start_soon(kill)
            with anyio.fail_after(10):
                if step == "open":
                    await session.open(f"{site.url}/hang")
                else:
                    await session.download(f"{site.url}/hang", into)


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
async def test_a_driver_that_hangs_is_given_up_and_its_processes_end(launch: Open, site: Site) -> None:
    began = time.monotonic()
    with pytest.raises((SessionLostError, PageTimeoutError, TimeoutError)):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            for one in processes("node", "chromedriver", "msedgedriver"):
                one.send_signal(signal.SIGSTOP)
            with anyio.fail_after(12):
                await session.open(f"{site.url}/page")
    assert time.monotonic() - began < 40
