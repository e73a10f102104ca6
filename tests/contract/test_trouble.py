"""What every backend promises when something is cancelled, killed, stopped or hangs, row by row."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coupa_async.domain.errors import (
    BrowserMissingError,
    LaunchError,
    PageError,
    PageTimeoutError,
    SessionLostError,
    SettingsError,
    UnreachableError,
)
from coupa_async.ports import Backend, Document, Fill, Profile, Session
from tests.contract.conftest import OPTIONS, Open, make, processes
from tests.contract.pages import PDF
from tests.contract.site import Site
from tests.fakes import script

pytestmark = [pytest.mark.anyio]

Step = Callable[[Session, Site, Path], Awaitable[object]]
STEPS: dict[str, Step] = {
    "launch": lambda session, site, into: anyio.sleep(5),
    "open": lambda session, site, into: session.open(f"{site.url}/hang"),
    "reading": lambda session, site, into: session.open(f"{site.url}/page", until=lambda document: False),
    "sign_in": lambda session, site, into: session.sign_in(
        f"{site.url}/hang", lambda document: None, until=lambda document: False
    ),
    "download": lambda session, site, into: session.download(f"{site.url}/hang", into),
    "cookies": lambda session, site, into: session.cookies(),
    "save_state": lambda session, site, into: session.save_state(into),
    "snapshot": lambda session, site, into: session.snapshot(f"{site.url}/page", into),
    "print_pdf": lambda session, site, into: session.print_pdf("<h1>hello</h1>", into),
}


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files" / "5.part"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after_s", [0.05, 0.4])
async def test_a_cancelled_step_leaves_nothing_behind(
    launch: Open, site: Site, into: Path, step: str, after_s: float
) -> None:
    began = time.monotonic()
    with anyio.move_on_after(after_s if step == "launch" else 30):
        async with launch() as session:
            with anyio.move_on_after(after_s) as scope:
                while True:  # a step that is too short is begun anew until it is cancelled in the middle
                    await STEPS[step](session, site, into)
                    await anyio.lowlevel.checkpoint()
            assert scope.cancelled_caught
    assert time.monotonic() - began < 20


@pytest.mark.process
@pytest.mark.parametrize("flaw", ["exit 1", "exec sleep 60"])
@pytest.mark.parametrize("channel", ["chromium", "msedge"])
async def test_a_browser_that_does_not_start_is_told_and_leaves_nothing(
    backend_name: str, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channel: str, flaw: str
) -> None:
    monkeypatch.setenv("SE_OFFLINE", "true")  # where there is no driver of that channel, Selenium Manager looks for one
    path = script(tmp_path / "browser", flaw)
    options = replace(OPTIONS, channel=channel, browser_path=path, driver_path=None, launch_timeout_s=3.0)
    with anyio.fail_after(20), pytest.raises((LaunchError, BrowserMissingError)):
        async with make(backend_name, options).session(profile):
            raise AssertionError("it started")


@pytest.mark.process
async def test_a_state_that_cannot_be_read_fails_the_launch_and_leaves_nothing(
    backend: Backend, profile: Profile, tmp_path: Path
) -> None:
    (tmp_path / "state.json").write_text('{"cookies": [')
    with pytest.raises(SettingsError, match=r"state\.json is not a storage state: delete it"):
        async with backend.session(replace(profile, state=tmp_path / "state.json")):
            raise AssertionError("it started")


async def test_an_error_of_the_caller_leaves_as_it_is_and_nothing_behind(launch: Open, site: Site) -> None:
    with pytest.raises(ZeroDivisionError):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            raise ZeroDivisionError


@pytest.mark.process
@pytest.mark.parametrize("path", ["/endless", "/endless-later"])
async def test_a_page_whose_script_never_ends_is_given_up(launch: Open, site: Site, path: str) -> None:
    with anyio.fail_after(25), pytest.raises((PageTimeoutError, SessionLostError)):
        async with launch() as session:
            await session.open(f"{site.url}{path}", until=lambda document: False)


async def test_tabs_that_a_page_opens_disturb_nobody(launch: Open, site: Site, into: Path) -> None:
    with anyio.fail_after(30):
        async with launch() as session:
            assert "tabs" in (await session.open(f"{site.url}/tabs")).html
            await session.download(f"{site.url}/plain", into)
            assert (await session.open(f"{site.url}/page")).status == 200
    assert into.read_bytes() == PDF


async def test_a_page_that_closes_its_own_tab_costs_a_session_at_most(launch: Open, site: Site) -> None:
    with anyio.fail_after(30), suppress(SessionLostError):
        async with launch() as session:
            with suppress(PageError):
                await session.open(f"{site.url}/closes", until=lambda document: False)
            assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.process
async def test_a_page_that_asks_before_it_is_left_is_left(launch: Open, site: Site) -> None:
    def fill(document: Document) -> Fill:
        return Fill(fields=(("#user", "ann"),), submit="#go")

    with anyio.fail_after(30):
        async with launch() as session:
            await session.sign_in(f"{site.url}/stays", fill, until=lambda document: "clicked</body>" in document.html)
            assert "<h1>page</h1>" in (await session.open(f"{site.url}/page")).html


@pytest.mark.process
async def test_a_form_whose_answer_the_network_does_not_carry_is_no_refusal(
    launch: Open, site: Site, free_tcp_port: int
) -> None:
    def fill(document: Document) -> Fill:
        return Fill(fields=(("#user", "ann"),), submit="#go")

    with anyio.fail_after(30):
        async with launch() as session:
            with pytest.raises(UnreachableError):
                url = f"{site.url}/leads-to?port={free_tcp_port}"
                await session.sign_in(url, fill, until=lambda document: "page" in document.html)
            assert "<h1>page</h1>" in (await session.open(f"{site.url}/page")).html


@pytest.mark.process
async def test_a_renderer_that_crashes_costs_a_session_at_most(launch: Open, site: Site) -> None:
    with anyio.fail_after(20), suppress(SessionLostError):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            with pytest.raises(PageError) as caught:
                await session.open("chrome://crash")
            assert not isinstance(caught.value, UnreachableError)
            with suppress(PageError):  # the crash may come in the middle of it
                await session.open(f"{site.url}/page")
            assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.process
@pytest.mark.parametrize("victim", ["browser", "driver"])
async def test_a_killed_process_is_noticed_at_once_while_idle(launch: Open, site: Site, victim: str) -> None:
    names = ("chromium", "chrome", "msedge") if victim == "browser" else ("node", "driver")
    with pytest.raises(SessionLostError):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            found = [process for process in processes(*names) if "driver" not in process.name() or victim == "driver"]
            main = next(item for item in found if not any("--type=" in word for word in item.cmdline()))
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
                for process in processes("chromium", "chrome", "msedge"):
                    if "driver" not in process.name():
                        process.kill()

            tasks.start_soon(kill)
            with anyio.fail_after(10):
                if step == "open":
                    await session.open(f"{site.url}/hang")
                else:
                    await session.download(f"{site.url}/hang", into)


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
async def test_a_cancelled_session_waits_for_no_browser(launch: Open, site: Site) -> None:
    with anyio.CancelScope() as scope:
        async with launch() as session:
            await session.open(f"{site.url}/page")
            for process in processes("chromium", "chrome", "msedge"):
                if "driver" not in process.name():
                    process.send_signal(signal.SIGSTOP)
            began_s = anyio.current_time()
            scope.cancel()
            await anyio.sleep_forever()
    assert anyio.current_time() - began_s < 2.0


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
async def test_a_driver_that_hangs_is_given_up_and_its_processes_end(launch: Open, site: Site) -> None:
    began = time.monotonic()
    with pytest.raises((SessionLostError, PageTimeoutError, TimeoutError)):
        async with launch() as session:
            await session.open(f"{site.url}/page")
            for process in processes("node", "chromedriver", "msedgedriver"):
                process.send_signal(signal.SIGSTOP)
            with anyio.fail_after(12):
                await session.open(f"{site.url}/page")
    assert time.monotonic() - began < 40


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
@pytest.mark.parametrize("victim", ["driver", "browser"])
async def test_closing_has_an_end_when_nobody_answers(launch: Open, site: Site, victim: str) -> None:
    names = ("node", "chromedriver", "msedgedriver") if victim == "driver" else ("chromium", "chrome", "msedge")
    async with launch() as session:
        await session.open(f"{site.url}/page")
        for process in processes(*names):
            if victim == "driver" or "driver" not in process.name():
                process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
    assert time.monotonic() - began < 8 * OPTIONS.close_timeout_s


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
@pytest.mark.parametrize("what", ["open", "load_state", "save_state", "cookies", "print_pdf"])
async def test_a_browser_that_does_not_answer_costs_its_session(
    launch: Open, site: Site, tmp_path: Path, what: str
) -> None:
    state = tmp_path / "state.json"
    with pytest.raises(SessionLostError):
        async with launch() as session:
            await session.save_state(state)
            for process in processes("chromium", "chrome", "msedge"):
                if "driver" not in process.name():
                    process.send_signal(signal.SIGSTOP)
            with anyio.move_on_after(20):
                match what:
                    case "open":
                        await session.open(f"{site.url}/page")
                    case "load_state":
                        await session.load_state(state)
                    case "save_state":
                        await session.save_state(state)
                    case "cookies":
                        await session.cookies()
                    case "print_pdf":
                        await session.print_pdf("<p>hello", tmp_path / "out.pdf")
