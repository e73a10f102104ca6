"""Reads a body no faster than the bandwidth allows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio

from coupa_async.runtime.bandwidth import Bandwidth


async def paced(
    pieces: AsyncIterator[bytes], bandwidth: Bandwidth, waits: Callable[[float], None]
) -> AsyncIterator[bytes]:
    """Pass a body on in pieces, and wait after each: what is not read is not sent either.

    Args:
        pieces: The body.
        bandwidth: What all bodies share.
        waits: Is told of each wait, in seconds, before it.
    """
    async for piece in pieces:
        yield piece
        if (wait_s := bandwidth.reserve(len(piece))) > 0:
            waits(wait_s)
            await anyio.sleep(wait_s)
