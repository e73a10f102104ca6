"""The Selenium backend on msedgedriver: blocking calls in worker threads; downloads and statuses by BiDi events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import psutil
from anyio import to_thread
from selenium.webdriver.chromium.webdriver import ChromiumDriver
from selenium.webdriver.remote.command import Command

from backends.browser.chromium import Browser, BrowserOptions, find_browser
from backends.browser.machines import Machines, addresses_of, nothing
from backends.browser.process_tree import Tree, temporary_folder
from backends.browser.profile_folder import prepare
from backends.browser.understanding import MISUNDERSTOOD
from backends.selenium.bidi import FAULTS, BidiConnection
from backends.selenium.driver import launch_error, start
from backends.selenium.manager import find_driver
from backends.selenium.service import service_of
from backends.selenium.session import SeleniumSession
from coupa_async.domain.errors import LaunchError
from coupa_async.ports import Profile, Session
from coupa_async.runtime.cleanup import cleanup, closing_time_s, plain_errors


def open_backend(options: BrowserOptions) -> SeleniumBackend:
    """Make the backend."""
    return SeleniumBackend(options)


class SeleniumBackend:
    """Sessions through Selenium, each with a driver of its own."""

    name = "selenium"

    def __init__(self, options: BrowserOptions) -> None:
        self._options = options
        self._machines = Machines(addresses_of(options.selenium_url), options.warn)

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a browser on a profile. No process of it stays behind, however the block is left.

        Raises:
            LaunchError: If it does not start in time.
            BrowserMissingError: If there is nothing to start, or browser and driver do not fit together.
        """
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        async with temporary_folder() as temporary, self._started(profile, temporary) as session:
            yield session

    @asynccontextmanager
    async def _started(self, profile: Profile, temporary: Path) -> AsyncIterator[Session]:
        close_s = self._options.close_timeout_s
        remote = self._options.selenium_url is not None
        browser = Browser(self._options.channel, Path()) if remote else find_browser(self._options)
        service = None if remote else service_of(browser, self._options, temporary)
        tree = Tree(())
        leave: Callable[[], None] = nothing
        try:
            # A launch that is cancelled half way leaks the driver, so it is shielded, and bounded instead.
            with anyio.CancelScope(shield=True):
                driver, leave = await self._driver(browser, service, profile)
                if service is not None:
                    tree = Tree([psutil.Process(service.process.pid)], profile.record)
                    tree.look()
            bidi = BidiConnection(driver, answer_s=self._options.page_timeout_s + close_s)
            try:
                with plain_errors():
                    async with anyio.create_task_group() as tasks:
                        session = SeleniumSession(bidi, tasks, self._options)
                        try:
                            await session.begin(profile, tree)
                            yield session
                        finally:
                            session.end()
                        tasks.cancel_scope.cancel("the session is over")
            finally:
                tree.look()
                # Not `driver.quit`: it waits for its websocket, now and then for ten seconds.
                # Nor the two minutes that Selenium gives a Grid whose node is gone: our process would wait along.
                connection: Any = driver.command_executor
                connection.client_config.timeout = closing_time_s(close_s)
                ask = partial(driver.execute, Command.QUIT)
                quit_driver = partial(to_thread.run_sync, ask, abandon_on_cancel=True)
                await cleanup(f"the browser of {profile.name}", quit_driver, within_s=closing_time_s(close_s))
        finally:
            leave()
            own = getattr(service, "process", None)  # Selenium sets it when it starts the driver, if it comes so far
            if own is not None and psutil.pid_exists(own.pid):
                tree.add(psutil.Process(own.pid))
            end = partial(tree.end, within_s=closing_time_s(close_s), profile=profile.directory)
            await cleanup(f"the processes of {profile.name}", end, within_s=4 * close_s)

    async def _driver(
        self, browser: Browser, service: Any, profile: Profile
    ) -> tuple[ChromiumDriver, Callable[[], None]]:
        """Return a driver, and what to call when its browser is given back."""
        options = self._options
        if options.selenium_url is None:
            return await self._launch(browser, service, profile, options), nothing

        async def connect(address: str) -> ChromiumDriver:
            return await self._launch(browser, None, profile, replace(options, selenium_url=address))

        return await self._machines.begin(connect, within_s=options.launch_timeout_s)

    async def _launch(
        self, browser: Browser, service: Any, profile: Profile, options: BrowserOptions
    ) -> ChromiumDriver:
        await to_thread.run_sync(prepare, profile.directory)
        try:
            with anyio.fail_after(options.launch_timeout_s):
                if service is not None and not service.path:
                    service.path = await find_driver(browser, close_s=options.close_timeout_s)
                return await to_thread.run_sync(
                    partial(start, browser, service, profile, options), abandon_on_cancel=True
                )
        except TimeoutError as error:
            raise LaunchError(f"{browser.path} did not start in {options.launch_timeout_s:.0f} s") from error
        except (*FAULTS, *MISUNDERSTOOD) as error:
            raise launch_error(error, browser, options) from error
