"""Connections that are cheap to read and cheap to check for being closed by the server.

The pool checks every idle connection twice for each request. With a system call for each, this would be the most
expensive part of a request; here one call checks them all. Files are read in pieces as large as the event loop has
them, because each piece passes through a dozen functions.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Sequence
from selectors import EVENT_READ, DefaultSelector
from typing import Any, cast

import httpcore2
import httpx2

from coupa_async.domain.errors import ForbiddenAddressError
from coupa_async.domain.http.targets import Targets
from coupa_async.runtime.cleanup import cleanup
from coupa_async.runtime.name_lookup import addresses_of, objection_to

_READ_BYTES = 1 << 18  # what asyncio reads at once
_SHELF_SOCKETS = 500  # Windows looks at no more than 512 at a time
_CLOSE_S = 1.0
_LOOK_HOLDS_S = 0.0002  # as long as the pool goes through its connections; no hang-up comes over a network so fast


def use_cheap_sockets(http: httpx2.AsyncClient, targets: Targets | None = None) -> None:
    """Make a client open such connections. Connections through a proxy stay as they are.

    Args:
        http: The client.
        targets: Where they may lead; ``None`` for anywhere.
    """
    transport: Any = http._transport  # httpx2 has no public name for it, nor for the pool's backend
    transport._pool._network_backend = _Sockets(targets)


class _Sockets(httpcore2.AnyIOBackend):
    def __init__(self, targets: Targets | None) -> None:
        self._watch = ReadinessPoller()
        self._targets = targets

    async def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        if self._targets is None or not (name := self._targets.name_to_look_up(url)):
            return Stream.around(await super().connect_tcp(host, port, *arguments, **options), self._watch)
        await self._see(url, await addresses_of(name))
        stream = await super().connect_tcp(host, port, *arguments, **options)
        try:
            # The name is looked up again for the connection, and may stand for something else this time.
            await self._see(url, [stream.get_extra_info("server_addr")[0]])
        except BaseException:
            await cleanup(f"a connection to {name}", stream.aclose, within_s=_CLOSE_S)
            raise
        return Stream.around(stream, self._watch)

    async def _see(self, url: str, addresses: Sequence[str]) -> None:
        if self._targets and (reason := await objection_to(url, addresses, self._targets)):
            raise ForbiddenAddressError("", reason)


class ReadinessPoller:
    """Sees which sockets are readable. For an idle connection that means that the server has closed it."""

    def __init__(self) -> None:
        self._shelves: list[_Shelf] = []
        self._sockets: dict[int, Any] = {}
        self._ready: set[int] = set()
        self._looked_s = -math.inf

    def add(self, socket: Any) -> int:
        """Add a socket.

        Returns:
            Its number; below 0 if it is closed already.
        """
        number: int = socket.fileno()
        if number >= 0 and (known := self._sockets.get(number)) is not socket:
            self.drop(known, number)  # one that the event loop has closed by itself, and whose number is free again
            self._free_shelf().add(number)
            self._sockets[number] = socket
            self._looked_s = -math.inf
        return number

    def drop(self, socket: Any, number: int) -> None:
        """Remove a socket, unless its number belongs to another one by now."""
        if number in self._sockets and self._sockets[number] is socket:
            next(shelf for shelf in self._shelves if number in shelf.numbers).drop(number)
            del self._sockets[number]

    def is_readable(self, socket: Any, number: int) -> bool:
        """Return whether a socket is readable or already closed."""
        now_s = time.monotonic()
        if now_s - self._looked_s > _LOOK_HOLDS_S:
            self._ready = self._look()
            self._looked_s = now_s
        return number in self._ready or socket.fileno() < 0

    def _look(self) -> set[int]:
        try:
            return {number for shelf in self._shelves for number in shelf.readable()}
        except OSError:  # Windows looks at none where one of them is closed, as the event loop does with a reset one
            for number, socket in list(self._sockets.items()):
                if socket.fileno() != number:
                    self.drop(socket, number)
        try:
            return {number for shelf in self._shelves for number in shelf.readable()}
        except OSError:
            return set(self._sockets)  # nobody knows: then none of them is used again

    def _free_shelf(self) -> _Shelf:
        for shelf in self._shelves:
            if len(shelf.numbers) < _SHELF_SOCKETS:
                return shelf
        self._shelves.append(_Shelf())
        return self._shelves[-1]


class _Shelf:
    """As many sockets as every system can check in one call."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self._selector = DefaultSelector()

    def add(self, number: int) -> None:
        self._selector.register(number, EVENT_READ)
        self.numbers.add(number)

    def drop(self, number: int) -> None:
        self._selector.unregister(number)
        self.numbers.remove(number)

    def readable(self) -> list[int]:
        # Windows does not look at none.
        return [key.fd for key, _ in self._selector.select(0)] if self.numbers else []


class Stream:
    """A connection."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, watch: ReadinessPoller) -> None:
        self.write = stream.write
        self._stream = stream
        self._watch = watch
        self._socket = stream.get_extra_info("socket")
        self._number = watch.add(self._socket)

    @classmethod
    def around(cls, stream: httpcore2.AsyncNetworkStream, watch: ReadinessPoller) -> httpcore2.AsyncNetworkStream:
        """Wrap another stream."""
        return cast("httpcore2.AsyncNetworkStream", cls(stream, watch))

    def read(self, max_bytes: int, timeout: float | None = None) -> Awaitable[bytes]:
        """Read what is there, also more than asked for; readers of HTTP accept that."""
        return self._stream.read(max(max_bytes, _READ_BYTES), timeout)

    async def start_tls(self, *arguments: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        """Start TLS on the same socket."""
        return Stream.around(await self._stream.start_tls(*arguments, **options), self._watch)

    async def aclose(self) -> None:
        """Close it."""
        self._watch.drop(self._socket, self._number)
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """Return a property of the connection."""
        if info == "is_readable":
            return self._watch.is_readable(self._socket, self._number)
        return self._stream.get_extra_info(info)
