"""Enters and leaves blocking context managers in worker threads, so that the event loop does not wait for the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from typing import TypeVar

import anyio
from anyio import to_thread

T = TypeVar("T")


class ContextsInThreads:
    """Context managers that are left together, the last one first."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    async def enter(self, context: AbstractContextManager[T]) -> T:
        """Enter one more in a worker thread. It must not mind which thread it is left in."""
        return await to_thread.run_sync(self._stack.enter_context, context)

    async def leave(self) -> None:
        """Leave all that were entered. Left again at the end of the block, there is nothing more to leave."""
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._stack.close)


@asynccontextmanager
async def contexts_in_threads() -> AsyncIterator[ContextsInThreads]:
    """Enter context managers in worker threads, and leave them there at the end of the block."""
    contexts = ContextsInThreads(ExitStack())
    try:
        yield contexts
    finally:
        await contexts.leave()
