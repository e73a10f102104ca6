"""A tab over WebDriver BiDi. Twin of ``backends.playwright.tab``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from selenium.webdriver.common.by import By

from backends.browser.chromium import ABANDONED, BROKEN, REDIRECTS, ResponseHead, page_error
from backends.browser.reading import bounded_growth
from backends.browser.redirects import forbidden_redirect
from backends.browser.tab_pool import Spawn, shown_document, way_to
from backends.selenium.answers import let_on
from backends.selenium.bidi import BidiConnection
from backends.selenium.page_reader import PageReader
from backends.selenium.transfer import Transfer
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    BrokenDownloadError,
    ExcessivePageError,
    ForbiddenAddressError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    SessionLostError,
)
from coupa_async.domain.http.targets import Targets
from coupa_async.ports import Document, Download, Fill
from coupa_async.runtime.disk_space import Room

# What a new navigation does to the one before it, told late; the answer to a download, too.
_ABORTED = "ERR_ABORTED"
_LATE_S = 3.0


class Tab:
    """One tab.

    Attributes:
        context: Its browsing context, which is also its window handle.
        head: Of the last document answer that was no redirect; ``None`` if none came since the last navigation.
        answered: The addresses that answered since then, redirects included, in order.
    """

    def __init__(
        self, context: str, bidi: BidiConnection, spawn: Spawn, *, targets: Targets | None, bounds: Bounds
    ) -> None:
        self.context = context
        self.head: ResponseHead | None = None
        self.answered: list[str] = []
        self._bidi = bidi
        self._spawn = spawn
        self._as_file = False
        self._targets = targets
        self._reader = PageReader(context, bidi, bounds=bounds)
        self._forbidden: ForbiddenAddressError | None = None
        self._error = ""
        self._arrived = anyio.Event()
        self._transfer = Transfer(bidi)
        self._navigation = ""
        self._past: deque[str] = deque(maxlen=8)
        self._is_given_up = False
        bidi.listen(context, self._take)

    @classmethod
    async def open(
        cls, bidi: BidiConnection, spawn: Spawn, *, context: str | None, targets: Targets | None, bounds: Bounds
    ) -> Tab:
        """Open a tab, or take one over.

        Args:
            bidi: The browser.
            spawn: Starts a task of the session.
            context: A tab that is there already.
            targets: Where a file may be fetched from; ``None`` for anywhere.
            bounds: How large a page may be.
        """
        if context is None:
            context = (await bidi.command("browsingContext.create", type="tab", background=True))["context"]
        tab = cls(context, bidi, spawn, targets=targets, bounds=bounds)
        await bidi.command("network.addIntercept", phases=["responseStarted"], contexts=[context])
        return tab

    async def navigate(self, url: str, *, within_s: float) -> None:
        """Go to a page and wait for its DOM.

        Raises:
            PageTimeoutError: If it does not come in time.
            ExcessivePageError: If it is larger than a page may be.
        """
        # Of the page that is shown, an address with a `#` would be a part, and asked of nobody.
        if "#" in url or self._reader.is_excessive:
            await self._bidi.command("browsingContext.navigate", context=self.context, url="about:blank", wait="none")
            self._reader.is_excessive = False
        self._go(url, as_file=False)
        try:
            with anyio.fail_after(within_s):
                async with bounded_growth(self._reader.look):
                    await self._arrived.wait()
        except ExcessivePageError:
            await self._reader.stop()
            raise
        except TimeoutError as error:
            await self._reader.stop()
            raise PageTimeoutError(f"{url}: no page in {within_s:.0f} s") from error
        # Chromium shows a page of its own for a bare error status; what the tenant answered is in the head.
        if self._error and (self.head is None or "ERR_HTTP_RESPONSE_CODE_FAILURE" not in self._error):
            raise page_error(self._error, url) or PageError(f"{url}: {self._error}")

    async def document(self) -> Document:
        """Read the page as it is now."""
        shown, html = await self._reader.page()
        return shown_document(shown, html, self.head, self.answered)

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

    async def click(self, selector: str) -> None:
        """Click an element by script; one that is not there is not clicked."""
        await self._reader.click(selector)

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""
        await self._reader.change()

    async def ask(self) -> None:
        """Check that the browser itself answers, and not only the page."""
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
        if self._forbidden is not None:
            raise self._forbidden
        if self._error and not self._transfer.is_over.is_set() and any(name in self._error for name in BROKEN):
            raise BrokenDownloadError(f"the transfer broke off ({self._error})")
        if head is None and any(name in self._error for name in ABANDONED):
            raise BrokenDownloadError(f"the browser does not fetch it ({self._error})")
        if head is None and self._error:
            raise page_error(self._error, url) or PageError(f"{url}: {self._error}")
        if head is not None and not 200 <= head.status < 300:
            raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)), head.url)
        if head is None or head.is_page:
            shown = head.url if head else (await self._reader.page())[0]
            raise NotAFileError(shown, way_to(shown, self.answered))
        await to_thread.run_sync(room.check, 0, head.length)
        await self._transfer.finish(into, heard, room, files)
        return Download(
            path=into,
            suggested_name=head.file_name,
            size_bytes=(await anyio.Path(into).stat()).st_size,
            expected_bytes=head.length,
            via=tuple(self.answered),
        )

    async def all_loaded(self) -> None:
        """Wait until all of the page is loaded, or enough time has passed."""
        await self._reader.all_loaded()

    async def abandon(self, files: Path | None) -> None:
        """Close a tab whose download is given up, and leave nothing of that behind."""
        self._is_given_up = True
        await self._transfer.cancel()
        await self._transfer.remove_part(files)
        await self._bidi.command("browsingContext.close", context=self.context)

    def _go(self, url: str, *, as_file: bool) -> None:
        """Begin a navigation; what comes of it is told by events, so its own answer is of no interest."""
        self.head, self.answered, self._error, self._as_file = None, [], "", as_file
        self._forbidden = None
        self._arrived, self._transfer = anyio.Event(), Transfer(self._bidi)
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
                self._transfer.has_begun(params)
                if self._is_given_up:
                    self._spawn(self._transfer.cancel)
            case "browsingContext.downloadEnd":
                self._transfer.has_ended(params)

    def _responded(self, params: Mapping[str, Any]) -> None:
        """Take note of an answer to the tab itself, and let it on; a frame's on its page comes to nobody here."""
        response, navigation = params["response"], params.get("navigation")
        forced: dict[str, Any] = {}
        if navigation and navigation not in self._past and response["status"] > 0:
            self.answered.append(response["url"].partition("#")[0])
            if response["status"] not in REDIRECTS:
                forced = self._headed(navigation, response)
                if self._as_file and not forced:
                    self._spawn(partial(self._refuse, params))
                    return
        self._spawn(partial(self._let_on, params, has_head=self.head is not None, **forced))

    async def _refuse(self, params: Mapping[str, Any]) -> None:
        """Let nothing more of an answer come: its head is enough."""
        try:
            await self._bidi.command("network.failRequest", request=params["request"]["request"])
        except PageError:
            return  # its tab has gone on to something else
        except SessionLostError:
            if not self._is_given_up:
                raise

    async def _let_on(self, params: Mapping[str, Any], **how: Any) -> None:
        response = params["response"]
        try:
            if self._as_file and response["status"] in REDIRECTS and self._targets is not None:
                headers = {item["name"].lower(): item["value"]["value"] for item in response["headers"]}
                self._forbidden = await forbidden_redirect(response["url"], headers, self._targets)
                if self._forbidden is not None:
                    await self._refuse(params)
                    return  # the navigation itself ends with an error, and so arrives
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
        if self._as_file:
            self._arrived.set()
        if self._as_file and self.head.is_file:
            kept = [item for item in sent if item["name"].lower() != "content-disposition"]
            own = f'attachment; filename="{self._transfer.name_file()}"'
            header = {"name": "Content-Disposition", "value": {"type": "string", "value": own}}
            return {"headers": [*kept, header]}
        return {}
