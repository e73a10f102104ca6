"""A WebDriver, found and started for a browser: its service, its options, and what its failures mean. Blocking."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psutil
from selenium import webdriver
from selenium.common.exceptions import NoSuchDriverException
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.chromium.service import ChromiumService
from selenium.webdriver.chromium.webdriver import ChromiumDriver
from selenium.webdriver.common.driver_finder import DriverFinder
from selenium.webdriver.edge.service import Service as EdgeService

from backends.browser.chromium import Browser, BrowserOptions, flags
from coupa_async.domain.errors import BrowserMissingError, LaunchError
from coupa_async.ports import Profile
from coupa_async.runtime.processes import apart, child_environment, note
from coupa_async.runtime.temporary_files import temporary_files_in

# Selenium waits for each BiDi answer in steps of this; its default of 0.1 s would be most of an order's time.
_ANSWER_STEP_S = 0.005


class _NotedService(ChromiumService):
    """Records its driver before that starts its browser. After a kill in between, nobody would know of the two."""

    record: Path | None = None

    def start(self) -> None:
        super().start()
        if self.record is not None:
            note(self.record, [psutil.Process(self.process.pid)])


class _NotedEdgeService(_NotedService, EdgeService):
    pass


class _NotedChromeService(_NotedService, ChromeService):
    pass


def service_of(browser: Browser, options: BrowserOptions, temporary: Path) -> Any:
    """Find the driver: the given one, then one on PATH; else its path stays empty. It gets a temporary folder."""
    kind: Any = _NotedEdgeService if browser.channel == "msedge" else _NotedChromeService
    name = "msedgedriver" if browser.channel == "msedge" else "chromedriver"
    if options.driver_path is not None and not options.driver_path.is_file():
        raise BrowserMissingError(f"COUPA_DRIVER_PATH={options.driver_path}: there is no such file")
    path = str(options.driver_path) if options.driver_path else shutil.which(name)
    env = {**child_environment(), **temporary_files_in(temporary)}
    how = apart()
    if "creationflags" in how:
        how["creation_flags"] = how.pop("creationflags")  # Selenium's own name for it
    return kind(executable_path=path, env=env, popen_kw=how)


def driver_path(browser: Browser, service: Any, options: BrowserOptions) -> str:
    """Let Selenium Manager find or fetch the driver. Selenium's errors are raised unchanged."""
    return DriverFinder(service, _wanted(browser, options)).get_driver_path()


def launch_error(error: Exception, browser: Browser, options: BrowserOptions) -> BrowserMissingError | LaunchError:
    """Return why there is no browser: versions that do not fit, no driver, or a failed launch."""
    text = " ".join(str(getattr(error, "msg", None) or error).split("Stacktrace")[0].split())
    if options.selenium_url is not None:
        return LaunchError(f"no browser from COUPA_SELENIUM_URL={options.selenium_url}: {text[:300]}")
    if "only supports" in text:
        return BrowserMissingError(
            f"{text[:300]}: install the driver of the browser's version, or set COUPA_DRIVER_PATH"
        )
    if isinstance(error, NoSuchDriverException):
        return BrowserMissingError(f"no driver for {browser.channel}: put it on PATH, or set COUPA_DRIVER_PATH")
    return LaunchError(f"{browser.path} did not start: {text[:300]}")


def start(browser: Browser, service: Any, profile: Profile, options: BrowserOptions) -> ChromiumDriver:
    """Start the driver and its browser, here or on a Grid. Selenium's errors are raised unchanged."""
    wanted = _wanted(browser, options)
    if options.selenium_url is not None:
        wanted.enable_downloads = True
        remote: Any = webdriver.Remote(command_executor=options.selenium_url, options=wanted)
        remote.command_executor.client_config.websocket_interval = _ANSWER_STEP_S
        on_grid: ChromiumDriver = remote
        return on_grid
    wanted.add_argument(f"--user-data-dir={profile.directory}")
    service.record = profile.record
    kind: Any = webdriver.Edge if browser.channel == "msedge" else webdriver.Chrome
    driver: Any = kind(options=wanted, service=service)
    driver.command_executor.client_config.websocket_interval = _ANSWER_STEP_S
    started: ChromiumDriver = driver
    return started


def _wanted(browser: Browser, options: BrowserOptions) -> Any:
    wanted: Any = webdriver.EdgeOptions() if browser.channel == "msedge" else webdriver.ChromeOptions()
    wanted.page_load_strategy = "none"
    wanted.set_capability("webSocketUrl", True)
    # The browser answers dialogs by itself, in tabs that pages open too; one that asks before it is left is left.
    wanted.set_capability("unhandledPromptBehavior", {"default": "dismiss", "beforeUnload": "accept"})
    for flag in flags(options):
        wanted.add_argument(flag)
    if options.headless:
        wanted.add_argument("--headless=new")
    if options.selenium_url is None:
        wanted.binary_location = str(browser.path)
    return wanted
