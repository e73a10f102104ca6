"""Makes the connections of the direct lane: the system's trust store and proxies, and the name of a browser."""

from __future__ import annotations

import os
import platform
import re
import socket
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import aiohttp
import truststore
from aiohttp.connector import AddrInfoType
from yarl import URL

from backends.browser.chromium import BrowserOptions
from backends.direct.network_errors import without_query
from backends.direct.proxies import NO_PROXY, Proxies, system_proxies
from backends.direct.resolver import Resolver
from coupa_async.domain.errors import PageError, PageTimeoutError, SettingsError

_SYSTEMS = {
    "win32": "Windows NT 10.0; Win64; x64",
    "darwin": "Macintosh; Intel Mac OS X 10_15_7",
    "linux": f"X11; Linux {platform.machine() or 'x86_64'}",
}
# Where Linux systems keep their certificates, for a Python whose OpenSSL was built to look elsewhere.
_CERTIFICATES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_HASHED = re.compile(r"[0-9a-fA-F]{8}\.[0-9]+")
_KEPT_S = 20.0
_READ_BYTES = 1 << 18  # what the event loop reads at once
_PACED_BYTES = 1 << 15  # and where the bandwidth is bounded
_FIELD_BYTES, _FIELDS = 1 << 14, 3_000  # as much as some sign-ins put into one redirect, and some servers into cookies


class Connections:
    """Sends single requests over connections that are used again.

    A connection that the server has closed in between is replaced by a new one, and the request is sent once more.
    """

    def __init__(self, http: aiohttp.ClientSession, proxies: Proxies) -> None:
        self._http = http
        self._proxies = proxies

    async def send(
        self, method: str, url: URL, headers: Mapping[str, str], *, form: bytes | None = None
    ) -> aiohttp.ClientResponse:
        """Send a request.

        Returns:
            The answer, with its body unread, whatever it is; to be released.

        Raises:
            aiohttp.ClientError: If there is none.
            PageTimeoutError: If no connection came about in time.
            PageError: If a header cannot be sent.
        """
        proxy = self._proxies.of(url) if self._proxies else NO_PROXY
        # Its login goes to the proxy alone: with the request where that is the proxy's to pass on, else before it.
        own = {**headers, **proxy.login} if url.scheme == "http" else headers
        try:
            return await self._http.request(
                method,
                url,
                headers=own,
                data=form,
                allow_redirects=False,
                proxy=proxy.address,
                proxy_headers=proxy.login or None,
            )
        except aiohttp.ConnectionTimeoutError as error:
            raise PageTimeoutError(f"no answer in time from {without_query(str(url))} (ConnectTimeout)") from error
        except ValueError as error:
            if isinstance(error, aiohttp.ClientError):
                raise
            raise PageError(f"{without_query(str(url))}: a header cannot be sent ({error})") from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.close()

    async def __aenter__(self) -> Connections:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def connect(options: BrowserOptions) -> Connections:
    """Make the connection pool, with the system's trust store and proxies. The event loop runs already.

    HTTP/1.1 on purpose: see ``docs/design/decisions/http-1-1.md``.

    Raises:
        SettingsError: If the client certificate or a proxy cannot be used.
    """
    trusted = trust()
    trusted.set_alpn_protocols(["http/1.1"])
    if options.client_cert is not None:
        try:
            trusted.load_cert_chain(options.client_cert, options.client_key)
        except (OSError, ssl.SSLError) as error:
            key = f" with COUPA_CLIENT_KEY={options.client_key}" if options.client_key else ""
            raise SettingsError(f"COUPA_CLIENT_CERT={options.client_cert}{key}: {error}") from error
    proxies = system_proxies()
    http = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=_KEPT_S,
            ssl=trusted,
            resolver=Resolver(options.targets, proxies.places),
            socket_factory=None if options.bandwidth is None else _paced_socket,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),  # none: they are the jar's business
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=options.page_timeout_s),  # who asks bounds the rest
        auto_decompress=False,  # likewise
        read_bufsize=_READ_BYTES if options.bandwidth is None else _PACED_BYTES,
        max_line_size=_FIELD_BYTES,
        max_field_size=_FIELD_BYTES,
        max_headers=_FIELDS,
    )
    return Connections(http, proxies)


def _paced_socket(address: AddrInfoType) -> socket.socket:
    """Make a socket that lets little come ahead of what is read, so that a bound on reading is one on sending."""
    family, kind, protocol, _, _ = address
    own = socket.socket(family, kind, protocol)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PACED_BYTES)
    return own


def trust() -> ssl.SSLContext:
    """Return a TLS context that trusts what the system trusts, or what the environment names instead.

    Raises:
        SettingsError: If what it names cannot be read.
    """
    file, folder = os.environ.get("SSL_CERT_FILE") or None, os.environ.get("SSL_CERT_DIR") or None
    if not file and not folder and sys.platform in ("win32", "darwin"):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # OpenSSL does not read the system's there
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if file or folder:
            context.load_verify_locations(file, None if file else folder)
        elif (known := _certificates()) != (None, None):
            context.load_verify_locations(*known)
    except OSError as error:
        named = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        what = " ".join(named) or "the system's certificates"
        raise SettingsError(f"{what}: cannot be read ({error}): correct or unset it") from error
    return context


def _certificates() -> tuple[str | None, str | None]:
    """Find the file and the folder of the system's certificates; ``None`` for what there is not."""
    paths = ssl.get_default_verify_paths()
    folder: str | None = paths.capath
    if folder and not any(_HASHED.fullmatch(path.name) for path in Path(folder).iterdir()):
        folder = None
    if paths.cafile or folder:
        return paths.cafile, folder
    return next(filter(os.path.isfile, _CERTIFICATES), None), None


def user_agent(channel: str, version: str) -> str:
    """Return the User-Agent of a browser. All but the major version is fixed, as in today's browsers."""
    system = _SYSTEMS.get(sys.platform, _SYSTEMS["linux"])
    major = f"{version.partition('.')[0]}.0.0.0"
    edge = f" Edg/{major}" if channel == "msedge" else ""
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major} Safari/537.36{edge}"
