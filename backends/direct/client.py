"""Fetches pages and files over HTTP. It follows redirects itself, so that no other origin gets the tenant's cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import anyio

from backends.browser.chromium import BrowserOptions, ResponseHead
from backends.direct.addresses import asked_url, joined
from backends.direct.answer import Answer
from backends.direct.connection import Connections
from backends.direct.cookies import Jar
from backends.direct.download import PartialDownload
from backends.direct.network_errors import error_text, is_broken_off, translated, without_query
from backends.direct.paced import paced
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
from coupa_async.domain.http.content_coding import NotCompressedError
from coupa_async.domain.http.headers import page_text
from coupa_async.domain.http.targets import Targets, target_of
from coupa_async.ports import Document, Download
from coupa_async.runtime.name_lookup import objection_to

_MAX_REDIRECTS = 20  # as browsers do
_PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
_RECORD = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
# As it is, so that its length can be checked and what is missing can be asked for.
_FILE = {"Accept": "*/*", "Accept-Encoding": "identity"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Client:
    """The tenant over HTTP.

    Attributes:
        agent: The User-Agent that it sends.
        bounds: Bounds on pages.
    """

    def __init__(self, http: Connections, jar: Jar, options: BrowserOptions, agent: str) -> None:
        self.agent = agent
        self.bounds = options.bounds
        self._http = http
        self._jar = jar
        self._options = options
        self._own_headers: Callable[[str], Mapping[str, str]] = lambda url: {}
        self._targets = options.targets or Targets(base_url=jar.base_url)
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
                    headers = {"User-Agent": self.agent} | _RECORD | _FORM
                    body = urlencode(form).encode()
                    answer = Answer(await self._http.send("POST", asked_url(url), headers, form=body), url)
                    try:
                        return self._as_document(answer.head, await self._body(answer), ())
                    finally:
                        answer.release()
            except TimeoutError as error:
                raise PageTimeoutError(f"{url}: no answer in {self._options.page_timeout_s:.0f} s") from error

    async def _document(self, url: str, headers: dict[str, str]) -> tuple[Document, bool]:
        """Fetch what an address answers, and say whether that is a page."""
        trail: list[str] = []
        with translated(trail):
            try:
                with anyio.fail_after(self._options.page_timeout_s):
                    async with self._get(url, headers, trail) as answer:
                        body = await self._body(answer)
                        came_bytes = answer.received_bytes
            except TimeoutError as error:
                raise PageTimeoutError(f"{url}: no page in {self._options.page_timeout_s:.0f} s") from error
            except ForbiddenAddressError as error:
                if len(trail) == 1 or target_of(error.url) is None or self._targets.is_tenant(error.url):
                    raise PageError(f"{without_query(url)}: {error}") from error
                return Document(url=trail[-1], html="", via=tuple(trail[:-1])), True
            if self._options.bandwidth is not None:  # not within the time of the page, whose fault it is not
                await anyio.sleep(self._options.bandwidth.reserve(came_bytes))
        return self._as_document(answer.head, body, tuple(trail[:-1])), answer.head.is_page

    def _as_document(self, head: ResponseHead, body: bytearray | None, via: tuple[str, ...]) -> Document:
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
        trail = [url]
        until_s = anyio.current_time() + self._options.download_timeout_s
        with translated(trail):
            while True:
                if (download := await self._attempt(url, part, trail, is_page, until_s)) is not None:
                    return download

    async def _attempt(
        self, url: str, part: PartialDownload, trail: list[str], is_page: Callable[[ResponseHead], bool], until_s: float
    ) -> Download | None:
        """Fetch a file, or the rest of it.

        Returns:
            ``None`` if it broke off and can be taken up where it did.
        """
        before = part.size_bytes
        now_s = anyio.current_time()
        try:
            with anyio.fail_after(min(self._silence_s, until_s - now_s)) as alive:

                def moved(waits_s: float = 0.0) -> None:
                    heard_s = anyio.current_time() + waits_s
                    if alive.deadline < heard_s + 0.9 * self._silence_s:  # not for each piece: moving it is dear
                        alive.deadline = min(heard_s + self._silence_s, until_s)

                return await self._file(url, part, moved, trail, is_page)
        except (aiohttp.ClientError, NotCompressedError, TimeoutError) as error:
            is_late = isinstance(error, TimeoutError)
            if is_late and anyio.current_time() >= until_s:
                raise DownloadTimeoutError(f"no whole file in {self._options.download_timeout_s:.0f} s") from error
            if not is_late and not is_broken_off(error):
                raise
            if part.can_go_on and part.size_bytes > before:
                return None
            if is_late:
                raise DownloadTimeoutError(f"nothing came for {self._silence_s:.0f} s") from error
            raise BrokenDownloadError(f"the transfer broke off ({error_text(error)})") from error

    async def _file(
        self,
        url: str,
        part: PartialDownload,
        moved: Callable[..., None],
        trail: list[str],
        is_page: Callable[[ResponseHead], bool],
    ) -> Download:
        trail.clear()
        async with self._get(url, _FILE | part.wanted(), trail) as answer:
            head = answer.head
            if head.status == 416:
                raise BrokenDownloadError("the transfer broke off, and the server has no rest of it")
            if not 200 <= head.status < 300:
                raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)), head.url)
            if is_page(head):
                record = b"" if head.is_page else await self._body(answer)
                text = page_text(record or b"", head.headers.get("content-type", ""))
                raise NotAFileError(head.url, tuple(trail[:-1]), text)
            part.begin(head)
            await part.fill(self._paced(answer.pieces(), moved), moved)
        return part.download(tuple(trail))

    def _paced(self, pieces: AsyncIterator[bytes], moved: Callable[[float], None]) -> AsyncIterator[bytes]:
        """Read no faster than the bandwidth allows; our own waiting is no silence."""
        if self._options.bandwidth is None:
            return pieces
        return paced(pieces, self._options.bandwidth, moved)

    @asynccontextmanager
    async def _get(self, url: str, headers: Mapping[str, str], trail: list[str]) -> AsyncIterator[Answer]:
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
            asked = asked_url(at)
            answer = Answer(await self._http.send("GET", asked, self._headers(at, headers)), str(asked))
            try:
                self._jar.take(at, answer.cookies, version=version)
                if not answer.location:
                    yield answer
                    return
                at = joined(at, answer.location)
                await answer.leave_fit()
            finally:
                answer.release()
        raise PageError(f"{without_query(url)}: redirected on and on, in the end to {without_query(at)}")

    def _headers(self, at: str, headers: Mapping[str, str]) -> dict[str, str]:
        cookies = self._jar.header(at)
        return {
            "User-Agent": self.agent,
            **headers,
            **({"Cookie": cookies} if cookies else {}),
            **self._own_headers(at),
        }

    async def _body(self, answer: Answer) -> bytearray | None:
        """Read a page, decompressed; ``None`` if it is longer than a page may be."""
        body = bytearray()
        async for piece in answer.pieces():
            body += piece
            if len(body) > self._options.bounds.page_bytes:
                return None
        return body
