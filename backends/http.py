"""Pages and files over plain HTTP: redirects followed by hand, so that no other origin gets the tenant's cookies."""

from __future__ import annotations

import platform
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx2

from backends.chromium import BrowserOptions, Head
from backends.cookies import Jar
from backends.part import Part
from backends.sockets import use_cheap_sockets
from coupa_async.domain.errors import (
    BrokenDownloadError,
    DownloadTimeoutError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    SettingsError,
    UnreachableError,
)
from coupa_async.ports import Document, Download

_MAX_REDIRECTS = 20  # as browsers do
_PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate"}
# As it is, so that its length can be checked and what is missing can be asked for.
_FILE = {"Accept": "*/*", "Accept-Encoding": "identity"}
_BROKEN = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError, httpx2.DecodingError)
_SYSTEMS = {
    "win32": "Windows NT 10.0; Win64; x64",
    "darwin": "Macintosh; Intel Mac OS X 10_15_7",
    "linux": f"X11; Linux {platform.machine() or 'x86_64'}",
}


class Client:
    """The tenant over HTTP.

    Attributes:
        agent: The User-Agent that it names.
    """

    def __init__(self, http: httpx2.AsyncClient, jar: Jar, options: BrowserOptions, agent: str) -> None:
        self.agent = agent
        self._http = http
        self._jar = jar
        self._options = options
        self._bounds = {"timeout": {"connect": options.page_timeout_s}}  # whoever asks bounds the rest
        self._silence_s = 2 * options.page_timeout_s

    async def page(self, url: str) -> Document:
        """Fetch a page.

        Raises:
            UnreachableError: If the network did not carry the request.
            PageTimeoutError: If it did not come in time.
        """
        with _translated(url):
            try:
                with anyio.fail_after(self._options.page_timeout_s):
                    async with self._get(url, _PAGE) as (response, head, via):
                        await response.aread()
            except TimeoutError as error:
                raise PageTimeoutError(f"{url}: no page in {self._options.page_timeout_s:.0f} s") from error
        if 200 <= head.status < 300 and not head.is_page:
            raise PageError(f"{url}: a file came instead of a page")
        return Document(
            url=head.url,
            html=response.text,
            status=head.status,
            retry_after_s=head.retry_after_s(datetime.now(UTC)),
            via=via,
        )

    async def file(self, url: str, into: Path) -> Download:
        """Fetch a file; what breaks off is taken up where it did, as long as the server offers that and more comes.

        A connection that went dead while the machine slept says nothing of it, so one that brings nothing for long is
        broken off, too.

        Raises:
            UnreachableError: If the network did not carry the request.
            DownloadError: As ``ports.Session.download``.
        """
        part = Part(into)
        with _translated(url):
            try:
                with anyio.fail_after(self._options.download_timeout_s):
                    while True:
                        before = part.size_bytes
                        try:
                            with anyio.fail_after(self._silence_s) as alive:
                                return await self._file(url, part, alive)
                        except (*_BROKEN, TimeoutError) as error:
                            if part.can_go_on and part.size_bytes > before:
                                continue
                            if isinstance(error, TimeoutError):
                                raise DownloadTimeoutError(f"nothing came for {self._silence_s:.0f} s") from error
                            raise BrokenDownloadError(f"the transfer broke off ({_told(error)})") from error
            except TimeoutError as error:
                raise DownloadTimeoutError(f"no whole file in {self._options.download_timeout_s:.0f} s") from error

    async def _file(self, url: str, part: Part, alive: anyio.CancelScope) -> Download:
        def moved() -> None:
            now_s = anyio.current_time()
            if alive.deadline < now_s + self._silence_s / 2:  # not for every piece: a deadline is dear to move
                alive.deadline = now_s + self._silence_s

        async with self._get(url, _FILE | part.wanted()) as (response, head, via):
            if head.status == 416:
                raise BrokenDownloadError("the transfer broke off, and the server has no rest of it")
            if not 200 <= head.status < 300:
                raise RefusedDownloadError(head.status, head.retry_after_s(datetime.now(UTC)))
            if head.is_page:
                await response.aread()
                raise NotAFileError(head.url, response.text, via)
            part.begin(head)
            await part.fill(response.aiter_bytes(), moved)
        return replace(part.download(), via=(*via, head.url))

    @asynccontextmanager
    async def _get(
        self, url: str, headers: dict[str, str]
    ) -> AsyncIterator[tuple[httpx2.Response, Head, tuple[str, ...]]]:
        """Ask, follow redirects, and leave the body of the last answer to be read; with what was asked before it."""
        at: str = url
        via: tuple[str, ...] = ()
        for _ in range(_MAX_REDIRECTS):
            version = self._jar.version
            cookies = {"Cookie": text} if (text := self._jar.header(at)) else {}
            # Not `build_request`, which merges in defaults that all are set here.
            own = {"User-Agent": self.agent} | headers | cookies
            request = httpx2.Request("GET", at, headers=own, extensions=self._bounds)
            response = await self._http.send(request, stream=True)
            try:
                self._jar.take(at, response.headers.get_list("set-cookie"), version=version)
                if response.next_request is None:
                    headers = dict(response.headers.items())
                    yield response, Head(url=str(response.url), status=response.status_code, headers=headers), via
                    return
                at, via = str(response.next_request.url), (*via, at)
                await response.aread()  # which leaves the connection fit for the next one
            finally:
                await response.aclose()
        raise PageError(f"{url}: the tenant redirects on and on, in the end to {at.partition('?')[0]}")


