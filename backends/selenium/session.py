"""One browser through Selenium."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from backends.browser.bandwidth_shares import BandwidthShares, network_conditions
from backends.browser.chromium import BrowserOptions
from backends.browser.page_scripts import ALL_LOADED, BEGIN_PAGE, END_PAGE, NO_PRINT_DIALOG, WRITE_PAGE, pieces
from backends.browser.process_tree import Tree, watch
from backends.browser.profile_folder import downloads_of
from backends.browser.silence import bounded_silence
from backends.browser.storage_state import read_state, write_state
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
from backends.selenium.answers import let_on
from backends.selenium.bidi import BidiConnection
from backends.selenium.tab import Tab
from coupa_async.domain.errors import DownloadError, DownloadTimeoutError, FileTooLargeError
from coupa_async.ports import A4, Cookie, Document, Download, Fill, PageTurner, Paper, Profile, accept_any
from coupa_async.runtime.cleanup import cleanup, closing_time_s
from coupa_async.runtime.disk_space import Room


class SeleniumSession:
    """One browser."""

    def __init__(self, bidi: BidiConnection, tasks: TaskGroup, options: BrowserOptions) -> None:
        self._bidi = bidi
        self._tasks = tasks
        self._options = options
        self._idle: list[Tab] = []
        self._answers = EventTasks(tasks)
        self._shares = BandwidthShares(options.bandwidth, self._answers.spawn)
        self._leave: dict[str, Callable[[], None]] = {}
        self._pool = TabPool(self._tab)
        self._silence_s = 2 * options.page_timeout_s
        self._files: Path | None = None
        self.pids: Sequence[int] = ()

    async def begin(self, profile: Profile, tree: Tree) -> None:
        """Take over the first tab and the storage state."""
        self.pids = tree.pids
        if self._options.selenium_url is None:
            self._tasks.start_soon(watch, tree, name=f"watch the processes of {profile.name}")
        self._bidi.listen_elsewhere(self._let_on)
        await self._bidi.begin()
        if self._options.selenium_url is None:  # a Grid has set its own folder, which it hands files out of
            self._files = downloads_of(profile.directory)
            behavior = {"type": "allowed", "destinationFolder": str(self._files)}
            await self._bidi.command("browser.setDownloadBehavior", downloadBehavior=behavior)
        if profile.state is not None and profile.state.exists():
            await self.load_state(profile.state)
        first = next(iter(await self._tabs()), None)
        self._pool.add(await self._tab(first))

    def end(self) -> None:
        """Answer no more browser events."""
        self._answers.end()
        self._shares.end()
        self._bidi.end()

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
        is_fit = True
        try:
            with anyio.fail_after(self._options.download_timeout_s), bounded_silence(self._silence_s) as heard:
                room = Room(into, self._options.bounds)
                return await tab.download(url, into, heard, room, files=self._files)
        except (TimeoutError, DownloadTimeoutError, FileTooLargeError) as error:
            is_fit = False
            await cleanup("a tab", partial(tab.abandon, self._files), within_s=self._options.close_timeout_s)
            if isinstance(error, DownloadError):
                raise
            raise DownloadTimeoutError(f"no whole file in {self._options.download_timeout_s:.0f} s") from error
        finally:
            if is_fit:
                self._idle.append(tab)

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``."""
        found = await self._bidi.command("storage.getCookies")
        with understood("cookies"):
            return [_cookie(item) for item in found["cookies"]]

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await to_thread.run_sync(write_state, path, await self.cookies())

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await self._bidi.command("storage.deleteCookies")
        for item in await to_thread.run_sync(read_state, path):
            cookie: dict[str, Any] = {
                "name": item.name,
                "value": {"type": "string", "value": item.value},
                "domain": item.domain,
                "path": item.path,
                "httpOnly": item.http_only,
                "secure": item.secure,
                "sameSite": item.same_site.lower(),
            }
            if item.expires_s is not None:
                cookie["expiry"] = int(item.expires_s)
            await self._bidi.command("storage.setCookie", cookie=cookie)

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``."""
        if self._pool.showing(url) is None:
            await self.open(url)
        tab = self._pool.showing(url)
        assert tab is not None  # noqa: S101 - it was opened
        document = await tab.document()
        shot = await self._bidi.command("browsingContext.captureScreenshot", context=tab.context)
        await anyio.Path(into.with_name(f"{into.name}.html")).write_text(document.html, encoding="utf-8")
        await anyio.Path(into.with_name(f"{into.name}.png")).write_bytes(base64.b64decode(shot["data"]))
        return document.url

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        context = (await self._bidi.command("browsingContext.create", type="tab", background=True))["context"]
        try:
            await self._bidi.command("network.addIntercept", phases=["beforeRequestSent"], contexts=[context])
            await self._call(context, BEGIN_PAGE)
            for piece in pieces(html):
                await self._call(context, WRITE_PAGE, piece)
            await self._call(context, END_PAGE)
            await self._call(context, ALL_LOADED)
            await self._print(context, into)
        finally:
            close = partial(self._bidi.command, "browsingContext.close", context=context)
            await cleanup("a tab", close, within_s=closing_time_s(self._options.close_timeout_s))

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``."""
        tab = await self._tab()
        try:
            quiet = f"() => {{ {NO_PRINT_DIALOG} }}"
            await self._bidi.command("script.addPreloadScript", functionDeclaration=quiet, contexts=[tab.context])
            document = await navigate_until(
                tab, url, self._options, until=accept_any, fill=nothing, elsewhere=no_other_tab
            )
            await tab.all_loaded()
            page = {"width": paper.width_mm / 10, "height": paper.height_mm / 10}  # in centimetres
            await self._print(tab.context, into, page=page)
            return document
        finally:
            self._leave.pop(tab.context)()
            close = partial(self._bidi.command, "browsingContext.close", context=tab.context)
            await cleanup("a tab", close, within_s=closing_time_s(self._options.close_timeout_s))

    async def _call(self, context: str, function: str, *texts: str) -> None:
        """Call a function in a page, with texts; of its scripts' objects none is handed over."""
        target, arguments = {"context": context}, [{"type": "string", "value": text} for text in texts]
        call = {"functionDeclaration": function, "arguments": arguments, "target": target, "awaitPromise": True}
        await self._bidi.command("script.callFunction", **call)

    async def _print(self, context: str, into: Path, **how: Any) -> None:
        printed = await self._bidi.command("browsingContext.print", context=context, background=True, **how)
        await anyio.Path(into).write_bytes(base64.b64decode(printed["data"]))

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
            return await navigate_until(tab, url, self._options, until=until, **how)

    def _let_on(self, name: str, params: Mapping[str, Any]) -> None:
        """Let answers for a page's frames go on: they wait for us as a tab's own answers do."""
        if name == "network.responseStarted":
            self._answers.spawn(partial(let_on, self._bidi, params, has_head=True))

    async def _tab(self, context: str | None = None) -> Tab:
        targets, bounds = self._options.targets, self._options.bounds
        with understood("a tab"):
            tab = await Tab.open(self._bidi, self._answers.spawn, context=context, targets=targets, bounds=bounds)
        self._leave[tab.context] = await self._shares.add(partial(self._limit, tab.context))
        return tab

    async def _limit(self, context: str, bytes_per_s: float) -> None:
        """Let what comes into a tab, downloads included, come no faster. BiDi has no command for that."""
        session = (await self._bidi.command("goog:cdp.getSession", context=context))["session"]
        how = {"method": "Network.emulateNetworkConditions", "params": network_conditions(bytes_per_s)}
        await self._bidi.command("goog:cdp.sendCommand", session=session, **how)

    async def _tabs(self) -> dict[str, str]:
        tree = await self._bidi.command("browsingContext.getTree", maxDepth=0)
        with understood("tabs"):
            return {item["context"]: item["url"] for item in tree["contexts"]}


def _cookie(item: dict[str, Any]) -> Cookie:
    return Cookie(
        name=item["name"],
        value=_text(item["value"]),
        domain=item["domain"],
        path=item["path"],
        expires_s=item.get("expiry"),
        http_only=item["httpOnly"],
        secure=item["secure"],
        same_site=_same_site(item),
    )


def _same_site(cookie: dict[str, Any]) -> str:
    """Return a cookie's SameSite. BiDi says ``none`` if it has none, which the browser treats as ``Lax``."""
    name = str(cookie.get("sameSite", "lax"))
    return "Lax" if name == "none" and not cookie["secure"] else name.capitalize()


def _text(value: dict[str, str]) -> str:
    return value["value"] if value["type"] == "string" else base64.b64decode(value["value"]).decode(errors="replace")
