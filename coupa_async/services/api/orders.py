"""Reads orders and requisitions over the API, and hands to the tenant's pages what it does not show."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from coupa_async.domain.api.data import read_order_data
from coupa_async.domain.api.documents import ApiDocument
from coupa_async.domain.api.errors import ApiRefusalError
from coupa_async.domain.api.lines import read_lines
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.record import NO_DATA
from coupa_async.domain.errors import (
    InputError,
    PageError,
    SignInError,
    WrongOrderError,
)
from coupa_async.domain.order import AttachmentSource, Order
from coupa_async.domain.pages.addresses import DEFAULT_PATH, Way, candidates, id_of
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.ports import Session
from coupa_async.services.api.lookup import NumberLookup
from coupa_async.services.api.reader import DocumentReader, lack
from coupa_async.services.collection.reading.find_order import OrderFinder
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.reading.pages import OpenedPage

_log = logging.getLogger(__name__)
_BOUNDS = Bounds()
T = TypeVar("T")


class ApiOrders:
    """The source of orders of the lane ``api``: see ``OrderSource``."""

    def __init__(
        self,
        base_url: str,
        path: str = DEFAULT_PATH,
        bounds: Bounds = _BOUNDS,
        *,
        pages: OrderFinder | None = None,
        reads_data: bool = False,
        reads_lines: bool = False,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Make the source.

        Args:
            base_url: The tenant's address.
            path: Where the tenant has its orders' pages.
            bounds: Bounds on answers.
            pages: Reads the pages of what the API does not show; ``None`` where no person has signed in.
            reads_data: Whether an order's data is wanted.
            reads_lines: Whether its lines are.
            warn: Called with what the user should look at.
        """
        self._base_url = base_url
        self._path = path
        self._bounds = bounds
        self._pages = pages
        self._reads_data = reads_data
        self._reads_lines = reads_lines
        self._warn = warn
        self._reader = DocumentReader(base_url, bounds, whole_lines=reads_lines, warn=warn)
        self._lookup = NumberLookup(base_url, bounds, whole_lines=reads_lines, see=self._reader.see)

    def url(self, order: Order) -> str:
        """See ``OrderSource``."""
        return candidates(order, self._base_url, self._path)[0].url

    async def find(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> FoundOrder:
        """See ``OrderSource``."""
        document = await self._lookup.find(order.number, session) or await self._by_link(order, session)
        heartbeat()
        if document is None:
            url = self.url(order)
            return FoundOrder(page=NotFoundPage(url=url), url=url, way=Way.API)
        read = await self._reader.read(document, session, heartbeat)
        page, is_sure = read.page, read.are_all_lines
        data = read_order_data(document.record, read.lines if is_sure else None) if self._reads_data else NO_DATA
        lines = read_lines(read.lines, self._bounds, is_sure=is_sure) if self._reads_lines else None
        found = FoundOrder(page=page, url=page.url, way=Way.API, is_named=True, data=data, lines=lines)
        if page.missing and self._pages is not None:
            linked = replace(order, links=(page.url,))
            better = await self._by_person(lambda pages: pages.find(linked, session, heartbeat))
            if better is not None and not isinstance(better.page, NotFoundPage):
                return replace(better, fallback_reason=page.missing, data=data)
        return found

    async def requisition(self, page: OrderPage, session: Session) -> OpenedPage:
        """See ``OrderSource``."""
        kind = AttachmentSource.REQUISITION
        requisition_id = id_of(page.requisition_url)
        found: OrderPage | NotFoundPage
        try:
            document = await self._reader.document(kind, requisition_id, session)
        except ApiRefusalError as error:
            empty = ApiDocument(kind=kind, id=requisition_id, record={})
            found = empty.page(self._base_url, lacks=[lack("requisition", error)])
        else:
            if document is None:
                return OpenedPage(NotFoundPage(url=page.requisition_url), "", "")
            found = (await self._reader.read(document, session, lambda: None)).page
        if found.missing and self._pages is not None:
            better = await self._by_person(lambda pages: pages.requisition(page, session))
            if better is not None:
                return better
        return OpenedPage(found, "", "")

    async def _by_link(self, order: Order, session: Session) -> ApiDocument | None:
        """Look an order up by the link or the id that the sheet has for it.

        Raises:
            WrongOrderError: If that is another order's.
        """
        for candidate in candidates(order, self._base_url, self._path):
            if candidate.way is Way.SHEET and (order_id := id_of(candidate.url)):
                document = await self._reader.document(AttachmentSource.ORDER, order_id, session)
                if document is not None and document.key != order.number.key:
                    raise WrongOrderError(candidate.url, document.number, order.number.shown)
                if document is not None:
                    return document
        return None

    async def _by_person(self, read: Callable[[OrderFinder], Awaitable[T]]) -> T | None:
        """Read a page of the tenant with a person's sign-in; ``None`` if it shows no more than the API."""
        assert self._pages is not None  # noqa: S101 - whoever calls this has looked
        try:
            return await read(self._pages)
        except (SignInError, InputError) as error:
            self._pages = None
            self._warn(f"what the API does not show is not read from its pages: {error}: coupa-async login")
        except PageError as error:
            _log.info("the page shows no more than the API: %s", error)
        return None
