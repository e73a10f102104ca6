"""The quick starts, typed word by word in a fresh home folder, at a tenant with an SSO, by a person at a terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.abc
import pytest

from fixtures.workbook import write_load
from tests.docs.blocks import ROOT, commands
from tests.e2e.conftest import Site
from tests.e2e.sign_in.test_login import LoginWindow, sign_in, sso_page
from tests.fakes import script

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.anyio]


@dataclass
class Typed:
    """A command at a terminal."""

    process: anyio.abc.Process
    terminal: int
    text: str = ""

    async def until(self, wanted: str) -> None:
        """Read until something stands on the screen."""
        while wanted not in " ".join(self.text.split()):
            assert await self._read(), self.text

    def answer(self, text: str) -> None:
        os.write(self.terminal, f"{text}\n".encode())

    async def end(self) -> int:
        while await self._read():
            pass
        return await self.process.wait()

    async def _read(self) -> bool:
        await anyio.wait_readable(self.terminal)
        try:
            data = os.read(self.terminal, 4096)
        except OSError:  # nobody has the other end any more
            return False
        self.text += data.decode(errors="replace")
        return bool(data)


class Person:
    """Somebody in a folder with a spreadsheet, and nothing set but a language and a browser."""

    def __init__(self, home: Path, language: str) -> None:
        found = os.environ.get("COUPA_BROWSER_PATH") or shutil.which("chromium")
        if found is None:
            pytest.skip("the browser that is told where to listen is Chromium, which is not here")
        # Without a window, so that no screen is needed; with a port, at which the person sits.
        browser = script(home / "browser", f'exec "{found}" --headless --remote-debugging-port=0 "$@"')
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUPA_", "XDG_"))}
        own = {"HOME": str(home), "LANG": language, "DISPLAY": ":99", "BROWSER": "true", "TERM": "dumb"}
        self.environment = kept | own | {"COUPA_BROWSER_PATH": str(browser), "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        self.home = home

    @asynccontextmanager
    async def types(self, *words: str) -> AsyncIterator[Typed]:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "coupa_async", *words]
        streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        async with await anyio.open_process(command, cwd=self.home, env=self.environment, **streams) as process:
            os.close(theirs)
            typed = Typed(process, ours)
            with anyio.move_on_after(60) as patience:
                yield typed
            if patience.cancelled_caught:
                process.kill()
                pytest.fail(f"{words}: {typed.text}")
        os.close(ours)

    async def signs_in(self, site: Site, typed: Typed) -> None:
        async with LoginWindow(typed.process, self.home / ".local" / "share").window() as window:
            await sign_in(await sso_page(window), site)


def _typed_on(page: str) -> list[tuple[str, ...]]:
    """Return the program's own commands on a page, in their order."""
    found = [item.words for item in commands() if item.page == ROOT / page and item.words[:1] == ("coupa-async",)]
    return [words[1:] for words in found if words[1] not in ("demo", "--version")]


@pytest.mark.parametrize(
    ("page", "language", "at_once"),
    [("README.md", "C.UTF-8", True), ("docs/inicio-rapido.md", "pt_BR.UTF-8", False)],
    ids=["English, signed in by setup", "Portuguese, signed in by login"],
)
async def test_a_quick_start_does_what_it_says_word_by_word(
    site: Site, tmp_path: Path, page: str, language: str, at_once: bool
) -> None:
    site.ask("sign-in", {"mode": "sso"})
    write_load(tmp_path / "orders.xlsx", 3)
    person = Person(tmp_path, language)
    typed_on_page = _typed_on(page)
    assert [words[0] for words in typed_on_page][:2] == ["setup", "doctor"]
    for words in typed_on_page:
        async with person.types(*words) as typed:
            if words == ("setup",):
                await typed.until("TENANT.coupahost.com")
                typed.answer(f"{site.where['base_url']}/order_headers/15262984")
                await typed.until("/n] (")
                typed.answer("" if at_once else "n")
            if words == ("login",) or (words == ("setup",) and at_once):
                await person.signs_in(site, typed)
            if words[0] == "run":
                await typed.until("/n] (")
                typed.answer("n")
            code = await typed.end()
        is_signed_out = not at_once and words[0] in ("setup", "doctor")
        assert code == (3 if is_signed_out else 0), typed.text
        assert "Traceback" not in typed.text
    assert len(list((tmp_path / "out").glob("*/PO*_COMPLETED"))) == 3
