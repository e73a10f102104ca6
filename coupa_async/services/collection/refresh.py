"""Reads the data of finished orders again. Their files, folders and outcomes stay what they are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from coupa_async.domain.errors import CoupaError
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.pages.page import NotFoundPage
from coupa_async.ports import Session
from coupa_async.services.collection.collector import Collector

_log = logging.getLogger(__name__)


class Refresher:
    """The job of a run that asks for data again: finished orders are only read, all others are collected."""

    def __init__(self, collector: Collector, finished: Mapping[str, OrderResult]) -> None:
        """Make the job.

        Args:
            collector: Collects orders that are not finished.
            finished: The results of those that are, by key.
        """
        self._collector = collector
        self._finished = finished

    async def collect(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> OrderResult:
        """Read a finished order's data, or collect an order; see :meth:`Collector.collect`."""
        before = self._finished.get(order.number.key)
        if before is None:
            return await self._collector.collect(order, session, heartbeat)
        found = await self._collector.find(order, session, heartbeat)
        if isinstance(found.page, NotFoundPage):
            _log.warning("%s is not found any more: its data stays as it was", order.number.shown)
            return before
        note = found.lines.note if found.lines is not None else ""
        return replace(
            before,
            data=found.data,
            lines=found.lines,
            supplier=found.page.supplier or before.supplier,
            error=before.error if note in before.error else ". ".join(filter(None, (before.error, note))),
        )

    async def give_up(self, order: Order, error: CoupaError, session: Session | None) -> OrderResult:
        """Keep what is known of a finished order whose page cannot be read; see :meth:`Collector.give_up`."""
        before = self._finished.get(order.number.key)
        if before is None:
            return await self._collector.give_up(order, error, session)
        _log.warning("%s could not be read again, its data stays as it was: %s", order.number.shown, error)
        return before

    async def record(self, result: OrderResult) -> None:
        """Record the result; see :meth:`Collector.record`."""
        await self._collector.record(result)
