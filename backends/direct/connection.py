"""Makes the connections of the direct lane: the system's trust store and proxies, and the name of a browser."""

from __future__ import annotations

import os
import platform
import ssl
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from backends.browser.chromium import BrowserOptions
from backends.direct.network import use_cheap_sockets
from coupa_async.domain.errors import SettingsError

_SYSTEMS = {
    "win32": "Windows NT 10.0; Win64; x64",
    "darwin": "Macintosh; Intel Mac OS X 10_15_7",
    "linux": f"X11; Linux {platform.machine() or 'x86_64'}",
}


def connect(options: BrowserOptions) -> httpx2.AsyncClient:
    """Make the connection pool, with the system's trust store and proxies.

    HTTP/1.1 on purpose: see ``docs/decisions/http-1-1.md``.

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
    use_cheap_sockets(http, options.targets)
    return http


def trust() -> ssl.SSLContext:
    """Return a TLS context that trusts what the system trusts, or what the environment names instead.

    Raises:
        SettingsError: If what it names cannot be read.
    """
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        named = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        what = " ".join(named) or "the system's certificates"
        raise SettingsError(f"{what}: cannot be read ({error}): correct or unset it") from error


def user_agent(channel: str, version: str) -> str:
    """Return the User-Agent of a browser. All but the major version is fixed, as in today's browsers."""
    system = _SYSTEMS.get(sys.platform, _SYSTEMS["linux"])
    major = f"{version.partition('.')[0]}.0.0.0"
    edge = f" Edg/{major}" if channel == "msedge" else ""
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major} Safari/537.36{edge}"
