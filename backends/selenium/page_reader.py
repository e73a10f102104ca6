"""Reads the page that a tab shows over WebDriver BiDi. Twin of ``backends.playwright.page_reader``."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import anyio

from backends.browser.page_scripts import ALL_LOADED, CLICK, NEXT_CHANGE
from backends.browser.reading import READINGS, STOP_S, WORLD, page_script, read_page_answer
from backends.browser.understanding import understood
from backends.selenium.bidi import BidiConnection
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError, PageError, PageTimeoutError


class PageReader:
    """Reads a page, as far as it is no larger than a page may be.

    Attributes:
        is_excessive: Whether the latest page was larger.
    """

    def __init__(self, context: str, bidi: BidiConnection, *, bounds: Bounds) -> None:
        self.is_excessive = False
        self._context = context
        self._bidi = bidi
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
            except ExcessivePageError:
                raise
            except PageError:
                await self.change()  # it is on its way to another page
        raise PageTimeoutError("the page goes on and on to other pages")

    async def look(self) -> None:
        """Look how large the page has become; one that is on its way to another cannot be asked.

        Raises:
            ExcessivePageError: If it is larger than a page may be.
        """
        try:
            await self._read(0)
        except ExcessivePageError:
            raise
        except PageError:
            return

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""
        try:
            await self._evaluate(f"({NEXT_CHANGE})()", wait=True)
        except PageError:
            await anyio.sleep(0.05)  # a navigation took the page away; the next one is on its way

    async def click(self, selector: str) -> None:
        """Click an element by script; one that is not there is not clicked."""
        with suppress(PageError):  # the click itself may have led to another page
            await self._evaluate(f"({CLICK})({json.dumps(selector)})", wait=False)

    async def all_loaded(self) -> None:
        """Wait until all of the page is loaded, or enough time has passed."""
        await self._evaluate(f"({ALL_LOADED})()", wait=True)

    async def stop(self) -> None:
        """Let no more of the page come. BiDi has no command for that."""
        with suppress(PageError), anyio.move_on_after(STOP_S):
            found = await self._bidi.command("goog:cdp.getSession", context=self._context)
            await self._bidi.command("goog:cdp.sendCommand", method="Page.stopLoading", params={}, **found)

    async def _read(self, most: int) -> tuple[str, str]:
        answer = await self._evaluate(page_script(most), wait=False)
        try:
            return read_page_answer(answer, self._bounds)
        except ExcessivePageError:
            self.is_excessive = True
            raise

    async def _evaluate(self, expression: str, *, wait: bool) -> Any:
        target = {"context": self._context, "sandbox": WORLD}
        answer = await self._bidi.command("script.evaluate", expression=expression, target=target, awaitPromise=wait)
        with understood("the page"):
            if answer["type"] != "success":
                raise PageError(f"the page's script failed: {answer['exceptionDetails']['text']}")
            return answer["result"].get("value")
