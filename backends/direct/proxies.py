"""The proxies that the system or the environment names, and how to log in to them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.request import getproxies, proxy_bypass

from yarl import URL

from coupa_async.domain.errors import SettingsError

_HERE = ("127.0.0.1", "localhost", "::1")  # browsers do not ask a proxy for these either


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        address: Its address without user and password; ``None`` for no proxy.
        login: The header that logs in to it; none where it wants no user.
    """

    address: URL | None = None
    login: Mapping[str, str] = field(default_factory=dict)


NO_PROXY = Proxy()


class Proxies:
    """Finds the proxy of an address."""

    def __init__(self, proxies: Mapping[str, Proxy]) -> None:
        self._proxies = proxies
        self._exempt: dict[tuple[str, int | None], bool] = {}  # the system may take long to tell

    def __bool__(self) -> bool:
        return bool(self._proxies)

    @property
    def places(self) -> frozenset[tuple[str, int]]:
        """Host and port of each proxy."""
        found = [proxy.address for proxy in self._proxies.values() if proxy.address is not None]
        return frozenset((address.raw_host or "", address.port or 0) for address in found)

    def of(self, url: URL) -> Proxy:
        """Return the proxy of an address, or ``NO_PROXY``."""
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all") or NO_PROXY
        return NO_PROXY if proxy.address is None or self._is_exempt(url.raw_host or "", url.port) else proxy

    def _is_exempt(self, host: str, port: int | None) -> bool:
        if (host, port) not in self._exempt:
            shown = f"[{host}]" if ":" in host else host
            self._exempt[host, port] = host in _HERE or any(map(proxy_bypass, (host, f"{shown}:{port}")))
        return self._exempt[host, port]


def system_proxies() -> Proxies:
    """Read the proxies that the environment names, else those of the system.

    Raises:
        SettingsError: If one of them is of a kind that HTTP does not pass.
    """
    named = getproxies()
    return Proxies({scheme: _proxy(scheme, named[scheme]) for scheme in ("http", "https", "all") if named.get(scheme)})


def _proxy(scheme: str, text: str) -> Proxy:
    try:
        url = URL(text if "://" in text else f"http://{text}")
        is_known = url.scheme in ("http", "https") and bool(url.raw_host)
    except ValueError:
        is_known = False
    if not is_known:
        shown = text.rpartition("@")[2]  # what stands before it is a password
        raise SettingsError(
            f"{scheme}_proxy={shown}: only http:// and https:// proxies can be used: correct or unset it"
        )
    address = url.with_user(None).origin()
    if url.user is None:
        return Proxy(address)
    login = b64encode(f"{url.user}:{url.password or ''}".encode()).decode("ascii")
    return Proxy(address, {"Proxy-Authorization": f"Basic {login}"})
