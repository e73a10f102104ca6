"""A proxy with user and password from the environment or the system. Browsers ignore user and password there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies


@dataclass(frozen=True, slots=True)
class ProxyLogin:
    """How to log in to a proxy.

    Attributes:
        server: Its address without user and password.
        bypass: Hosts that are reached without it, in the form that browsers use.
    """

    server: str
    username: str
    password: str
    bypass: str


def proxy_login() -> ProxyLogin | None:
    """Return the proxy for https, else for http, if its address has a user; ``None`` if neither has."""
    proxies = getproxies()
    for scheme in ("https", "http", "all"):
        address = proxies.get(scheme, "")
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            server = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        except ValueError:
            continue  # no address: the browser says so itself
        if parts.username:
            user, password = unquote(parts.username), unquote(parts.password or "")
            return ProxyLogin(server, user, password, ",".join(filter(None, proxies.get("no", "").split(","))))
    return None