def connect(options: BrowserOptions) -> httpx2.AsyncClient:
    """Make the connections' pool, with the system's trust store and proxies.

    HTTP/1.1 on purpose: the only HTTP/2 there is for Python (h2) fails every request in flight when a server retires a
    connection, which nginx does after each thousand requests, and takes nearly twice the CPU.

    Raises:
        SettingsError: If the client certificate cannot be used.
    """
    trusted = trust()
    if options.client_cert is not None:
        try:
            trusted.load_cert_chain(options.client_cert, options.client_key)
        except (OSError, ssl.SSLError) as error:
            key = f" with COUPA_CLIENT_KEY={options.client_key}" if options.client_key else ""
            raise SettingsError(f"COUPA_CLIENT_CERT={options.client_cert}{key}: {error}") from error
    here = ("all://127.0.0.1", "all://localhost", "all://[::1]")
    http = httpx2.AsyncClient(
        verify=trusted,
        mounts=dict.fromkeys(here),  # browsers do not ask a proxy for these either
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=20.0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none: they are the jar's business
    )
    use_cheap_sockets(http)
    return http


def trust() -> ssl.SSLContext:
    """Trust what the system trusts."""
    return httpx2.create_ssl_context()


def user_agent(channel: str, version: str) -> str:
    """Write the User-Agent of a browser (with all but the major version frozen, as they all do today)."""
    system = _SYSTEMS.get(sys.platform, _SYSTEMS["linux"])
    major = f"{version.partition('.')[0]}.0.0.0"
    edge = f" Edg/{major}" if channel == "msedge" else ""
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major} Safari/537.36{edge}"


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn the library's errors into ours."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise PageTimeoutError(f"no answer in time from {url} ({_told(error)})") from error
    except httpx2.TransportError as error:
        raise UnreachableError(f"{url}: {_story(error, url)} ({_told(error)})") from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise PageError(f"{url}: {_told(error)}") from error


def _story(error: BaseException, url: str) -> str:
    """Tell network troubles apart by what is at the bottom of them."""
    causes = list(_causes(error))
    kinds: list[tuple[type[BaseException], str]] = [
        (socket.gaierror, "the host name is not known to DNS"),
        (ssl.SSLCertVerificationError, "its certificate is not trusted"),
        (ssl.SSLError, "no secure connection came about"),
        (httpx2.ProxyError, "the proxy refused the connection"),
        (ConnectionRefusedError, "the proxy does not answer" if _is_proxied(url) else "the connection was refused"),
        (ConnectionResetError, "the connection was reset"),
        (httpx2.RemoteProtocolError, "the connection was closed without an answer"),
    ]
    return next((text for kind, text in kinds if any(isinstance(one, kind) for one in causes)), "no connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _causes(part)
    if (before := error.__cause__ or error.__context__) is not None:
        yield from _causes(before)


def _is_proxied(url: str) -> bool:
    parts = httpx2.URL(url)
    proxies = getproxies()
    return bool(proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(parts.host)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
