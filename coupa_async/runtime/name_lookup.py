"""Looks names up, so that a link is judged by where it really leads."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio

from coupa_async.domain.errors import ForbiddenAddressError
from coupa_async.domain.http.targets import Targets


async def check_target(url: str, targets: Targets) -> None:
    """Check that a link may be followed; its host name is looked up if that decides.

    Behind a proxy only the proxy looks names up, so the address alone decides there.

    Raises:
        ForbiddenAddressError: If it may not be.
    """
    if targets.is_tenant(url):
        return
    name = "" if targets.objection(url) else targets.name_to_look_up(url)
    addresses = await addresses_of(name) if name and not is_proxied(url) else ()
    if reason := await objection_to(url, addresses, targets):
        raise ForbiddenAddressError(url, reason)


async def objection_to(url: str, addresses: Sequence[str], targets: Targets) -> str:
    """As ``Targets.objection``, with the tenant's own name looked up where that decides."""
    reason = targets.objection(url, addresses)
    if reason and targets.tenant_name and not is_proxied(targets.base_url):
        reason = targets.objection(url, addresses, await addresses_of(targets.tenant_name))
    return reason


async def addresses_of(host: str) -> tuple[str, ...]:
    """Return the addresses of a name; none if it has none. The connection then fails by itself."""
    try:
        found = await anyio.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(str(item[4][0]) for item in found)


def is_proxied(url: str) -> bool:
    """Return whether the system uses a proxy for an address."""
    parts = urlsplit(url)
    proxies = getproxies()
    return bool(proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(parts.hostname or "")
