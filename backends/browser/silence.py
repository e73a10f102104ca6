"""Bounds how long a download may be silent. A connection that died while the machine slept gives no error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from coupa_async.domain.errors import DownloadTimeoutError


@contextmanager
def bounded_silence(within_s: float) -> Iterator[Callable[[], None]]:
    """End the block when nothing was heard for too long.

    Args:
        within_s: Seconds of silence that are allowed.

    Yields:
        A function to call whenever something is heard.

    Raises:
        DownloadTimeoutError: If the block was ended.
    """
    with anyio.move_on_after(within_s) as scope:

        def heard() -> None:
            now_s = anyio.current_time()
            if scope.deadline < now_s + within_s * 0.9:  # not for every piece: a deadline is dear to move
                scope.deadline = now_s + within_s

        yield heard
    if scope.cancelled_caught:
        raise DownloadTimeoutError(f"nothing came for {within_s:.0f} s")
