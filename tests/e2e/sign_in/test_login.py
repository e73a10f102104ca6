"""``login`` with a person at the window: played by a second client on the same browser's DevTools port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.e2e.conftest import Run, Site
from tests.fakes import script

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A screen that nobody sees."""
    if shutil.which("Xvfb") is None:
        pytest.skip("a window needs a screen: Xvfb (Debian: apt-get install xvfb) is not here")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield f":{process.stdout.readline().strip()}"
        process.terminate()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A browser whose DevTools port is open, so that somebody else can use its window."""
    path = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
    if path is None:
        pytest.skip("the browser that is told where to listen is Chromium, which is not here")
    return script(tmp_path / "browser", f'exec "{path}" --remote-debugging-port=0 "$@"')


class LoginWindow:
    """Where the person sits: ``login`` is running, and its window is open."""

    def __init__(self, process: anyio.abc.Process, home: Path) -> None:
        self.process = process
        self._port = home / "coupa-async" / "profiles" / "base" / "DevToolsActivePort"

    @asynccontextmanager
    async def window(self) -> AsyncIterator[BrowserContext]:
        while not self._port.is_file() or not self._port.read_text():  # noqa: ASYNC110 - another program's file
            await anyio.sleep(0.05)
        async with async_playwright() as playwright:
            port = self._port.read_text().splitlines()[0]
            other = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            yield other.contexts[0]

    async def end(self) -> tuple[int, str, str]:
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        out = b"".join([chunk async for chunk in self.process.stdout]).decode()
        err = b"".join([chunk async for chunk in self.process.stderr]).decode()
        return await self.process.wait(), out, err


@asynccontextmanager
async def login(
    site: Site, display: str, program: Path, home: Path, backend: str = "playwright"
) -> AsyncIterator[LoginWindow]:
    given = {"DISPLAY": display, "COUPA_BROWSER_PATH": str(program), "COUPA_CHANNEL": "chromium", "BACKEND": backend}
    env = {name: value for name, value in site.environment.items() if name not in ("COUPA_USERNAME", "COUPA_PASSWORD")}
    command = [sys.executable, "-m", "coupa_async", "login", "--json"]
    with anyio.fail_after(60):
        async with await anyio.open_process(command, env=env | given) as process:
            yield LoginWindow(process, home)


async def sso_page(window: BrowserContext) -> Page:
    while True:
        for page in window.pages:
            if "/sso/authorize" in page.url:
                return page
        await anyio.sleep(0.05)


async def sign_in(page: Page, site: Site) -> None:
    await page.fill("#i0116", site.where["username"])
    await page.fill("#i0118", site.where["password"])
    await page.click("#idSIButton9")


@pytest.mark.parametrize("backend", ["playwright", "selenium"])
async def test_a_person_signs_in_once_and_it_holds_until_it_is_forgotten(
    coupa: Run, site: Site, display: str, program: Path, own_settings: Path, tmp_path: Path, backend: str
) -> None:
    site.ask("sign-in", {"mode": "sso"})
    async with login(site, display, program, own_settings, backend) as opened:
        async with opened.window() as window:
            await sign_in(await sso_page(window), site)
        code, out, err = await opened.end()
    assert code == 0, err
    told = json.loads(out)
    assert (told["signed_in"], told["lasts_s"], told["tenant"]) == (True, 7200, site.where["base_url"])
    assert "2 h 00 min" in err

    broken = script(tmp_path / "broken", "exit 1")  # no browser is needed to ask over HTTP
    status = coupa("login", "--status", "--json", COUPA_BROWSER_PATH=str(broken))
    assert status.returncode == 0, status.stderr
    assert json.loads(status.stdout)["signed_in"] is True
    sheet = tmp_path / "orders.csv"
    sheet.write_text("PO\n15262984\n")
    done = coupa("run", sheet, "-o", "out", "--lane", "browser", "--no-input", COUPA_USERNAME="", COUPA_PASSWORD="")
    assert done.returncode == 0, done.stderr
    assert site.ask("log/count")["tries"] == 1

    site.ask("expire", {})
    assert coupa("login", "--status").returncode == 0  # the SSO knows the profile, and lets it in again

    forgotten = coupa("login", "--forget")
    assert forgotten.returncode == 0
    assert str(own_settings / "coupa-async" / "profiles" / "base") in forgotten.stderr
    left = {path.name for path in (own_settings / "coupa-async" / "state").iterdir()}
    assert left <= {"browser.json"}  # which browser was asked for its version, and nothing of a sign-in
    assert not (own_settings / "coupa-async" / "profiles" / "base").exists()
    after = coupa("login", "--status", "--json")
    assert (after.returncode, json.loads(after.stdout)["signed_in"]) == (3, False)


async def test_a_sign_in_that_ends_in_another_tab_counts(
    site: Site, display: str, program: Path, own_settings: Path
) -> None:
    site.ask("sign-in", {"mode": "sso"})
    async with login(site, display, program, own_settings) as opened:
        async with opened.window() as window:
            first = await sso_page(window)
            second = await window.new_page()
            await second.goto(first.url)
            await sign_in(second, site)
        code, _, err = await opened.end()
    assert code == 0, err


async def test_a_window_that_is_closed_is_no_sign_in(
    site: Site, display: str, program: Path, own_settings: Path
) -> None:
    site.ask("sign-in", {"mode": "sso"})
    async with login(site, display, program, own_settings) as opened:
        async with opened.window() as window:
            page = await sso_page(window)
            await page.close()
        code, out, err = await opened.end()
    assert (code, out) == (3, "")
    assert "window was closed" in err
    assert not (own_settings / "coupa-async" / "state").exists()


async def test_what_stands_against_a_sign_in_is_one_clear_line(coupa: Run, site: Site) -> None:
    there_is_none = coupa("login", DISPLAY="", WAYLAND_DISPLAY="")
    assert (there_is_none.returncode, len(there_is_none.stderr.splitlines())) == (2, 1)
    assert "no screen" in there_is_none.stderr
    nobody = coupa("login", "--status", COUPA_BASE_URL="http://127.0.0.1:9")
    assert (nobody.returncode, nobody.stdout, len(nobody.stderr.splitlines())) == (4, "", 1)  # no answer is no sign-out
    assert "check network" in nobody.stderr
    assert coupa("login", "--status", "--forget").returncode == 2
