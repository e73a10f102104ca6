"""``python -m tests.benchmarks.bare_browser BACKEND STATE ORDERS FOLDER``: the limit of the browser lanes.

The pages of orders opened in one tab and read, their files fetched with the browser's cookies, and written: no engine,
no journal, no look at what came. The address is in COUPA_BASE_URL.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from backends.browser.chromium import BrowserOptions, find_browser, flags
from tests.benchmarks.servers import FIRST_KEY
from tests.benchmarks.work import Watch

_FILES = re.compile(r'data-url="([^"]*/attachment_file/[^"]*)"')
_FETCH = """const [url, done] = arguments;
fetch(url).then(answer => answer.arrayBuffer()).then(bytes => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(",")[1]);
    reader.readAsDataURL(new Blob([bytes]));
});"""


def main(backend: str, state: Path, orders: int, folder: Path) -> None:
    """Fetch everything, and print what it took as JSON."""
    with Watch() as watch:
        job = {"playwright": _with_playwright, "selenium": _with_selenium}[backend](state, orders, folder)
        next(job)
        watch.look()
        began_s, before_s = time.perf_counter(), time.process_time()
        files = sum(1 for _ in job)
        seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - before_s
        told = {"orders": orders, "files": files, "seconds": seconds, "cpu_s": cpu_s}
        told |= {"children_cpu_s": watch.children_cpu_s, "peak_mb": watch.peak_bytes / 1e6}
    print(json.dumps(told))


def _with_playwright(state: Path, orders: int, folder: Path) -> Iterator[None]:
    """Start the browser, then yield once for each file and before the first."""
    options = BrowserOptions()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=find_browser(options).path, args=flags(options)
        )
        context.set_storage_state(state)
        page = context.pages[0]
        yield
        for url in _pages(orders):
            page.goto(url, wait_until="domcontentloaded")
            for number, file in enumerate(_files(page.content())):
                (folder / f"{url.rpartition('/')[2]}-{number}").write_bytes(context.request.get(file).body())
                yield
        context.close()


def _with_selenium(state: Path, orders: int, folder: Path) -> Iterator[None]:
    """Do the same with Selenium, whose files are fetched by a script in the page."""
    options = BrowserOptions()
    chrome = webdriver.ChromeOptions()
    chrome.binary_location = str(find_browser(options).path)
    for flag in (*flags(options), "--headless=new", f"--user-data-dir={folder / 'profile'}"):
        chrome.add_argument(flag)
    driver = webdriver.Chrome(options=chrome, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Network.setCookies", {"cookies": json.loads(state.read_text())["cookies"]})
    yield
    for url in _pages(orders):
        driver.get(url)
        for number, file in enumerate(_files(driver.page_source)):
            data = driver.execute_async_script(_FETCH, file)
            (folder / f"{url.rpartition('/')[2]}-{number}").write_bytes(base64.b64decode(data))
            yield
    driver.quit()


def _pages(orders: int) -> Iterator[str]:
    return (f"{os.environ['COUPA_BASE_URL']}/order_headers/{key}" for key in range(FIRST_KEY, FIRST_KEY + orders))


def _files(html: str) -> Iterable[str]:
    return (url.replace("&amp;", "&") for url in dict.fromkeys(_FILES.findall(html)))


if __name__ == "__main__":
    name, at, count, into = sys.argv[1:]
    main(name, Path(at), int(count), Path(into))
