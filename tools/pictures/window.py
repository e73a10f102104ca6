"""The person at the window of ``login``, played on the same browser's DevTools port; and photographs of pages."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright

from backends.browser.chromium import BrowserOptions, find_browser, runs_as_root

_WITHIN_S = 60.0


@contextmanager
def display() -> Iterator[str]:
    """Have a screen that nobody sees: Xvfb."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1000x640x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe, as asked for
        try:
            yield f":{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def open_browser(path: Path) -> Path:
    """Write a program that is the browser with its DevTools port open, so that somebody else can use its window."""
    browser = find_browser(BrowserOptions()).path
    path.write_text(f'#!/bin/sh\nexec "{browser}" --remote-debugging-port=0 "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def sign_in(profile: Path, who: Mapping[str, str], picture: Path) -> None:
    """Fill in the form of the SSO in the window that is open on a profile, photograph it, and send it off."""
    with sync_playwright() as playwright:
        port = _wait_for(profile / "DevToolsActivePort").splitlines()[0]
        window = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0]
        page = _sso_page(window.pages) if window.pages else window.wait_for_event("page")
        page.wait_for_url("**/sso/authorize*")
        page.get_by_label("User").fill(who["username"])
        page.get_by_label("Password").fill(who["password"])
        page.screenshot(path=picture, clip=_around(page))
        page.get_by_role("button", name="Sign in").click(no_wait_after=True)


def photograph(path: Path, picture: Path) -> None:
    """Take a picture of a page on disk, as a browser shows it at first."""
    options = ["--no-sandbox"] if runs_as_root() else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(BrowserOptions()).path, args=options)
        page = browser.new_page(viewport={"width": 1280, "height": 920})
        page.goto(path.as_uri())
        page.screenshot(path=picture)
        browser.close()


def _sso_page(pages: list[Page]) -> Page:
    return next((page for page in pages if "/sso/" in page.url), pages[-1])


def _around(page: Page) -> FloatRect:
    """Tell where the form is, with some room around it."""
    box = page.locator("form").bounding_box()
    assert box is not None  # noqa: S101 - it was just filled in
    x, y, width, height = box["x"] - 80, box["y"] - 20, box["width"] + 160, box["height"] + 60
    return {"x": x, "y": y, "width": width, "height": height}


def _wait_for(path: Path) -> str:
    """Wait for another program's file, and for what is in it."""
    end_s = time.monotonic() + _WITHIN_S
    while not path.is_file() or not (text := path.read_text(encoding="utf-8")):
        if time.monotonic() > end_s:
            raise TimeoutError(f"{path}: no window came up")
        time.sleep(0.05)
    return text
