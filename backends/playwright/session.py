"""One browser through Playwright."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup
from playwright.async_api import BrowserContext, CDPSession, Page, PdfMargins

from backends.browser.bandwidth_shares import BandwidthShares, network_conditions
from backends.browser.chromium import BrowserOptions
from backends.browser.page_scripts import ALL_LOADED, BEGIN_PAGE, END_PAGE, NO_PRINT_DIALOG, WRITE_PAGE, pieces
from backends.browser.process_tree import Tree, watch
from backends.browser.silence import bounded_silence
from backends.browser.storage_state import read_state, replace_private
from backends.browser.tab_pool import (
    EventTasks,
    TabPool,
    navigate_until,
    no_control,
    no_other_tab,
    nothing,
    other_tabs,
)
from backends.browser.understanding import understood
from backends.playwright.errors import translated
from backends.playwright.tab import Tab
from coupa_async.domain.errors import (
    DownloadError,
    DownloadTimeoutError,
    FileTooLargeError,
    SessionLostError,
)
from coupa_async.ports import A4, Cookie, Document, Download, Fill, PageTurner, Paper, Profile, accept_any
from coupa_async.runtime.cleanup import cleanup, closing_time_s
from coupa_async.runtime.disk_space import Room

_MARGINS: PdfMargins = {"top": "10mm", "bottom": "10mm", "left": "10mm", "right": "10mm"}


class PlaywrightSession:
    """One browser."""

    def __init__(self, context: BrowserContext, tasks: TaskGroup, options: BrowserOptions) -> None:
        self._context = context
        self._tasks = tasks
        self._options = options
        self._lost = anyio.Event()
        self._idle: list[Tab] = []
        self._answers = EventTasks(tasks)
        self._shares = BandwidthShares(options.bandwidth, self._answers.spawn)
        self._pool = TabPool(self._tab)
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
        self._pool.add(await self._tab(next(iter(self._context.pages), None)))

    def end(self) -> None:
        """Answer no more browser events."""
        self._answers.end()
        self._shares.end()

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """See ``ports.Session``."""
        return await self._walk(url, until, nothing, no_other_tab)

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``."""
        return await self._walk(url, until, fill, await other_tabs(self._tabs, until), within_s)

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """See ``ports.Session``."""
        return await self._walk(url, turner, nothing, no_other_tab, control=turner.control)

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
        with translated("cookies", within_s=self._answer_s), understood("cookies"):
            return [
                Cookie(
                    name=item.get("name", ""),
                    value=item.get("value", ""),
                    domain=item.get("domain", ""),
                    path=item.get("path", "/"),
                    expires_s=expires if (expires := item.get("expires", -1)) > 0 else None,
                    http_only=item.get("httpOnly", False),
                    secure=item.get("secure", False),
                    same_site=item.get("sameSite", "Lax"),
                )
                for item in await self._context.cookies()
            ]

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        with translated("storage state", within_s=self._answer_s), understood("storage state"):
            state = await self._context.storage_state()
        await to_thread.run_sync(replace_private, path, json.dumps(state))

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await to_thread.run_sync(read_state, path)  # says of a bad one what to do
        with translated("storage state", within_s=self._answer_s):
            await self._context.set_storage_state(path)

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``."""
        if self._pool.showing(url) is None:
            await self.open(url)
        shown = self._pool.showing(url)
        assert shown is not None  # noqa: S101 - it was opened
        with translated(url, within_s=self._answer_s):
            document = await shown.document()
            write = partial(into.with_name(f"{into.name}.html").write_text, document.html, encoding="utf-8")
            await to_thread.run_sync(write)
            await shown.page.screenshot(path=into.with_name(f"{into.name}.png"))
        return document.url

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        with translated("printing", within_s=self._answer_s):
            page = await self._context.new_page()
            try:
                await page.route("**", lambda route: route.abort())
                await page.evaluate(BEGIN_PAGE)
                for piece in pieces(html):
                    await page.evaluate(WRITE_PAGE, piece)
                await page.evaluate(END_PAGE)
                await page.evaluate(ALL_LOADED)
                await page.pdf(path=into, print_background=True)
            finally:
                await cleanup("a tab", page.close, within_s=closing_time_s(self._options.close_timeout_s))

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``."""
        tab = await self._tab(block=False)
        try:
            with translated(url):
                await tab.page.add_init_script(NO_PRINT_DIALOG)
                document = await navigate_until(
                    tab, url, self._options, until=accept_any, fill=nothing, elsewhere=no_other_tab
                )
                await tab.all_loaded()
                width, height = f"{paper.width_mm}mm", f"{paper.height_mm}mm"
                with anyio.fail_after(self._answer_s):
                    await tab.page.pdf(path=into, print_background=True, margin=_MARGINS, width=width, height=height)
            return document
        finally:
            await cleanup("a tab", tab.page.close, within_s=closing_time_s(self._options.close_timeout_s))

    async def _walk(
        self,
        url: str,
        until: Callable[[Document], bool],
        fill: Callable[[Document], Fill | None],
        elsewhere: Callable[[], Awaitable[Document | None]],
        within_s: float | None = None,
        control: Callable[[], str] = no_control,
    ) -> Document:
        how: dict[str, Any] = {"fill": fill, "elsewhere": elsewhere, "within_s": within_s, "control": control}
        async with self._pool.reader(url) as tab:
            with translated(url):
                return await navigate_until(tab, url, self._options, until=until, **how)

    async def _tabs(self) -> dict[Page, str]:
        return {page: page.url for page in self._context.pages}

    async def _tab(self, page: Page | None = None, *, block: bool | None = None) -> Tab:
        with translated("a tab", within_s=self._answer_s), understood("a tab"):
            options = self._options
            tab = await Tab.open(
                self._context,
                self._answers.spawn,
                page=page,
                block=options.headless if block is None else block,
                answer_s=self._answer_s,
                targets=options.targets,
                bounds=options.bounds,
            )
            if options.bandwidth is not None:
                cdp = await self._context.new_cdp_session(tab.page)
                leave = await self._shares.add(partial(self._limit, cdp))
                tab.page.on("close", lambda _: leave())
            return tab

    async def _limit(self, cdp: CDPSession, bytes_per_s: float) -> None:
        """Let what comes into a tab, downloads included, come no faster. For as long as this session of it lasts."""
        with translated("a tab", within_s=self._answer_s):
            await cdp.send("Network.emulateNetworkConditions", network_conditions(bytes_per_s))

    def _greet(self, page: Page) -> None:
        page.on("crash", lambda _: self._lost.set())

    async def _watch(self) -> None:
        await self._lost.wait()
        raise SessionLostError("the browser is gone: its page crashed, or its connection ended")
