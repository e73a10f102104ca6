"""HTTP connections, so many and no more: whoever opens a thousand takes neither the page nor the run's files away.

The oldest connection on which nothing is being answered gives way to a new one.
"""

from __future__ import annotations

import logging
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 64
_FIRST_REQUEST_S = 10.0
_log = logging.getLogger(__name__)
_FULL = b"too many connections to coupa-async: close some windows\n"
_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(_FULL), _FULL)
)


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol with a bound on connections, and on how long one may ask for nothing."""

    requested = False
    order = 0
    _made = 0

    def connection_made(self, transport: Any) -> None:  # noqa: D102 - uvicorn's
        if len(self.connections) >= MOST and not self._make_room():
            transport.write(_ANSWER)
            transport.close()
            self.transport = transport
            return
        BoundedProtocol._made += 1
        self.order = BoundedProtocol._made
        super().connection_made(transport)
        self.loop.call_later(_FIRST_REQUEST_S, self._end_if_silent)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102 - uvicorn's
        if self in self.connections:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:  # noqa: D102 - uvicorn's
        if self in self.connections:
            super().data_received(data)
            self.requested = self.requested or self.cycle is not None

    def _make_room(self) -> bool:
        idle = [item for item in self.connections if isinstance(item, BoundedProtocol) and item.is_idle]
        if not idle:
            return False
        oldest = min(idle, key=lambda item: item.order)
        oldest.give_way()
        return True

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered on it."""
        return self.cycle is None or self.cycle.response_complete

    def give_way(self) -> None:
        """End it, with one clear answer where none was given yet."""
        if not self.requested:
            self.transport.write(_ANSWER)
        self.connections.discard(self)
        self.transport.close()

    def _end_if_silent(self) -> None:
        if not self.requested and self in self.connections:
            self.give_way()
