"""Playwright on the Edge channel: a persistent context a profile, asyncio-native."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup
from playwright.async_api import BrowserContext, Error, Page, Playwright, ProxySettings, async_playwright

from backends.chromium import Browser, BrowserOptions, find_browser, flags
from backends.processes import Tree, children, temporary_folder, watch
from backends.proxies import proxy_login
from backends.reading import Answers, Readers, nowhere, walk
from backends.silence import bounded_silence
from backends.state import read_state, replace_private
from backends.tabs import Tab, first_line, translated
from coupa_async.domain.errors import (
    DownloadError,
    DownloadTimeoutError,
    FileTooLargeError,
    LaunchError,
    SessionLostError,
)
from coupa_async.ports import Cookie, Document, Download, Fill, Profile, Session, at_once
from coupa_async.processes import apart, child_environment
from coupa_async.room import Room
from coupa_async.scopes import cleanup, closing_time_s, plain_errors
from coupa_async.staging import temporary_files_in


def open_backend(options: BrowserOptions) -> PlaywrightBackend:
    """Make the backend."""
    return PlaywrightBackend(options)


class PlaywrightBackend:
    """Sessions through Playwright. Each has a driver of its own, so that one that hangs takes no other along."""

    name = "playwright"

    def __init__(self, options: BrowserOptions) -> None:
        self._options = options
        self._starting = anyio.Lock()

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a browser on a profile. However the block is left, no process of it stays behind.

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
        try:
            # A launch that is cancelled half way leaks the driver, so it is shielded, and bounded instead.
            with anyio.CancelScope(shield=True):
                playwright, tree = await self._start_driver(profile.record)
                context = await self._context(playwright, profile, temporary)
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
            if playwright is not None:  # also one whose browser did not start: asyncio waits for its end
                await cleanup(f"the driver of {profile.name}", playwright.stop, within_s=closing_time_s(close_s))
            end = partial(tree.end, within_s=closing_time_s(close_s), profile=profile.directory)
            await cleanup(f"the processes of {profile.name}", end, within_s=4 * close_s)

    async def _start_driver(self, record: Path | None) -> tuple[Playwright, Tree]:
        async with self._starting:
            before = children()
            try:
                with anyio.fail_after(self._options.launch_timeout_s), _apart():
                    playwright = await async_playwright().start()
            except Exception as error:  # Playwright raises a bare one when its driver ends at once
                await Tree(children() - before).end(within_s=self._options.close_timeout_s)
                raise LaunchError(f"Playwright's driver did not start: {error}") from error
            return playwright, Tree(children() - before, record)

    async def _context(self, playwright: Playwright, profile: Profile, temporary: Path) -> BrowserContext:
        if self._options.playwright_ws is None:
            return await self._launch(playwright, find_browser(self._options), profile, temporary)
        try:
            with anyio.fail_after(self._options.launch_timeout_s):
                server = await playwright.chromium.connect(self._options.playwright_ws)
                return await server.new_context(accept_downloads=True)
        except (Error, OSError, TimeoutError) as error:
            address = self._options.playwright_ws.partition("?")[0]
            raise LaunchError(f"no browser from COUPA_PLAYWRIGHT_WS={address}: {first_line(error)}") from error

    async def _launch(
        self, playwright: Playwright, browser: Browser, profile: Profile, temporary: Path
    ) -> BrowserContext:
        options = self._options
        profile.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
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
                    downloads_path=profile.directory / "downloads",
                    artifacts_dir=temporary,
                    env={**child_environment(), **temporary_files_in(temporary)},
                    proxy=_proxy(),
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    timeout=options.launch_timeout_s * 1000,
                )
        except (Error, OSError, TimeoutError) as error:
            raise LaunchError(f"{browser.path} did not start: {first_line(error)}") from error


def _proxy() -> ProxySettings | None:
    login = proxy_login()
    if login is None:
        return None  # the browser finds one by itself
    return {"server": login.server, "username": login.username, "password": login.password, "bypass": login.bypass}


@contextmanager
def _apart() -> Iterator[None]:
    """Start the driver outside our process group, so that Ctrl-C reaches only us, and without our settings.

    Playwright has no option for either.
    """
    begin = asyncio.create_subprocess_exec

    def start(program: str, *words: str, env: dict[str, str] | None = None, **how: Any) -> Any:
        return begin(program, *words, env=child_environment(env or os.environ), **how, **apart())

    asyncio.create_subprocess_exec = start  # type: ignore[assignment]
    try:
        yield
    finally:
        asyncio.create_subprocess_exec = begin


class PlaywrightSession:
    """One browser."""

    def __init__(self, context: BrowserContext, tasks: TaskGroup, options: BrowserOptions) -> None:
        self._context = context
        self._tasks = tasks
        self._options = options
        self._lost = anyio.Event()
        self._idle: list[Tab] = []
        self._answers = Answers(tasks)
        self._readers = Readers(self._tab)
        self._answer_s = options.page_timeout_s + options.close_timeout_s
        self._silence_s = 2 * options.page_timeout_s
        self.pids: Sequence[int] = ()

    async def begin(self, profile: Profile, tree: Tree) -> None:
        """Take over the first tab and the storage state."""
        self.pids = tree.pids
        self._context.on("page", self._greet)
        self._context.on("close", lambda _: self._lost.set())
        self._tasks.start_soon(self._watch, name=f"watch {profile.name}")
        self._tasks.start_soon(watch, tree, name=f"watch the processes of {profile.name}")
        if profile.state is not None and profile.state.exists():
            await self.load_state(profile.state)
        for page in self._context.pages:
            self._greet(page)
        self._readers.add(await self._tab(next(iter(self._context.pages), None)))

    def end(self) -> None:
        """Answer the browser no more."""
        self._answers.end()

    async def open(self, url: str, *, until: Callable[[Document], bool] = at_once) -> Document:
        """See ``ports.Session``."""
        return await self._walk(url, until, lambda document: None, nowhere)

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``."""
        before = set(await self._tabs())

        async def elsewhere() -> Document | None:
            others = [Document(url=shown, html="") for one, shown in (await self._tabs()).items() if one not in before]
            return next(filter(until, others), None)

        return await self._walk(url, until, fill, elsewhere, within_s)

    async def download(self, url: str, into: Path) -> Download:
        """See ``ports.Session``."""
        tab = self._idle.pop() if self._idle else await self._tab()
        with translated(url):
            try:
                with anyio.fail_after(self._options.download_timeout_s), bounded_silence(self._silence_s) as heard:
                    return await tab.download(url, into, heard, Room(into, self._options.bounds))
            except (TimeoutError, DownloadTimeoutError, FileTooLargeError) as error:
                await cleanup("a tab", tab.abandon, within_s=self._options.close_timeout_s)
                if isinstance(error, DownloadError):
                    raise
                raise DownloadTimeoutError(f"no whole file in {self._options.download_timeout_s:.0f} s") from error
            finally:
                if not tab.page.is_closed():
                    self._idle.append(tab)

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``."""
        with translated("cookies", within_s=self._answer_s):
            found = await self._context.cookies()
        return [
            Cookie(
                name=one.get("name", ""),
                value=one.get("value", ""),
                domain=one.get("domain", ""),
                path=one.get("path", "/"),
                expires_s=expires if (expires := one.get("expires", -1)) > 0 else None,
                http_only=one.get("httpOnly", False),
                secure=one.get("secure", False),
                same_site=one.get("sameSite", "Lax"),
            )
            for one in found
        ]

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        with translated("storage state", within_s=self._answer_s):
            state = await self._context.storage_state()
        await to_thread.run_sync(replace_private, path, json.dumps(state))

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await to_thread.run_sync(read_state, path)  # says of a bad one what to do
        with translated("storage state", within_s=self._answer_s):
            await self._context.set_storage_state(path)

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``."""
        if self._readers.showing(url) is None:
            await self.open(url)
        shown = self._readers.showing(url)
        assert shown is not None  # noqa: S101 - it was opened
        page = shown.page
        with translated(url, within_s=self._answer_s):
            html = await page.content()
            await to_thread.run_sync(partial(into.with_name(f"{into.name}.html").write_text, html, encoding="utf-8"))
            await page.screenshot(path=into.with_name(f"{into.name}.png"))
        return page.url

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        with translated("printing", within_s=self._answer_s):
            page = await self._context.new_page()
            try:
                await page.route("**", lambda route: route.abort())
                await page.set_content(html, wait_until="load")
                await page.pdf(path=into, print_background=True)
            finally:
                await cleanup("a tab", page.close, within_s=closing_time_s(self._options.close_timeout_s))

    async def _walk(
        self,
        url: str,
        until: Callable[[Document], bool],
        fill: Callable[[Document], Fill | None],
        elsewhere: Callable[[], Awaitable[Document | None]],
        within_s: float | None = None,
    ) -> Document:
        async with self._readers.reader(url) as tab:
            with translated(url):
                return await walk(
                    tab, url, self._options, until=until, fill=fill, elsewhere=elsewhere, within_s=within_s
                )

    async def _tabs(self) -> dict[Page, str]:
        return {page: page.url for page in self._context.pages}

    async def _tab(self, page: Page | None = None) -> Tab:
        with translated("a tab", within_s=self._answer_s):
            block, answer_s = self._options.headless, self._answer_s
            return await Tab.open(self._context, self._answers.spawn, page=page, block=block, answer_s=answer_s)

    def _greet(self, page: Page) -> None:
        page.on("crash", lambda _: self._lost.set())

    async def _watch(self) -> None:
        await self._lost.wait()
        raise SessionLostError("the browser is gone: its page crashed, or its connection ended")
