"""Decides where a link may lead: the public internet, and the kind of network where the tenant is. Pure: no lookups.

Suppliers write links. A link to this machine, to the internal network or to a cloud's metadata would make the program
send requests there from the user's machine. Such a link is refused, by its address or by what its name resolves to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What urllib and a browser read alike: they differ over backslashes, missing slashes, and what stands before an `@`.
_ADDRESS = re.compile(
    r"(?i)(https?)://(?:([^/\\?#]*)@)?(\[[0-9a-f:.]+\]|[^\[\]:@/\\?#]+)(?::([0-9]{0,5}))?(?=[/?#]|\Z)"
)
_SCHEME = re.compile(r"(?i)([a-z][a-z0-9+.-]*):")
_EDGES = "".join(map(chr, range(0x21)))  # what browsers take off both ends
_NUMBER = re.compile(r"(?i)[0-9]+|0x[0-9a-f]*")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_SHOWN_CHARS = 100
_NAT64, _COMPATIBLE = IPv6Network("64:ff9b::/96"), IPv6Network("::/96")
_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


class Reach(StrEnum):
    """From where an address can be reached, as a message says it."""

    PUBLIC = "the public internet"
    LOOPBACK = "this machine"
    LINK_LOCAL = "a link-local network"
    PRIVATE = "a private network"
    SHARED = "a provider's own network"
    SPECIAL = "a network for special use"


_NETWORKS = {
    # 0.0.0.0 is this machine, too, to whoever connects to it.
    Reach.LOOPBACK: [ip_network(item) for item in ("127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128")],
    Reach.LINK_LOCAL: [ip_network(item) for item in ("169.254.0.0/16", "fe80::/10")],
    Reach.SHARED: [ip_network("100.64.0.0/10")],
    Reach.PRIVATE: [
        ip_network(item) for item in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")
    ],
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where an http address leads.

    Attributes:
        host: As it is compared: a name in lower case without a dot at its end, or an address in its usual form.
        address: The host as an address, however it was written; ``None`` for a name.
        has_user: Whether a user name or password is in it.
    """

    scheme: str
    host: str
    port: int
    address: IPv4Address | IPv6Address | None
    has_user: bool


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What may be asked because a page or a redirect of the tenant's says so.

    Attributes:
        base_url: The tenant's address. Itself, and what is on the same kind of network, may always be asked.
        allowed_hosts: Others that may be, wherever they are: a host, or ``.domain`` for all below it.
    """

    base_url: str
    allowed_hosts: tuple[str, ...] = ()

    @cached_property
    def tenant(self) -> Target | None:
        """Where the tenant is; ``None`` if the base URL is no http address."""
        return target_of(self.base_url)

    def is_tenant(self, url: str) -> bool:
        """Return whether an address has the tenant's own host and port. Its errors concern every order."""
        if url.startswith(self._home):
            return True
        here, home = target_of(url), self.tenant
        if here is None or home is None or here.host != home.host:
            return False
        return here.port == home.port or {here.port, home.port} == set(_DEFAULT_PORTS.values())

    def name_to_look_up(self, url: str) -> str:
        """Return the host name to look up before deciding; empty if the address alone decides."""
        here = target_of(url)
        return here.host if here and here.address is None and not self._is_trusted(here) else ""

    @property
    def tenant_name(self) -> str:
        """The tenant's host where that is a name, which may stand for an address anywhere; else empty."""
        return self.tenant.host if self.tenant is not None and self.tenant.address is None else ""

    def objection(self, url: str, addresses: Sequence[str] = (), tenant_addresses: Sequence[str] = ()) -> str:
        """Return why an address is refused.

        Args:
            url: The address.
            addresses: What its host name resolves to; empty if it was not looked up.
            tenant_addresses: Likewise the tenant's, which are needed only where there would be an objection.

        Returns:
            The reason, without the address; empty if it may be asked.
        """
        if url.startswith(self._home):
            return ""
        here = target_of(url)
        if here is None:
            scheme = _SCHEME.match(url.strip(_EDGES))
            is_other = scheme is not None and scheme[1].lower() not in _DEFAULT_PORTS
            if scheme is not None and is_other:
                return f"{scheme[1].lower()[:20]}: is not fetched"
            return f"{url.partition('?')[0][:_SHOWN_CHARS]!r} is no http address"
        if self.tenant is not None and here.host == self.tenant.host:
            return ""
        if here.has_user:
            return "it has a user name or password in it"
        if self._is_trusted(here):
            return ""
        known = self._tenants_reach(tenant_addresses)
        found = [reach_of(address) for address in addresses] or [_reach_alone(here)]
        strange = next((reach for reach in found if reach is not Reach.PUBLIC and reach not in known), None)
        cure = "if it is yours, list it in COUPA_ALLOWED_HOSTS"
        return f"{here.host[:_SHOWN_CHARS]} is on {strange}, where your Coupa is not: {cure}" if strange else ""

    @cached_property
    def _home(self) -> str:
        return f"{self.base_url.rstrip('/')}/"

    def _is_trusted(self, here: Target) -> bool:
        if self.tenant is not None and here.host == self.tenant.host:
            return True
        allowed = (allowed_host.strip().lower().rstrip(".") for allowed_host in self.allowed_hosts)
        return any(
            here.host.endswith(item) if item.startswith(".") else here.host == item.strip("[]") for item in allowed
        )

    def _tenants_reach(self, tenant_addresses: Sequence[str]) -> set[Reach]:
        alone = {_reach_alone(self.tenant)} if self.tenant is not None else set()
        return alone | {reach_of(tenant_address) for tenant_address in tenant_addresses}


