"""The one way to clean up, and the one way to leave a task group with a single error.

Used by the engine and by the backends, whose context managers end browsers and drivers.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio

from coupa_async.domain.errors import CoupaError, SessionLostError

_log = logging.getLogger(__name__)
_IN_HURRY_S = 0.25


def closing_time_s(within_s: float) -> float:
    """Return how many seconds something gets to end by itself; hardly any if we are cancelled.

    Then a person who pressed Ctrl-C a second time is waiting.
    """
    return min(within_s, _IN_HURRY_S) if anyio.current_effective_deadline() == -math.inf else within_s


async def cleanup(what: str, close: Callable[[], Awaitable[object]], *, within_s: float) -> bool:
    """Close something: shielded from cancellation, bounded in time, logged, never raising.

    Returns:
        Whether it closed properly; if not, the caller takes the next, rougher step.
    """
    with anyio.move_on_after(within_s, shield=True) as scope:
        try:
            await close()
        except Exception as error:  # noqa: BLE001 - whatever a closing part raises must not hide why it was closed
            _log.warning("closing %s failed: %s", what, error)
            return False
    if scope.cancelled_caught:
        _log.warning("closing %s took over %.0f s: given up", what, within_s)
        return False
    return True


@contextmanager
def plain_errors() -> Iterator[None]:
    """Let one error leave a task group without the group around it. A group with unexpected errors stays whole.

    A lost session goes before other errors, because it causes them.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        leaves = _leaves(group)
        known = [leaf for leaf in leaves if isinstance(leaf, CoupaError)]
        if len(leaves) == 1:
            raise leaves[0] from leaves[0].__cause__
        if len(known) != len(leaves):
            raise
        raise min(known, key=lambda leaf: not isinstance(leaf, SessionLostError)) from None


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]
