"""Looks names up for connections, and refuses those that lead where the program does not go.

A connection goes to the very addresses that were judged, so a name that stands for another one a moment later gains
nothing by it.
"""

from __future__ import annotations

import socket

import anyio
from aiohttp.abc import AbstractResolver, ResolveResult

from coupa_async.domain.errors import ForbiddenAddressError
from coupa_async.domain.http.targets import Targets
from coupa_async.runtime.name_lookup import objection_to


class Resolver(AbstractResolver):
    """Looks names up as the system does."""

    def __init__(self, targets: Targets | None, trusted: frozenset[tuple[str, int]] = frozenset()) -> None:
        """Make one.

        Args:
            targets: Where connections may lead; ``None`` for anywhere.
            trusted: Host and port of proxies, which may be anywhere.
        """
        self._targets = targets
        self._trusted = trusted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up.

        Raises:
            OSError: If it is not known.
            ForbiddenAddressError: If one of its addresses may not be asked.
        """
        found = await anyio.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        url = f"http://{host}:{port}/"
        if self._targets and (host, port) not in self._trusted and self._targets.name_to_look_up(url):
            addresses = [str(address[0]) for *_, address in found]
            if reason := await objection_to(url, addresses, self._targets):
                raise ForbiddenAddressError("", reason)
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=flags)
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is open."""
