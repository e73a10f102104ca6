"""A tab over WebDriver BiDi: the twin of ``backends.playwright.tab.Tab``, with the same methods in the same order."""

from __future__ import annotations

import json
import math
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio import to_thread
from selenium.webdriver.common.by import By

from backends.browser.chromium import ABANDONED, ANNOUNCE_S, BROKEN, NEXT_CHANGE, REDIRECTS, ResponseHead, page_error
from backends.browser.tab_pool import Spawn, way_to
from backends.selenium.answers import let_on
from backends.selenium.bidi import BidiConnection
from coupa_async.domain.errors import (
    BrokenDownloadError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    SessionLostError,
)
from coupa_async.ports import Document, Download, Fill
from coupa_async.runtime.disk_space import Room

_READINGS = 20
_PAGE = "JSON.stringify([location.href, document.documentElement ? document.documentElement.outerHTML : ''])"
# What a new navigation does to the one before it, told late; the answer to a download, too.
_ABORTED = "ERR_ABORTED"
# What a page's own scripts have made of the objects that are asked here is not seen in a sandbox.
_SANDBOX = "coupa-async"
_PARTIAL = ".crdownload"
_LOOK_S = 1.0
_LATE_S = 3.0
_numbers = count()


class Tab:
    """One tab.

    Attributes:
        context: Its browsing context, which is also its window handle.
        head: Of the last document answer that was no redirect; ``None`` if none came since the last navigation.
        answered: The addresses that answered since then, redirects included, in order.
    """

    def __init__(self, context: str, bidi: BidiConnection, spawn: Spawn) -> None:
        self.context = context
        self.head: ResponseHead | None = None
        self.answered: list[str] = []
        self._bidi = bidi
        self._spawn = spawn
        self._as_file = False
        self._name = ""
        self._error = ""
        self._arrived = anyio.Event()
        self._ended: Mapping[str, Any] | None = None
        self._begun = anyio.Event()
        self._done = anyio.Event()
        self._navigation = ""
        self._past: deque[str] = deque(maxlen=8)
        self._announced = ""
        self._is_given_up = False
        bidi.listen(context, self._take)

    @classmethod
    async def open(cls, bidi: BidiConnection, spawn: Spawn, *, context: str | None) -> Tab:
        """Open a tab, or take one over."""
        if context is None:
            context = (await bidi.command("browsingContext.create", type="tab", background=True))["context"]
        tab = cls(context, bidi, spawn)
        await bidi.command("network.addIntercept", phases=["responseStarted"], contexts=[context])
        return tab

    async def navigate(self, url: str, *, within_s: float) -> None:
        """Go to a page and wait for its DOM.

        Raises:
            PageTimeoutError: If it does not come in time.
        """
        if "#" in url:  # of the page that is shown, it would be a part, and asked of nobody
            await self._bidi.command("browsingContext.navigate", context=self.context, url="about:blank", wait="none")
        self._go(url, as_file=False)
        try:
            with anyio.fail_after(within_s):
                await self._arrived.wait()
        except TimeoutError as error:
            raise PageTimeoutError(f"{url}: no page in {within_s:.0f} s") from error
        # Chromium shows a page of its own for a bare error status; what the tenant answered is in the head.
        if self._error and (self.head is None or "ERR_HTTP_RESPONSE_CODE_FAILURE" not in self._error):
            raise page_error(self._error, url) or PageError(f"{url}: {self._error}")

    async def document(self) -> Document:
        """Read the page as it is now."""
        (shown, html), head = await self._page(), self.head
        url = head.url if head is not None and shown.startswith("chrome-error:") else shown
        return Document(
            url=url,
            html=html,
            status=head.status if head else None,
            retry_after_s=head.retry_after_s(datetime.now(UTC)) if head else None,
            via=way_to(url, self.answered),
        )

    async def fill(self, step: Fill, *, within_s: float) -> None:
        """Fill a form in and send it. Classic WebDriver, for it types as a person does."""
        driver = self._bidi.driver

        def act() -> None:
            driver.switch_to.window(self.context)
            for selector, text in step.fields:
                field = driver.find_element(By.CSS_SELECTOR, selector)
                field.clear()
                field.send_keys(text)
            if step.submit:
                driver.find_element(By.CSS_SELECTOR, step.submit).click()
            else:
                field.submit()

        await self._bidi.call("the form", act, within_s=within_s)

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""
        try:
            await self._evaluate(f"({NEXT_CHANGE})()", wait=True)
        except PageError:
            await anyio.sleep(0.05)  # a navigation took the page away; the next one is on its way

    async def ask(self) -> None:
        """Have the browser, not the page, answer anything at all."""
        await self._bidi.command("browsingContext.getTree", maxDepth=0)

    async def download(
        self, url: str, into: Path, heard: Callable[[], None], room: Room, *, files: Path | None
    ) -> Download:
        """Fetch a file; see ``ports.Session``. Not bounded in time.

        Args:
            url: The file's.
            into: Where to.
            heard: Called whenever an answer or some of its bytes came.
            room: Refuses a file that is too large, by what is announced and by what comes.
            files: Where the browser puts files; ``None`` if its disk is a Grid node's, which hands files out.
        """
        self._go(url, as_file=True)
        await self._arrived.wait()
        heard()
        head = self.head
        if self._error and not self._done.is_set() and any(name in self._error for name in BROKEN):
            raise BrokenDownloadError(f"the transfer broke off ({self._error})")
        if head is None and any(name in self._error for name in ABANDONED):
            raise BrokenDownloadError(f"the browser does not fetch it ({self._error})")
        if head is None and self._error:
            raise page_error(self._error, url) or PageError(f"{url}: {self._error}")
        if head is not None and not 200 <= head.status < 300:
            raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)), head.url)
        if head is None or head.is_page:
            shown, html = await self._page()
            raise NotAFileError(shown, html, way_to(shown, self.answered))
        await to_thread.run_sync(room.check, 0, head.length)
        with anyio.move_on_after(ANNOUNCE_S):
            await self._begun.wait()
        if not self._begun.is_set():
            raise BrokenDownloadError("the transfer broke off before the browser announced it")
        await self._end(heard, room, files)
        if self._ended is None or self._ended["status"] != "complete":
            raise BrokenDownloadError("the transfer broke off (canceled)")
        if files is None:
            # Not by the name it was given: a transfer that the browser took up again has its own.
            name = PureWindowsPath(self._ended["filepath"]).name  # reads both systems' paths
            await self._bidi.call("the Grid's file", partial(self._from_grid, name, into), within_s=math.inf)
        else:
            await to_thread.run_sync(shutil.move, self._ended["filepath"], into)
        return Download(
            path=into,
            suggested_name=head.file_name,
            size_bytes=(await anyio.Path(into).stat()).st_size,
            expected_bytes=head.length,
            via=tuple(self.answered),
        )

    async def abandon(self, files: Path | None) -> None:
        """Close a tab whose download is given up, and leave nothing of that behind."""
        self._is_given_up = True
        if self._announced and not self._done.is_set():
            await self._cancel()
        if files is not None and self._name:
            part = files / f"{self._name}{_PARTIAL}"
            await to_thread.run_sync(partial(part.unlink, missing_ok=True))
        await self._bidi.command("browsingContext.close", context=self.context)

    async def _cancel(self) -> None:
        """Have the browser end a transfer, which would go on without its tab; BiDi itself has no command for it."""
        with suppress(PageError):  # it ended meanwhile
            params = {"guid": self._announced}
            await self._bidi.command("goog:cdp.sendCommand", method="Browser.cancelDownload", params=params)

    async def _end(self, heard: Callable[[], None], room: Room, files: Path | None) -> None:
        """Wait for the end of a transfer, and say whenever its file has grown: no event tells how far it has come.

        A Grid node's files cannot be seen from here: there, only the whole time is bounded.
        """
        part, size_bytes = files / f"{self._name}{_PARTIAL}" if files is not None else None, 0
        while not self._done.is_set():
            with anyio.move_on_after(_LOOK_S):
                await self._done.wait()
            now_bytes = await to_thread.run_sync(_size_of, part) if part is not None else size_bytes + 1
            if part is not None:
                room.check_size(now_bytes)
            if now_bytes > size_bytes:
                heard()
            size_bytes = now_bytes

    def _from_grid(self, name: str, into: Path) -> None:
        """Have a Grid's managed downloads hand the file over: https://www.selenium.dev/documentation/grid/."""
        driver: Any = self._bidi.driver
        with TemporaryDirectory() as folder:  # beside `into`, a file of that name may be another's
            driver.download_file(name, folder)
            shutil.move(Path(folder) / name, into)

    def _go(self, url: str, *, as_file: bool) -> None:
        """Begin a navigation; what comes of it is told by events, so its own answer is of no interest."""
        self.head, self.answered, self._error, self._as_file, self._ended = None, [], "", as_file, None
        self._arrived, self._begun, self._done = anyio.Event(), anyio.Event(), anyio.Event()
        self._announced = ""
        self._past.append(self._navigation)
        self._navigation = ""

        arrived = self._arrived

        async def go() -> None:
            try:
                await self._bidi.navigate(self.context, url)
            except PageError as error:
                if _ABORTED in str(error):
                    await anyio.sleep(_LATE_S)  # the answer of what aborted it, such as a download, is on its way
                if arrived is self._arrived and self.head is None:
                    self._error = self._error or str(error)
                    arrived.set()

        self._spawn(go)

    async def _page(self) -> tuple[str, str]:
        for _ in range(_READINGS):
            try:
                url, html = json.loads(await self._evaluate(_PAGE, wait=False))
            except PageError:
                await self.change()  # it is on its way to another page
            else:
                return url, html
        raise PageTimeoutError("the page goes on and on to other pages")

    async def _evaluate(self, expression: str, *, wait: bool) -> Any:
        target = {"context": self.context, "sandbox": _SANDBOX}
        answer = await self._bidi.command("script.evaluate", expression=expression, target=target, awaitPromise=wait)
        if answer["type"] != "success":
            raise PageError(f"the page's script failed: {answer['exceptionDetails']['text']}")
        return answer["result"].get("value")

    def _take(self, name: str, params: Mapping[str, Any]) -> None:
        """Take note of an event, unless it is a late one of an earlier navigation."""
        navigation = params.get("navigation")
        if navigation and navigation in self._past and name != "network.responseStarted":
            return
        match name:
            case "network.responseStarted":
                self._responded(params)
            case "network.fetchError" if navigation and _ABORTED not in str(params.get("errorText")):
                self._error = str(params.get("errorText"))
            case "browsingContext.domContentLoaded" if self.head is not None:  # else it is the blank page's
                self._arrived.set()
            case "browsingContext.navigationFailed" if self._error:
                self._arrived.set()
            case "browsingContext.downloadWillBegin":
                self._announced = str(params.get("download") or "")
                if self._is_given_up and self._announced:
                    self._spawn(self._cancel)
                self._begun.set()
            case "browsingContext.downloadEnd":
                self._ended = params
                self._begun.set()
                self._done.set()

    def _responded(self, params: Mapping[str, Any]) -> None:
        """Take note of an answer to the tab itself, and let it on; a frame's on its page comes to nobody here."""
        response, navigation = params["response"], params.get("navigation")
        forced: dict[str, Any] = {}
        if navigation and navigation not in self._past and response["status"] > 0:
            self.answered.append(response["url"].partition("#")[0])
            if response["status"] not in REDIRECTS:
                forced = self._headed(navigation, response)
        self._spawn(partial(self._let_on, params, has_head=self.head is not None, **forced))

    async def _let_on(self, params: Mapping[str, Any], **how: Any) -> None:
        try:
            await let_on(self._bidi, params, **how)
        except SessionLostError:
            if not self._is_given_up:  # of a tab that we have closed, the answer is gone, and not its browser
                raise

    def _headed(self, navigation: str, response: Mapping[str, Any]) -> dict[str, Any]:
        """Take note of a head, and tell how to change it so that a file becomes a download."""
        sent = response["headers"]
        headers = {item["name"].lower(): item["value"]["value"] for item in sent}
        self._navigation = navigation
        self.head = ResponseHead(url=response["url"], status=response["status"], headers=headers)
        is_good = 200 <= response["status"] < 300
        if self._as_file and is_good and not self.head.is_page:
            kept = [item for item in sent if item["name"].lower() != "content-disposition"]
            self._name = f"download-{next(_numbers)}"  # of one name, Chromium keeps the last file
            own = f'attachment; filename="{self._name}"'
            header = {"name": "Content-Disposition", "value": {"type": "string", "value": own}}
            self._arrived.set()
            return {"headers": [*kept, header]}
        if self._as_file and not is_good:
            self._arrived.set()
        return {}


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # not begun, or ended meanwhile
