"""The Playwright backend: a persistent context on the Edge channel for each profile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread
from playwright.async_api import BrowserContext, Error, Playwright, ProxySettings

from backends.browser.chromium import Browser, BrowserOptions, find_browser, flags
from backends.browser.machines import Machines, addresses_of, nothing, shown_address
from backends.browser.process_tree import Tree, temporary_folder
from backends.browser.profile_folder import downloads_of, prepare
from backends.browser.proxies import proxy_login
from backends.browser.understanding import MISUNDERSTOOD
from backends.playwright.driver import start_driver
from backends.playwright.errors import first_line
from backends.playwright.session import PlaywrightSession
from coupa_async.domain.errors import (
    LaunchError,
)
from coupa_async.ports import Profile, Session
from coupa_async.runtime.cleanup import cleanup, closing_time_s, plain_errors
from coupa_async.runtime.processes import child_environment
from coupa_async.runtime.temporary_files import temporary_files_in


def open_backend(options: BrowserOptions) -> PlaywrightBackend:
    """Make the backend."""
    return PlaywrightBackend(options)


class PlaywrightBackend:
    """Sessions through Playwright. Each has a driver of its own, so that a hanging one does not harm the others."""

    name = "playwright"

    def __init__(self, options: BrowserOptions) -> None:
        self._options = options
        self._machines = Machines(addresses_of(options.playwright_ws), options.warn)

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a browser on a profile. No process of it stays behind, however the block is left.

        Raises:
            LaunchError: If it does not start in time.
            BrowserMissingError: If there is nothing to start.
        """
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        async with temporary_folder() as temporary, self._started(profile, temporary) as session:
            yield session

    @asynccontextmanager
    async def _started(self, profile: Profile, temporary: Path) -> AsyncIterator[Session]:
        close_s = self._options.close_timeout_s
        tree = Tree(())
        playwright: Playwright | None = None
        leave: Callable[[], None] = nothing
        try:
            # A launch that is cancelled half way leaks the driver, so it is shielded, and bounded instead.
            with anyio.CancelScope(shield=True):
                playwright, tree = await start_driver(self._options, profile.record)
                context, leave = await self._context(playwright, profile, temporary)
                tree.look()
            try:
                with plain_errors():
                    async with anyio.create_task_group() as tasks:
                        session = PlaywrightSession(context, tasks, self._options)
                        try:
                            await session.begin(profile, tree)
                            yield session
                        finally:
                            session.end()
                        tasks.cancel_scope.cancel("the session is over")
            finally:
                tree.look()
                await cleanup(f"the browser of {profile.name}", context.close, within_s=closing_time_s(close_s))
                if (server := context.browser) is not None:  # a persistent context is its own browser
                    await cleanup(f"the connection of {profile.name}", server.close, within_s=closing_time_s(close_s))
        finally:
            leave()
            if playwright is not None:  # also one whose browser did not start: asyncio waits for its end
                await cleanup(f"the driver of {profile.name}", playwright.stop, within_s=closing_time_s(close_s))
            end = partial(tree.end, within_s=closing_time_s(close_s), profile=profile.directory)
            await cleanup(f"the processes of {profile.name}", end, within_s=4 * close_s)

    async def _context(
        self, playwright: Playwright, profile: Profile, temporary: Path
    ) -> tuple[BrowserContext, Callable[[], None]]:
        """Return a browser, and what to call when it is given back."""
        if self._options.playwright_ws is None:
            return await self._launch(playwright, find_browser(self._options), profile, temporary), nothing

        async def connect(address: str) -> BrowserContext:
            try:
                server = await playwright.chromium.connect(address)
                return await server.new_context(accept_downloads=True)
            except (Error, OSError, *MISUNDERSTOOD) as error:
                shown = shown_address(address)
                raise LaunchError(f"no browser from COUPA_PLAYWRIGHT_WS={shown}: {first_line(error)}") from error

        return await self._machines.begin(connect, within_s=self._options.launch_timeout_s)

    async def _launch(
        self, playwright: Playwright, browser: Browser, profile: Profile, temporary: Path
    ) -> BrowserContext:
        options = self._options
        await to_thread.run_sync(prepare, profile.directory)
        try:
            with anyio.fail_after(options.launch_timeout_s + options.close_timeout_s):
                return await playwright.chromium.launch_persistent_context(
                    profile.directory,
                    channel=browser.channel,  # tells Playwright which browser it is; where it is, we know
                    executable_path=browser.path,
                    headless=options.headless,
                    no_viewport=not options.headless,  # a page as large as the window that a person sees
                    args=flags(options),
                    chromium_sandbox=None,
                    accept_downloads=True,
                    downloads_path=downloads_of(profile.directory),
                    artifacts_dir=temporary,
                    env={**child_environment(), **temporary_files_in(temporary)},
                    proxy=_proxy(),
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=options.launch_timeout_s * 1000,
                )
        except (Error, OSError, TimeoutError, *MISUNDERSTOOD) as error:
            raise LaunchError(f"{browser.path} did not start: {first_line(error)}") from error


def _proxy() -> ProxySettings | None:
    login = proxy_login()
    if login is None:
        return None  # the browser finds one by itself
    return {"server": login.server, "username": login.username, "password": login.password, "bypass": login.bypass}
