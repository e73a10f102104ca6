"""Asks the API for the ids of orders whose pages are read in another lane."""

from __future__ import annotations

import logging
from collections.abc import Callable

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import PageError, SignInError
from coupa_async.domain.order import OrderNumber
from coupa_async.ports import Session
from coupa_async.services.api.lookup import NumberLookup

_log = logging.getLogger(__name__)


class OrderIds:
    """The ids of orders by their numbers. Where the API does not help, pages are looked for as without it."""

    def __init__(self, base_url: str, bounds: Bounds, warn: Callable[[str], None]) -> None:
        """Make it.

        Args:
            base_url: The tenant's address.
            bounds: Bounds on answers.
            warn: Called with what the user should look at.
        """
        self._lookup: NumberLookup | None = NumberLookup(base_url, bounds, only_ids=True)
        self._warn = warn

    async def __call__(self, number: OrderNumber, session: Session) -> str:
        """Return an order's id; empty if the API does not tell it."""
        if self._lookup is None:
            return ""
        try:
            document = await self._lookup.find(number, session)
        except SignInError as error:
            if self._lookup is not None:
                self._lookup = None
                self._warn(f"the API is not asked for ids of orders: {error}")
        except PageError as error:
            _log.info("the API does not tell the id of %s: %s", number.shown, error)
        else:
            return document.id if document else ""
        return ""
