"""Reads the page that a Playwright tab shows. Twin of ``backends.selenium.page_reader``."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

import anyio
from playwright.async_api import CDPSession, Error, Page

from backends.browser.page_scripts import ALL_LOADED, CLICK, NEXT_CHANGE
from backends.browser.reading import READINGS, STOP_S, WORLD, page_script, read_page_answer
from backends.browser.understanding import understood
from backends.playwright.errors import is_gone
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError, PageTimeoutError, SessionLostError

T = TypeVar("T")


class PageReader:
    """Reads a page, as far as it is no larger than a page may be.

    Attributes:
        is_excessive: Whether the latest page was larger.
    """

    def __init__(self, page: Page, cdp: CDPSession, *, frame: str, answer_s: float, bounds: Bounds) -> None:
        self.is_excessive = False
        self._page = page
        self._cdp = cdp
        self._frame = frame
        self._answer_s = answer_s
        self._bounds = bounds

    async def page(self) -> tuple[str, str]:
        """Return the page's address and its HTML as they are now.

        Raises:
            ExcessivePageError: If it is larger than a page may be.
            PageTimeoutError: If it never stays.
        """
        for _ in range(READINGS):
            try:
                return await self._read(self._bounds.page_bytes)
            except Error as error:
                if is_gone(error):
                    raise
                await self.change()  # it is on its way to another page
        raise PageTimeoutError(f"{self._page.url}: the page goes on and on to other pages")

    async def look(self) -> None:
        """Look how large the page has become; one that is on its way to another cannot be asked.

        Raises:
            ExcessivePageError: If it is larger than a page may be.
        """
        with suppress(Error):
            await self._read(0)

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""
        try:
            await self._await_answer(self._page.evaluate(NEXT_CHANGE))
        except Error as error:
            if is_gone(error):
                raise
            await self._page.wait_for_load_state("domcontentloaded")  # a navigation took the page away

    async def click(self, selector: str) -> None:
        """Click an element by script; one that is not there is not clicked."""
        try:
            await self._await_answer(self._page.evaluate(CLICK, selector))
        except Error as error:  # the click itself may have led to another page
            if is_gone(error):
                raise

    async def all_loaded(self) -> None:
        """Wait until all of the page is loaded, or enough time has passed."""
        await self._await_answer(self._page.evaluate(ALL_LOADED))

    async def stop(self) -> None:
        """Let no more of the page come."""
        with suppress(Error), anyio.move_on_after(STOP_S):
            await self._cdp.send("Page.stopLoading")

    async def _read(self, most: int) -> tuple[str, str]:
        answer = await self._await_answer(self._evaluate(page_script(most)))
        try:
            return read_page_answer(answer, self._bounds)
        except ExcessivePageError:
            self.is_excessive = True
            raise

    async def _evaluate(self, expression: str) -> Any:
        with understood("the page"):
            world = await self._cdp.send("Page.createIsolatedWorld", {"frameId": self._frame, "worldName": WORLD})
            asked = {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True}
            answer = await self._cdp.send("Runtime.evaluate", asked)
            if "exceptionDetails" in answer:
                raise Error(f"the page's script failed: {answer['exceptionDetails']['text']}")
            return answer["result"].get("value")

    async def _await_answer(self, answer: Awaitable[T]) -> T:
        """Wait for an answer of the page's own; one whose script never ends gives none."""
        try:
            with anyio.fail_after(self._answer_s):
                return await answer
        except TimeoutError as error:
            raise SessionLostError(f"{self._page.url}: the page does not answer") from error
