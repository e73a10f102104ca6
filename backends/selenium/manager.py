"""Lets Selenium Manager find or fetch a driver, in a process that knows none of our settings.

Selenium starts it with all that its own process knows, so that is a process of its own: it prints the driver's path.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import anyio
import psutil
from selenium.common.exceptions import NoSuchDriverException
from selenium.webdriver.common.driver_finder import DriverFinder

from backends.browser.chromium import Browser, BrowserOptions
from backends.browser.process_tree import Tree
from backends.selenium.driver import wanted
from backends.selenium.service import service_of
from coupa_async.runtime.cleanup import cleanup
from coupa_async.runtime.isolated import module_command, module_environment
from coupa_async.runtime.processes import apart


async def find_driver(browser: Browser, *, close_s: float) -> str:
    """Return the path of the driver that fits a browser.

    Args:
        browser: The browser.
        close_s: Seconds for each step of ending Selenium Manager, which may hang.

    Raises:
        NoSuchDriverException: If there is none.
    """
    words = module_command(__name__, [browser.channel, str(browser.path)])
    async with await anyio.open_process(
        words, env=module_environment(), stderr=subprocess.DEVNULL, **apart()
    ) as process:
        tree = Tree([psutil.Process(process.pid)])
        assert process.stdout is not None  # noqa: S101 - a pipe unless told otherwise
        try:
            said = b"".join([part async for part in process.stdout])
        finally:
            await cleanup("Selenium Manager", partial(tree.end, within_s=close_s), within_s=4 * close_s)
    if not said:
        raise NoSuchDriverException(f"Selenium Manager found no driver for {browser.channel}")
    return said.decode("utf-8")


def _main(channel: str, path: str) -> int:
    browser, options = Browser(channel, Path(path)), BrowserOptions(channel=channel, browser_path=Path(path))
    try:
        found = DriverFinder(service_of(browser, options, Path()), wanted(browser, options)).get_driver_path()
    except NoSuchDriverException:
        return 1
    sys.stdout.buffer.write(found.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
