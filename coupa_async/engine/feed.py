"""Feeds orders into a stream of size 0, so that an order is either still here or in flight."""

from __future__ import annotations

from collections import deque

import anyio
from anyio.streams.memory import MemoryObjectSendStream

from coupa_async.domain.order import Order


async def feed(orders: deque[Order], stream: MemoryObjectSendStream[Order], scope: anyio.CancelScope) -> None:
    """Offer the orders one by one until all are taken, ``scope`` is cancelled, or nobody is left to take them.

    An order leaves ``orders`` when a worker has it. Closing the stream tells the workers that no more will come.
    """
    async with stream:
        with scope:
            while orders:
                try:
                    await stream.send(orders[0])
                except anyio.BrokenResourceError:
                    return
                orders.popleft()
