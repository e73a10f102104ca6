"""A Playwright tab whose document answers are seen before the browser acts on them.

The tab's answers are paused over the DevTools protocol (``Fetch``, response stage). That shows status and headers of
pages and files alike, and lets a file be turned into a download whatever the browser would rather do with it: a PDF
shown inline never announces a download.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from playwright.async_api import BrowserContext, CDPSession, Error, Page
from playwright.async_api import TimeoutError as SlowError

from backends.browser.chromium import ABANDONED, BROKEN, REDIRECTS, ResponseHead
from backends.browser.reading import bounded_growth
from backends.browser.redirects import forbidden_redirect
from backends.browser.tab_pool import Spawn, shown_document, way_to
from backends.playwright.errors import first_line, is_gone, translated
from backends.playwright.page_reader import PageReader
from backends.playwright.raw_headers import RawHeaders
from backends.playwright.transfer import Transfer
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    BrokenDownloadError,
    ExcessivePageError,
    ForbiddenAddressError,
    NotAFileError,
    PageTimeoutError,
    RefusedDownloadError,
)
from coupa_async.domain.http.targets import Targets
from coupa_async.ports import Document, Download, Fill
from coupa_async.runtime.disk_space import Room

_HEAVY = ("Image", "Font", "Media")
_PATTERNS = [
    {"urlPattern": "*", "resourceType": "Document", "requestStage": "Response"},
    *({"urlPattern": "*", "resourceType": kind, "requestStage": "Request"} for kind in _HEAVY),
]


class Tab:
    """One tab.

    Attributes:
        page: Playwright's.
        head: Of the last document answer that was no redirect; ``None`` if none came since the last navigation.
        answered: The addresses that answered since then, redirects included, in order.
    """

    def __init__(
        self,
        page: Page,
        cdp: CDPSession,
        spawn: Spawn,
        *,
        frame: str,
        answer_s: float,
        targets: Targets | None,
        bounds: Bounds,
    ) -> None:
        self.page = page
        self.head: ResponseHead | None = None
        self.answered: list[str] = []
        self._cdp = cdp
        self._raw = RawHeaders(cdp)
        self._spawn = spawn
        self._frame = frame
        self._answer_s = answer_s
        self._as_file = False
        self._targets = targets
        self._reader = PageReader(page, cdp, frame=frame, answer_s=answer_s, bounds=bounds)
        self._forbidden: ForbiddenAddressError | None = None
        self._transfer = Transfer(spawn)
        self._tells_progress = False
        self._is_remote = page.context.browser is not None

    @classmethod
    async def open(
        cls,
        context: BrowserContext,
        spawn: Spawn,
        *,
        page: Page | None,
        block: bool,
        answer_s: float,
        targets: Targets | None,
        bounds: Bounds,
    ) -> Tab:
        """Open a tab, or take one over.

        Args:
            context: The browser.
            spawn: Starts a task of the session.
            page: A tab that is there already.
            block: Whether images, fonts and media are not loaded.
            answer_s: Seconds that any answer of the page may take.
            targets: Where a file may be fetched from; ``None`` for anywhere.
            bounds: How large a page may be.
        """
        page = page or await context.new_page()
        cdp = await context.new_cdp_session(page)
        tree = await cdp.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        tab = cls(page, cdp, spawn, frame=frame, answer_s=answer_s, targets=targets, bounds=bounds)
        tab._cdp.on("Fetch.requestPaused", tab._paused)
        page.on("download", lambda announced: tab._transfer.has_begun(announced))
        tab._cdp.on("Page.downloadProgress", lambda event: tab._transfer.has_progressed(event))
        await tab._cdp.send("Fetch.enable", {"patterns": _PATTERNS if block else _PATTERNS[:1]})
        return tab

    async def navigate(self, url: str, *, within_s: float) -> None:
        """Go to a page and wait for its DOM.

        Raises:
            PageTimeoutError: If it does not come in time.
            ExcessivePageError: If it is larger than a page may be.
        """
        await self._raw.watch(on=False)
        self._expect(as_file=False)
        try:
            # Of the page that is shown, an address with a `#` would be a part, and asked of nobody.
            if "#" in url or self._reader.is_excessive:
                await self.page.goto("about:blank", timeout=within_s * 1000)
                self._reader.is_excessive = False
            async with bounded_growth(self._reader.look):
                await self.page.goto(url, wait_until="domcontentloaded", timeout=within_s * 1000)
        except ExcessivePageError:
            await self._reader.stop()
            raise
        except SlowError as error:
            await self._reader.stop()
            raise PageTimeoutError(f"{url}: no page in {within_s:.0f} s") from error
        except Error as error:
            # Chromium shows a page of its own for a bare error status; what the tenant answered is in the head.
            if self.head is None or "ERR_HTTP_RESPONSE_CODE_FAILURE" not in error.message:
                raise

    async def document(self) -> Document:
        """Read the page as it is now."""
        shown, html = await self._reader.page()
        return shown_document(shown, html, self.head, self.answered)

    async def fill(self, step: Fill, *, within_s: float) -> None:
        """Fill a form in and send it."""
        for selector, text in step.fields:
            await self.page.fill(selector, text, timeout=within_s * 1000)
        if step.submit:
            await self.page.click(step.submit, timeout=within_s * 1000)
        else:
            await self.page.press(step.fields[-1][0], "Enter")

    async def click(self, selector: str) -> None:
        """Click an element by script; one that is not there is not clicked."""
        await self._reader.click(selector)

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""
        await self._reader.change()

    async def ask(self) -> None:
        """Check that the browser itself answers, and not only the page."""
        with translated(self.page.url, within_s=self._answer_s):
            await self._cdp.send("Browser.getVersion")

    async def download(self, url: str, into: Path, heard: Callable[[], None], room: Room) -> Download:
        """Fetch a file; see ``ports.Session``. Not bounded in time.

        Args:
            url: The file's.
            into: Where to.
            heard: Called whenever an answer or some of its bytes came.
            room: Refuses a file that is too large, by what is announced and by what comes.
        """
        await self._raw.watch(on=True)
        if not self._tells_progress:
            await self._cdp.send("Page.enable")  # which tells of each download how far it has come
            self._tells_progress = True
        self._expect(as_file=True)
        self._transfer.expect(heard, room)
        try:
            await self.page.goto(url, wait_until="commit", timeout=0)
        except Error as error:
            if is_gone(error):
                raise
            if self._forbidden is not None:
                raise self._forbidden from error
            if any(name in error.message for name in BROKEN):
                raise BrokenDownloadError(f"the transfer broke off ({first_line(error)})") from error
            if self.head is None and any(name in error.message for name in ABANDONED):
                raise BrokenDownloadError(f"the browser does not fetch it ({first_line(error)})") from error
            # A download, too, ends its navigation with an error; what the answer was is in the head.
            if self.head is None:
                raise
        head = self.head
        if head is not None and not 200 <= head.status < 300:
            raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)), head.url)
        if head is None or head.is_page:
            shown = head.url if head else self.page.url
            raise NotAFileError(shown, way_to(shown, self.answered))
        await to_thread.run_sync(room.check, 0, head.length)
        await self._transfer.finish(into, room, is_remote=self._is_remote)
        return Download(
            path=into,
            suggested_name=self._raw.file_name(head),
            size_bytes=(await anyio.Path(into).stat()).st_size,
            expected_bytes=head.length,
            via=tuple(self.answered),
        )

    async def all_loaded(self) -> None:
        """Wait until all of the page is loaded, or enough time has passed."""
        await self._reader.all_loaded()

    async def abandon(self) -> None:
        """Close a tab whose download was given up, and leave nothing of it behind."""
        await self._transfer.cancel()
        await self.page.close()

    def _expect(self, *, as_file: bool) -> None:
        """Forget what was seen; say whether a good answer that is no page is to become a download."""
        self.head, self.answered, self._as_file, self._forbidden = None, [], as_file, None
        self._transfer = Transfer(self._spawn)

    def _paused(self, event: dict[str, Any]) -> None:
        self._spawn(lambda: self._answer(event))

    async def _answer(self, event: dict[str, Any]) -> None:
        request = {"requestId": event["requestId"]}
        try:
            if "responseStatusCode" in event:
                await self._answer_response(event, request)
            elif self.head is not None and (reason := event.get("responseErrorReason")):
                # A transfer that broke off. Continued like a good one, its download now and then never ends.
                await self._cdp.send("Fetch.failRequest", {**request, "errorReason": reason})
            elif event["resourceType"] in _HEAVY:
                await self._cdp.send("Fetch.failRequest", {**request, "errorReason": "BlockedByClient"})
            else:
                await self._cdp.send("Fetch.continueRequest", request)
        except Error:
            return  # the tab has gone on to something else, or is gone: its navigation says so

    async def _answer_response(self, event: dict[str, Any], request: dict[str, Any]) -> None:
        status, sent = event["responseStatusCode"], event.get("responseHeaders", [])
        if event["frameId"] == self._frame:
            self._take(event["request"]["url"], status, sent)
            if self._as_file and self.head is not None and not self.head.is_file:
                await self._cdp.send("Fetch.failRequest", {**request, "errorReason": "Aborted"})  # its head is enough
                return
            if self._as_file and self.head is not None:
                kept = [header for header in sent if header["name"].lower() != "content-disposition"]
                forced = {"name": "Content-Disposition", "value": 'attachment; filename="file"'}
                answer = {**request, "responseCode": status, "responseHeaders": [*kept, forced]}
                await self._cdp.send("Fetch.continueResponse", answer)
                return
            if self._as_file and status in REDIRECTS and self._targets is not None:
                headers = {item["name"].lower(): item["value"] for item in sent}
                self._forbidden = await forbidden_redirect(event["request"]["url"], headers, self._targets)
                if self._forbidden is not None:
                    await self._cdp.send("Fetch.failRequest", {**request, "errorReason": "BlockedByClient"})
                    return
        await self._cdp.send("Fetch.continueRequest", request)

    def _take(self, url: str, status: int, sent: Sequence[dict[str, str]]) -> None:
        """Note an answer to the tab itself. Answers to frames do not count."""
        self.answered.append(url)
        if status not in REDIRECTS:
            self.head = ResponseHead(
                url=url, status=status, headers={header["name"].lower(): header["value"] for header in sent}
            )
