"""``python -m tools.pictures.walk_app [FOLDER]``: pictures of the local page at work on the recorded site.

Those of ``docs/guide/app.md``; with FOLDER, each page into it, in both languages, light and dark, wide and narrow.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from backends.browser.chromium import BrowserOptions, find_browser, runs_as_root
from coupa_async.services.languages.catalogue import LANGUAGES
from fixtures.catalogue import LOAD_IDS
from tools.pictures.walk import IMAGES, recorded_site

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+")
_WIDTHS = {"wide": 1024, "narrow": 360}
_HEIGHT = 700
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_FAILED = ("PO15263000", "PO15263001", "PO15263002", "PO15262984")
_ORDERS = 60
_SITE = ("--sign-in", "none", "--latency-ms", "250", "--file-latency-ms", "150")

# Language, scheme and page of each picture of the documentation; its name, and its height in pixels.
SHOWN: dict[tuple[str, str, str], tuple[str, int]] = {
    ("en", "light", "understood"): ("app-understood", 860),
    ("pt-BR", "light", "folders"): ("app-folders", 880),
    ("en", "dark", "running"): ("app-running", 770),
    ("pt-BR", "light", "result"): ("app-result", 850),
}
Look = Callable[[str, Page], None]


def main() -> int:
    """Take the pictures.

    Returns:
        The exit code.
    """
    folder = Path(sys.argv[1]) if sys.argv[1:] else None
    with tempfile.TemporaryDirectory(prefix="walk") as home, recorded_site(*_SITE) as where, _browser() as browser:
        for language in LANGUAGES:
            with _app(Path(home) / language, where["base_url"]) as address:
                page = browser.new_context(locale=language).new_page()
                page.set_viewport_size({"width": _WIDTHS["wide"], "height": _HEIGHT})
                page.goto(address)
                page.wait_for_url(re.compile(r"/$"))
                _walk(page, Path(home) / language, _camera(language, folder))
    return 0


def _walk(page: Page, home: Path, look: Look) -> None:
    """Go from page to page."""
    base = page.url.rstrip("/")
    for name in ("", "sign-in", "orders", "settings", "help", "help/guide/folders-and-columns"):
        page.goto(f"{base}/{name}")
        expect(page.locator("main .pulse")).to_have_count(0, timeout=30_000)
        look(name.replace("/", "-") or "start", page)
    page.goto(f"{base}/orders")
    page.locator("#file").set_input_files(_sheet(home))
    expect(page.locator("h1")).to_have_text("orders.csv")
    look("understood", page)
    page.locator("a.primary").click()
    page.locator("[name=output_dir]").fill("/home/ana/Documents/orders")
    page.locator("[name=level][value=Region]").check()
    expect(page.locator("#plan")).to_contain_text("Region 1")
    look("folders", page)
    page.locator("[name=output_dir]").fill(str(home / "documents" / "orders"))
    page.locator("#choices button.primary").click()
    expect(page.locator(".meter strong")).to_have_text(re.compile(r"^[2-4]\d "), timeout=60_000)
    look("running", page)
    expect(page.locator(".cause").first).to_be_visible(timeout=120_000)
    look("result", page)
    page.locator(".number [name=number]").first.fill("PO15262985")
    page.locator(".number button").first.click()
    expect(page.locator("[name=trial]").first).to_be_attached(timeout=60_000)
    look("tried", page)
    page.goto(f"{base}/runs")
    look("runs", page)


def _camera(language: str, folder: Path | None) -> Look:
    """Return what takes a picture of a page: those that are shown, or all into a folder."""

    def show(name: str, page: Page) -> None:
        for scheme in _SCHEMES:
            if shown := SHOWN.get((language, scheme, name)):
                picture, height = shown
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                page.set_viewport_size({"width": _WIDTHS["wide"], "height": height})
                page.screenshot(path=IMAGES / f"{picture}.png")

    def keep(name: str, page: Page, into: Path) -> None:
        for scheme in _SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for words, width in _WIDTHS.items():
                page.set_viewport_size({"width": width, "height": _HEIGHT})
                page.screenshot(path=into / f"{name}-{language}-{scheme}-{words}.png", full_page=True)
        page.set_viewport_size({"width": _WIDTHS["wide"], "height": _HEIGHT})

    return partial(keep, into=folder) if folder else show


def _sheet(home: Path) -> Path:
    """Write the orders: most go well, some do not, and a row is none."""
    path = home / "orders.csv"
    numbers = (*_FAILED, *(f"PO{key}" for key in LOAD_IDS[:_ORDERS]))
    rows = (f"{number};Region {n % 3 + 1};Buyer {n % 4 + 1}" for n, number in enumerate(numbers))
    path.write_text("\n".join(("Purchase order;Region;Buyer", *rows, "total: 64;;", "")), encoding="utf-8")
    return path


@contextmanager
def _browser() -> Iterator[Browser]:
    options = ["--no-sandbox"] if runs_as_root() else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(BrowserOptions()).path, args=options)
        yield browser
        browser.close()


@contextmanager
def _app(home: Path, base_url: str) -> Iterator[str]:
    """Serve the page of somebody who has nothing yet while the block runs."""
    home.mkdir()
    own = {
        "HOME": str(home),
        "COUPA_BASE_URL": base_url,
        "COUPA_CHANNEL": "chromium",
        "COUPA_LANE": "direct",
        "COUPA_TABS": "3",
    }
    own |= {"COUPA_TABS": "3"}  # slow enough to be looked at
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("DATA", "CONFIG", "STATE")}
    command = [sys.executable, "-m", "coupa_async", "app", "--no-open"]
    environment = os.environ | own | places | {"XDG_DOCUMENTS_DIR": str(home / "documents")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=home) as process:
        assert process.stderr is not None  # noqa: S101 - a pipe, as asked for
        address = _ADDRESS.search(process.stderr.readline())
        assert address is not None, process.stderr.read()  # noqa: S101 - it says where it is first
        try:
            yield address[0]
        finally:
            process.terminate()
            process.communicate(timeout=60)


if __name__ == "__main__":
    sys.exit(main())
