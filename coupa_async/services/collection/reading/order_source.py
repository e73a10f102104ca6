"""Where orders are read from: the tenant's pages, or its API. Both give the same records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from coupa_async.domain.order import Order
from coupa_async.domain.pages.page import OrderPage
from coupa_async.ports import Session
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.reading.pages import OpenedPage


class OrderSource(Protocol):
    """Reads orders and requisitions through sessions."""

    def url(self, order: Order) -> str:
        """Return the most likely address of an order, as a person would open it."""
        ...

    async def find(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> FoundOrder:
        """Read an order.

        Args:
            order: The order.
            session: Signed in.
            heartbeat: Called after each answer.

        Raises:
            WrongOrderError: If only another order is found.
            UnknownPageError: If an answer is none of the known ones.
            SignInRequiredError, PageError, SessionLostError: As ``Session.open``.
        """
        ...

    async def requisition(self, page: OrderPage, session: Session) -> OpenedPage:
        """Read the requisition that an order names; without a text where it is read from no page.

        Raises:
            SignInRequiredError, PageError, SessionLostError: As ``Session.open``.
        """
        ...
