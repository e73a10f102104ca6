"""A WebDriver, found and started for a browser: its options, and what its failures mean. Blocking."""

from __future__ import annotations

from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchDriverException
from selenium.webdriver.chromium.webdriver import ChromiumDriver

from backends.browser.chromium import Browser, BrowserOptions, flags
from coupa_async.domain.errors import BrowserMissingError, LaunchError
from coupa_async.ports import Profile

# Selenium waits for each BiDi answer in steps of this; its default of 0.1 s would be most of an order's time.
_ANSWER_STEP_S = 0.005


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
    capabilities = wanted(browser, options)
    if options.selenium_url is not None:
        capabilities.enable_downloads = True
        remote: Any = webdriver.Remote(command_executor=options.selenium_url, options=capabilities)
        remote.command_executor.client_config.websocket_interval = _ANSWER_STEP_S
        on_grid: ChromiumDriver = remote
        return on_grid
    capabilities.add_argument(f"--user-data-dir={profile.directory}")
    service.record = profile.record
    kind: Any = webdriver.Edge if browser.channel == "msedge" else webdriver.Chrome
    driver: Any = kind(options=capabilities, service=service)
    driver.command_executor.client_config.websocket_interval = _ANSWER_STEP_S
    started: ChromiumDriver = driver
    return started


def wanted(browser: Browser, options: BrowserOptions) -> Any:
    """Return what is asked of the driver: which browser, and how it is to be."""
    capabilities: Any = webdriver.EdgeOptions() if browser.channel == "msedge" else webdriver.ChromeOptions()
    capabilities.page_load_strategy = "none"
    capabilities.set_capability("webSocketUrl", True)
    # The browser answers dialogs by itself, in tabs that pages open too; one that asks before it is left is left.
    capabilities.set_capability("unhandledPromptBehavior", {"default": "dismiss", "beforeUnload": "accept"})
    for flag in flags(options):
        capabilities.add_argument(flag)
    if options.headless:
        capabilities.add_argument("--headless=new")
    if options.selenium_url is None:
        capabilities.binary_location = str(browser.path)
        capabilities.add_argument("--remote-debugging-pipe")  # to its driver; every user of the machine reaches a port
    return capabilities
