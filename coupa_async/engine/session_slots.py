"""How many workers may have a session: as many as are wanted, as far as memory allows."""

from __future__ import annotations

import math

import anyio


class SessionSlots:
    """Slots for sessions; a worker holds one while it has a session, as a context manager.

    Attributes:
        wanted: How many are wanted: asked for, or found best.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self._most: float = math.inf
        self._limiter = anyio.CapacityLimiter(wanted)
        self._more = anyio.Event()

    async def __aenter__(self) -> None:
        await self._limiter.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._limiter.release()

    @property
    def allowed(self) -> int:
        """How many may have a session now."""
        return int(self._limiter.total_tokens)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may have a session now."""
        return self._limiter.available_tokens <= 0

    def want(self, wanted: int) -> None:
        """Change how many are wanted. A session that is one too many goes on until it ends."""
        self.wanted = wanted
        self._changed()

    def limit(self, most: int) -> None:
        """Change how many memory allows."""
        self._most = most
        self._changed()

    async def wait_for_more(self, than: int) -> int:
        """Wait until more are wanted than ``than``; return how many."""
        while self.wanted <= than:
            await self._more.wait()
        return self.wanted

    def _changed(self) -> None:
        self._limiter.total_tokens = max(1, int(min(self.wanted, self._most)))
        self._more.set()
        self._more = anyio.Event()
