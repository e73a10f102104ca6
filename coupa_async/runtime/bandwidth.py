"""One bound on the bytes a second of everything that a run downloads, over all sessions and lanes."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from coupa_async.domain.policies.bandwidth import TokenBucket


class Bandwidth:
    """Divides a bound among those who download: browser tabs, and the program's own connections together.

    Attributes:
        bytes_per_s: The bound.
    """

    def __init__(self, bytes_per_s: int) -> None:
        self.bytes_per_s = bytes_per_s
        self._bucket = TokenBucket()
        self._is_bucket_used = False
        self._tabs: dict[object, Callable[[], None]] = {}

    @property
    def share(self) -> float:
        """Bytes a second for each tab, and for the program's own connections together if it has any."""
        return self.bytes_per_s / max(1, len(self._tabs) + self._is_bucket_used)

    def reserve(self, size_bytes: int) -> float:
        """Account for bytes that came over a connection of our own; return the seconds to wait before reading more."""
        if not self._is_bucket_used:
            self._is_bucket_used = True
            self._tell()
        now_s = anyio.current_time()
        self._bucket = self._bucket.took(size_bytes, self.share, now_s)
        return max(0.0, self._bucket.paid_s - now_s)

    def join(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Take part as a tab.

        Args:
            changed: Called when the share of the tab has changed.

        Returns:
            What ends it; calling it again does nothing.
        """
        tab = object()
        others = [*self._tabs.values()]
        self._tabs[tab] = changed
        for other in others:
            other()

        def leave() -> None:
            if self._tabs.pop(tab, None) is not None:
                self._tell()

        return leave

    def _tell(self) -> None:
        for changed in [*self._tabs.values()]:
            changed()
