"""Connections that are cheap to read, and of which it is cheap to see whether the server has hung up.

The pool asks that of every idle one, twice a request. anyio puts together all that it knows of a socket each time,
which with some dozens of connections is the dearest part of a request. And a file is read in as large pieces as the
event loop has them, for each goes through a dozen functions on its way up.
"""

from __future__ import annotations

import select
from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpcore2
import httpx2

_READ_BYTES = 1 << 18  # what asyncio reads at once


def use_cheap_sockets(http: httpx2.AsyncClient) -> None:
    """Have a client open such connections. Those through a proxy stay as they are."""
    transport: Any = http._transport  # httpx2 has no public name for it, nor for the pool's backend
    transport._pool._network_backend = _Sockets()


class _Sockets(httpcore2.AnyIOBackend):
    async def connect_tcp(self, *arguments: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        return Stream.around(await super().connect_tcp(*arguments, **options))


class Stream:
    """A connection, with its socket looked up once."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._is_readable = _look(stream.get_extra_info("socket"))
        self.write, self.aclose = stream.write, stream.aclose

    @classmethod
    def around(cls, stream: httpcore2.AsyncNetworkStream) -> httpcore2.AsyncNetworkStream:
        """Put one around another."""
        return cast("httpcore2.AsyncNetworkStream", cls(stream))

    def read(self, max_bytes: int, timeout: float | None = None) -> Awaitable[bytes]:
        """Read what is there; more than asked for where there is more, which no reader of HTTP minds."""
        return self._stream.read(max(max_bytes, _READ_BYTES), timeout)

    async def start_tls(self, *arguments: Any, **options: Any) -> httpcore2.AsyncNetworkStream:
        """Go on encrypted, on the same socket."""
        return Stream.around(await self._stream.start_tls(*arguments, **options))

    def get_extra_info(self, info: str) -> Any:
        """Tell what is known of the connection."""
        return self._is_readable() if info == "is_readable" else self._stream.get_extra_info(info)


def _look(socket: Any) -> Callable[[], bool]:
    """Make a look at whether a socket has something to be read; of an idle connection that is its end."""
    if not hasattr(select, "poll"):  # Windows
        return lambda: socket.fileno() < 0 or bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    # Without a number it is closed already, and its number may be another's.
    return lambda: socket.fileno() < 0 or bool(poll.poll(0))
