"""Fetches pages and files over HTTP. It follows redirects itself, so that no other origin gets the tenant's cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import anyio
import anyio.lowlevel
import httpx2

from backends.browser.chromium import BrowserOptions, ResponseHead
from backends.direct.cookies import Jar
from backends.direct.download import PartialDownload
from backends.direct.network_errors import error_text, translated, without_query
from coupa_async.domain.errors import (
    BrokenDownloadError,
    DownloadTimeoutError,
    ExcessivePageError,
    ForbiddenAddressError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
)
from coupa_async.domain.http.headers import page_text
from coupa_async.domain.http.targets import Targets, target_of
from coupa_async.ports import Document, Download
from coupa_async.runtime.name_lookup import objection_to

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 20  # as browsers do
_SHORT_BYTES, _SHORT_S = 1 << 16, 0.5  # what a redirect's body may cost before its connection is given up instead
_PIECE_BYTES = 1 << 18  # what comes in one piece from the network
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_NOBODY = httpx2.Auth()
_PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
_RECORD = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
# As it is, so that its length can be checked and what is missing can be asked for.
_FILE = {"Accept": "*/*", "Accept-Encoding": "identity"}
_BROKEN = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError, httpx2.DecodingError)


class Client:
    """The tenant over HTTP.

    Attributes:
        agent: The User-Agent that it sends.
        bounds: Bounds on pages.
    """

    def __init__(self, http: httpx2.AsyncClient, jar: Jar, options: BrowserOptions, agent: str) -> None:
        self.agent = agent
        self.bounds = options.bounds
        self._http = http
        self._jar = jar
        self._options = options
        self._own_headers: Callable[[str], Mapping[str, str]] = lambda url: {}
        self._targets = options.targets or Targets(base_url=jar.base_url)
        self._bounds = {"timeout": {"connect": options.page_timeout_s}}  # whoever asks bounds the rest
        self._silence_s = 2 * options.page_timeout_s

    def with_headers(self, own_headers: Callable[[str], Mapping[str, str]]) -> Client:
        """Return the same client with more headers, such as a token.

        Args:
            own_headers: Returns them for an address; asked for each address on a way.
        """
        client = copy(self)
        client._own_headers = own_headers
        return client

    async def page(self, url: str) -> Document:
        """Fetch a page.

        A redirect to where the program does not go is not followed, but told as the page's address: of the tenant's
        pages only the sign-in leads elsewhere.

        Raises:
            UnreachableError: If the network did not carry the request.
            PageTimeoutError: If it did not come in time.
            PageError: If it is no page.
            ExcessivePageError: If it is larger than a page may be.
        """
        document, is_page = await self._document(url, _PAGE)
        if document.status is not None and 200 <= document.status < 300 and not is_page:
            raise PageError(f"{url}: a file came instead of a page")
        return document

    async def record(self, url: str) -> Document:
        """Fetch an answer of the tenant's API, whatever its type; otherwise as :meth:`page`."""
        document, _ = await self._document(url, _RECORD)
        return document

    async def post(self, url: str, form: Mapping[str, str]) -> Document:
        """Send a form to the tenant. A redirect is not followed, for what is sent may be secret.

        Raises:
            PageError: As :meth:`page`.
        """
        with translated([url]):
            try:
                with anyio.fail_after(self._options.page_timeout_s):
                    headers = {"User-Agent": self.agent} | _RECORD
                    request = httpx2.Request("POST", url, data=dict(form), headers=headers, extensions=self._bounds)
                    response = await self._http.send(request, stream=True, auth=_NOBODY)
                    try:
                        body = await self._body(response)
                    finally:
                        await response.aclose()
            except TimeoutError as error:
                raise PageTimeoutError(f"{url}: no answer in {self._options.page_timeout_s:.0f} s") from error
        return self._told(_head_of(response), body, ())

    async def _document(self, url: str, headers: dict[str, str]) -> tuple[Document, bool]:
        """Fetch what an address answers, and say whether that is a page."""
        trail: list[str] = []
        with translated(trail):
            try:
                with anyio.fail_after(self._options.page_timeout_s):
                    async with self._get(url, headers, trail) as (response, head):
                        body = await self._body(response)
            except TimeoutError as error:
                raise PageTimeoutError(f"{url}: no page in {self._options.page_timeout_s:.0f} s") from error
            except ForbiddenAddressError as error:
                if len(trail) == 1 or target_of(error.url) is None or self._targets.is_tenant(error.url):
                    raise PageError(f"{without_query(url)}: {error}") from error
                return Document(url=trail[-1], html="", via=tuple(trail[:-1])), True
        return self._told(head, body, tuple(trail[:-1])), head.is_page

    def _told(self, head: ResponseHead, body: bytearray | None, via: tuple[str, ...]) -> Document:
        if body is None:
            raise ExcessivePageError(f"{head.url}: the page has more than {self._options.bounds.page_bytes:,} bytes")
        return Document(
            url=head.url,
            html=page_text(body, head.headers.get("content-type", "")),
            status=head.status,
            retry_after_s=head.retry_after_s(datetime.now(UTC)),
            via=via,
        )

    async def file(
        self, url: str, into: Path, *, is_page: Callable[[ResponseHead], bool] = lambda head: head.is_page
    ) -> Download:
        """Fetch a file. A transfer that breaks off goes on where it was, while the server allows that and more comes.

        A connection that brings nothing for long is broken off, too: it may have died while the machine slept.

        Args:
            url: Its address.
            into: Where to.
            is_page: Whether an answer is no file, but a page or a record in its place.

        Raises:
            UnreachableError: If the network did not carry the request.
            DownloadError: As ``ports.Session.download``.
        """
        part = PartialDownload(into, self._options.bounds)
        trail: list[str] = []
        with translated(trail):
            try:
                with anyio.fail_after(self._options.download_timeout_s):
                    while True:
                        if (download := await self._attempt(url, part, trail, is_page)) is not None:
                            return download
            except TimeoutError as error:
                raise DownloadTimeoutError(f"no whole file in {self._options.download_timeout_s:.0f} s") from error

    async def _attempt(
        self, url: str, part: PartialDownload, trail: list[str], is_page: Callable[[ResponseHead], bool]
    ) -> Download | None:
        """Fetch a file, or the rest of it.

        Returns:
            ``None`` if it broke off and can be taken up where it did.
        """
        before = part.size_bytes
        trail.clear()
        try:
            with anyio.fail_after(self._silence_s) as alive:
                return await self._file(url, part, alive, trail, is_page)
        except (*_BROKEN, TimeoutError) as error:
            if part.can_go_on and part.size_bytes > before:
                return None
            if isinstance(error, TimeoutError):
                raise DownloadTimeoutError(f"nothing came for {self._silence_s:.0f} s") from error
            raise BrokenDownloadError(f"the transfer broke off ({error_text(error)})") from error

    async def _file(
        self,
        url: str,
        part: PartialDownload,
        alive: anyio.CancelScope,
        trail: list[str],
        is_page: Callable[[ResponseHead], bool],
    ) -> Download:
        def moved() -> None:
            now_s = anyio.current_time()
            if alive.deadline < now_s + self._silence_s / 2:  # not for every piece: a deadline is dear to move
                alive.deadline = now_s + self._silence_s

        async with self._get(url, _FILE | part.wanted(), trail) as (response, head):
            if head.status == 416:
                raise BrokenDownloadError("the transfer broke off, and the server has no rest of it")
            if not 200 <= head.status < 300:
                raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)), head.url)
            if is_page(head):
                record = b"" if head.is_page else await self._body(response)
                text = page_text(record or b"", head.headers.get("content-type", ""))
                raise NotAFileError(head.url, tuple(trail[:-1]), text)
            part.begin(head)
            await part.fill(response.aiter_bytes(), moved)
        return replace(part.download(), via=tuple(trail))

    @asynccontextmanager
    async def _get(
        self, url: str, headers: dict[str, str], trail: list[str]
    ) -> AsyncIterator[tuple[httpx2.Response, ResponseHead]]:
        """Send a request, follow redirects, and return the last answer with its body unread.

        Args:
            url: The address.
            headers: Headers of the request.
            trail: Each address asked is added to it.
        """
        at = url
        for _ in range(_MAX_REDIRECTS):
            trail.append(at)
            if self._targets.objection(at) and (reason := await objection_to(at, (), self._targets)):
                raise ForbiddenAddressError(at, reason)
            version = self._jar.version
            # Without the library's own ways: a user name in an address is not sent, nor is any default header.
            response = await self._http.send(self._request(at, headers), stream=True, auth=_NOBODY)
            try:
                self._jar.take(at, response.headers.get_list("set-cookie"), version=version)
                location = response.headers.get("location", "") if response.status_code in _REDIRECTS else ""
                if not location:
                    yield response, _head_of(response)
                    return
                at = _joined(at, location)
                await _leave_fit(response)
            finally:
                await response.aclose()
        raise PageError(f"{without_query(url)}: redirected on and on, in the end to {without_query(at)}")

    def _request(self, at: str, headers: dict[str, str]) -> httpx2.Request:
        cookies = self._jar.header(at)
        own = {"User-Agent": self.agent} | headers | ({"Cookie": cookies} if cookies else {})
        own |= self._own_headers(at)
        encoded = own if cookies.isascii() else httpx2.Headers(own, encoding="utf-8")
        try:
            return httpx2.Request("GET", at, headers=encoded, extensions=self._bounds)
        except (httpx2.InvalidURL, ValueError) as error:
            raise ForbiddenAddressError(at, f"{without_query(at)[:100]!r} is no http address") from error

    async def _body(self, response: httpx2.Response) -> bytearray | None:
        """Read a page, decompressed; ``None`` if it is longer than a page may be."""
        body = bytearray()
        async with aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > self._options.bounds.page_bytes:
                    return None
                if len(piece) > _PIECE_BYTES:  # out of much less that came: nothing was waited for
                    await anyio.lowlevel.checkpoint()
        return body


def _head_of(response: httpx2.Response) -> ResponseHead:
    headers = dict(response.headers.items())
    return ResponseHead(url=str(response.url), status=response.status_code, headers=headers)


def _joined(at: str, location: str) -> str:
    """Return where a redirect leads. What is no address is returned unchanged, and is refused when it is asked."""
    try:
        return _CONTROLS.sub(lambda found: f"%{ord(found[0]):02X}", urljoin(at, location))
    except ValueError:
        return location


async def _leave_fit(response: httpx2.Response) -> None:
    """Read a redirect's body if it is short, so that its connection can be used again."""
    size = 0
    with anyio.move_on_after(_SHORT_S):
        async with aclosing(response.aiter_raw()) as pieces:
            async for piece in pieces:
                size += len(piece)
                if size > _SHORT_BYTES:
                    return
