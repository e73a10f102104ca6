"""Keeps the tabs of a browser to their shares of the bandwidth, which change with the number of tabs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from backends.browser.tab_pool import Spawn
from coupa_async.domain.errors import PageError, SessionLostError
from coupa_async.runtime.bandwidth import Bandwidth

_log = logging.getLogger(__name__)


def network_conditions(bytes_per_s: float) -> dict[str, object]:
    """Return the parameters of ``Network.emulateNetworkConditions`` for a tab, its downloads included."""
    return {"offline": False, "latency": 0, "downloadThroughput": bytes_per_s, "uploadThroughput": -1}


class BandwidthShares:
    """The shares of one session's tabs."""

    def __init__(self, bandwidth: Bandwidth | None, spawn: Spawn) -> None:
        """Begin.

        Args:
            bandwidth: What is divided; ``None`` for no bound.
            spawn: Starts a task of the session.
        """
        self._bandwidth = bandwidth
        self._spawn = spawn
        self._ends = ExitStack()

    async def add(self, limit: Callable[[float], Awaitable[None]]) -> Callable[[], None]:
        """Bound a tab before it asks for anything.

        Args:
            limit: Bounds it to so many bytes a second; raises an error if it is gone, or cannot be bounded.

        Returns:
            What to call when it is closed.
        """
        if (bandwidth := self._bandwidth) is None:
            return lambda: None

        async def keep_to_share() -> None:
            try:
                await limit(bandwidth.share)
            except (PageError, SessionLostError) as error:  # whoever uses it next finds out whether it is gone
                _log.warning("the bandwidth of a tab could not be bounded: %s", error)

        leave = bandwidth.join(lambda: self._spawn(keep_to_share))
        self._ends.callback(leave)
        await keep_to_share()
        return leave

    def end(self) -> None:
        """Leave the shares to others: the session is over."""
        self._ends.close()