def target_of(url: str) -> Target | None:
    """Read an HTTP address as browsers do.

    Returns:
        ``None`` for what is no address, and for one that two readers may read as two hosts.
    """
    match = _ADDRESS.match(url.strip(_EDGES))
    return _target(match[0]) if match is not None else None


@lru_cache(maxsize=256)
def _target(start: str) -> Target | None:
    """Read the part of an address before its path, which few addresses differ in."""
    match = _ADDRESS.match(start)
    if match is None or any(char < "!" or char == "\x7f" for char in start):
        return None
    scheme, user, host, port = match[1].lower(), match[2], match[3], match[4]
    number = int(port) if port else _DEFAULT_PORTS[scheme]
    if number > 0xFFFF:
        return None
    try:
        name, address = _host(host)
    except ValueError:
        return None
    return Target(scheme, name, number, address, has_user=user is not None)


def host_of(url: str) -> str:
    """Return an address's host and port, which tell servers apart; empty if it is no address."""
    here = target_of(url)
    return f"{here.host}:{here.port}" if here else ""


def reach_of(address: str) -> Reach:
    """Return from where an address can be reached. If another address is embedded in it, that one counts.

    Args:
        address: As ``getaddrinfo`` gives it, a zone included; what is no address is for special use.
    """
    try:
        return _reach(ip_address(address.partition("%")[0]))
    except ValueError:
        return Reach.SPECIAL


def _reach_alone(here: Target) -> Reach:
    if here.address is not None:
        return _reach(here.address)
    is_here = here.host in _LOCAL_NAMES or here.host.endswith(".localhost")
    return Reach.LOOPBACK if is_here else Reach.PUBLIC


def _reach(address: IPv4Address | IPv6Address) -> Reach:
    if isinstance(address, IPv6Address) and (inner := _inside(address)) is not None:
        return _reach(inner)
    known = next(
        (reach for reach, networks in _NETWORKS.items() if any(address in network for network in networks)), None
    )
    if known is not None:
        return known
    return Reach.PUBLIC if address.is_global and not address.is_multicast else Reach.SPECIAL


def _inside(address: IPv6Address) -> IPv4Address | None:
    """Find the IPv4 address that an IPv6 address leads to: mapped, compatible, 6to4, Teredo, NAT64."""
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return last if address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF) else None


def _host(text: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    """Read a host.

    Raises:
        ValueError: If it is none.
    """
    if text.startswith("["):
        six = IPv6Address(text[1:-1])
        return str(six), six
    host = _DOTS.sub(".", unicodedata.normalize("NFKC", text).casefold()).removesuffix(".")
    # Browsers drop soft hyphens and their like from names, so what is left must not be an address in disguise.
    plain = "".join(char for char in host if char.isascii())
    if not host or any(char <= " " or char in '%<>^|"`{}\\/?#@:[]' or char == "\x7f" for char in host):
        raise ValueError("no host")
    if _NUMBER.fullmatch(plain.rpartition(".")[2]):
        four = _ipv4(plain.split("."))
        return str(four), four
    return (plain if plain in _LOCAL_NAMES else host), None


def _ipv4(parts: list[str]) -> IPv4Address:
    """Read an IPv4 address in any of the forms that systems and browsers take: ``2130706433``, ``0x7f.1``, ``0177.1``.

    Raises:
        ValueError: If it is none.
    """
    if len(parts) > 4 or any(not _NUMBER.fullmatch(part) or len(part) > 20 for part in parts):
        raise ValueError("no address")
    *first, last = (_number(part.lower()) for part in parts)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise ValueError("no address")
    return IPv4Address(last + sum(number << (24 - 8 * place) for place, number in enumerate(first)))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)
