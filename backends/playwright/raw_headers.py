"""The Content-Disposition of a Playwright tab's files as it came. ``Fetch`` leaves out bytes that are not UTF-8."""

from __future__ import annotations

from typing import Any

from playwright.async_api import CDPSession

from backends.browser.chromium import ResponseHead
from coupa_async.domain.files.naming import content_disposition_name


class RawHeaders:
    """Listens to the ``Network`` domain, but only during downloads: for pages it sends very many events."""

    def __init__(self, cdp: CDPSession) -> None:
        self._cdp = cdp
        self._is_on = False
        self._requests: dict[str, str] = {}
        self._dispositions: dict[str, str] = {}
        cdp.on("Fetch.requestPaused", self._paused)
        cdp.on("Network.responseReceivedExtraInfo", self._received)

    async def watch(self, *, on: bool) -> None:
        """Begin or stop to listen, and forget the headers so far."""
        self._requests.clear()
        self._dispositions.clear()
        if on != self._is_on:
            await self._cdp.send("Network.enable" if on else "Network.disable")
            self._is_on = on

    def file_name(self, head: ResponseHead) -> str | None:
        """Return the name that an answer gives its file."""
        raw = self._dispositions.get(self._requests.get(head.url, ""))
        return content_disposition_name(raw) if raw is not None else head.file_name

    def _paused(self, event: dict[str, Any]) -> None:
        self._requests[event["request"]["url"]] = event.get("networkId", "")

    def _received(self, event: dict[str, Any]) -> None:
        for name, value in event["headers"].items():
            if name.lower() == "content-disposition":
                self._dispositions[event["requestId"]] = value
