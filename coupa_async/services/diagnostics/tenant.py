"""Connects to the tenant step by step for ``doctor``: DNS, connection or proxy, TLS."""

from __future__ import annotations

import os
import socket
import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
from anyio import to_thread
from anyio.abc import ByteStream

from coupa_async.services.diagnostics.checks import Finding, bad, good


async def reach(base_url: str, trust: ssl.SSLContext) -> list[Finding]:
    """Connect to the tenant step by step (DNS, connection, TLS) and stop at the first step that fails.

    Args:
        base_url: The tenant's address.
        trust: Which certificates are trusted.
    """
    to = urlsplit(base_url)
    host, port = to.hostname or "", to.port or (443 if to.scheme == "https" else 80)
    proxy = getproxies().get(to.scheme) or getproxies().get("all")
    if proxy and not proxy_bypass(host):
        by = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return [await _connection("proxy", by.hostname or "", by.port or 80, None, "check HTTPS_PROXY and NO_PROXY")]
    try:
        found = await to_thread.run_sync(socket.getaddrinfo, host, port, abandon_on_cancel=True)
    except OSError as error:
        return [bad("DNS", f"{host}: {error.strerror or error}", "check COUPA_BASE_URL, the network, and the VPN")]
    named = good("DNS", f"{host} is {found[0][4][0]}")
    tls = trust if to.scheme == "https" else None
    return [named, await _connection("connection", host, port, tls, "check the network, the VPN and the firewall")]


async def _connection(name: str, host: str, port: int, trust: ssl.SSLContext | None, cure: str) -> Finding:
    try:
        stream: ByteStream
        if trust is None:
            stream = await anyio.connect_tcp(host, port)
        else:
            stream = await anyio.connect_tcp(host, port, ssl_context=trust, tls_standard_compatible=False)
    except ssl.SSLCertVerificationError as error:
        text = f"{host}: its certificate is not trusted ({error.verify_message})"
        return bad(
            "TLS", text, "have the certificate of whoever inspects the traffic put into the system's trust store"
        )
    except ssl.SSLError as error:
        return bad(
            "TLS", f"{host}: no secure connection came about ({error.reason})", "check COUPA_BASE_URL and the port"
        )
    except OSError as error:
        return bad(name, f"{host}:{port}: {_bottom(error)}", cure)
    await stream.aclose()
    return good("TLS" if trust else name, f"{host}:{port} answers")


def _bottom(error: BaseException) -> str:
    """Return the cause below an error of anyio, which tries several addresses."""
    below = error.__cause__
    if isinstance(below, BaseExceptionGroup):
        below = below.exceptions[0]
    cause = below or error
    number = getattr(cause, "errno", None) or 0
    return os.strerror(number) if number > 0 else str(cause)
