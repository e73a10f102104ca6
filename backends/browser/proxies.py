"""A proxy that wants a user and a password, as the system or the environment names it: browsers leave these out."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies


@dataclass(frozen=True, slots=True)
class ProxyLogin:
    """What a proxy asks for.

    Attributes:
        server: Its address without user and password.
        bypass: Hosts that are reached without it, as browsers write such a list.
    """

    server: str
    username: str
    password: str
    bypass: str


def proxy_login() -> ProxyLogin | None:
    """Find the proxy of https, else of http, if its address has a user in it; ``None`` if none has."""
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
