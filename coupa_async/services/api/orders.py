"""Reads orders and requisitions over the API, and hands to the tenant's pages what it does not show."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from coupa_async.domain.api import queries
from coupa_async.domain.api.answers import Record, records, text
from coupa_async.domain.api.attachments import in_comments, in_header, is_silent
from coupa_async.domain.api.data import read_order_data
from coupa_async.domain.api.documents import ApiDocument, read_document
from coupa_async.domain.api.errors import ApiRefusalError
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.record import NO_DATA
from coupa_async.domain.errors import (
    CoupaError,
    ExcessivePageError,
    InputError,
    PageError,
    SignInError,
    UnknownPageError,
    WrongOrderError,
)
from coupa_async.domain.order import AttachmentSource, Order
from coupa_async.domain.pages.addresses import DEFAULT_PATH, Way, candidates, id_of
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.ports import Session
from coupa_async.services.api.ask import ask
from coupa_async.services.api.lookup import NumberLookup
from coupa_async.services.collection.find_order import OrderFinder
from coupa_async.services.collection.found_order import FoundOrder
from coupa_async.services.collection.pages import OpenedPage

_log = logging.getLogger(__name__)
_BOUNDS = Bounds()
# Shorter than any page of answers: where so few come there are no more, however long the tenant's pages are.
_FEW = 10
_SCOPES = {
    "attachments": "a scope that covers attachments",
    "comments": "the scope core.comment.read",
    "requisition": "the scope core.requisition.read",
}
T = TypeVar("T")
_Address = Callable[[str, AttachmentSource, str, int], str]


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
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Make the source.

        Args:
            base_url: The tenant's address.
            path: Where the tenant has its orders' pages.
            bounds: Bounds on answers.
            pages: Reads the pages of what the API does not show; ``None`` where no person has signed in.
            reads_data: Whether an order's data is wanted.
            warn: Called with what the user should look at.
        """
        self._base_url = base_url
        self._path = path
        self._bounds = bounds
        self._pages = pages
        self._reads_data = reads_data
        self._warn = warn
        self._lookup = NumberLookup(base_url, bounds)
        self._lists_attachments = False

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
        page = await self._read(document, session, heartbeat)
        data = read_order_data(document.record) if self._reads_data else NO_DATA
        found = FoundOrder(page=page, url=page.url, way=Way.API, is_named=True, data=data)
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
            document = await self._document(kind, requisition_id, session)
        except ApiRefusalError as error:
            empty = ApiDocument(kind=kind, id=requisition_id, record={})
            found = empty.page(self._base_url, lacks=[_lack("requisition", error)])
        else:
            if document is None:
                return OpenedPage(NotFoundPage(url=page.requisition_url), "", "")
            found = await self._read(document, session, lambda: None)
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
                document = await self._document(AttachmentSource.ORDER, order_id, session)
                if document is not None and document.key != order.number.key:
                    raise WrongOrderError(candidate.url, document.number, order.number.shown)
                if document is not None:
                    return document
        return None

    async def _document(self, kind: AttachmentSource, document_id: str, session: Session) -> ApiDocument | None:
        url = queries.document(self._base_url, kind, document_id)
        value = await ask(session, url, self._base_url, self._bounds)
        if value is None:
            return None
        document = read_document(value, kind) if isinstance(value, dict) else None
        if document is None or document.id != document_id:
            raise UnknownPageError(f"{url.partition('?')[0]}: the answer is not the record that was asked for")
        return document

    async def _read(self, document: ApiDocument, session: Session, heartbeat: Callable[[], None]) -> OrderPage:
        """Read what a document's own record does not tell: its comments, and attachments that it is silent about."""
        lacks: list[str] = []
        if document.attachments is None or document.lines is None:
            document = await self._document(document.kind, document.id, session) or document
            heartbeat()
        own: list[Record] = []
        if document.attachments:
            self._lists_attachments = True
        elif document.attachments is None or not self._lists_attachments:
            # An empty list is believed once the tenant is seen to fill such lists at all.
            is_needed = document.attachments is None
            own = await self._listed("attachments", queries.attachments, document, session, lacks, is_needed=is_needed)
            heartbeat()
        if document.lines is None or document.lines_are_silent:
            lacks.append(
                f"the API does not show {'its lines' if document.lines is None else 'attachments of its lines'}"
            )
        told = await self._listed("comments", queries.comments, document, session, lacks)
        heartbeat()
        if is_silent(told):
            lacks.append("the API does not show attachments of its comments")
        return document.page(self._base_url, in_comments(told), lacks, in_header(own), self._bounds)

    async def _listed(
        self,
        name: str,
        address: _Address,
        document: ApiDocument,
        session: Session,
        lacks: list[str],
        *,
        is_needed: bool = True,
    ) -> list[Record]:
        """List something of a document, page by page.

        Args:
            name: What it is.
            address: Returns where it is, from an offset on.
            document: Whose.
            session: Asks.
            lacks: Is told if it is refused.
            is_needed: Whether it must be there.
        """
        found: dict[str, Record] = {}
        offset = 0
        while True:
            url = address(self._base_url, document.kind, document.id, offset)
            try:
                value = await ask(session, url, self._base_url, self._bounds)
            except ApiRefusalError as error:
                lacks.append(_lack(name, error))
                break
            if value is None:
                if is_needed and not offset:
                    lacks.append(f"the API does not show its {name}")
                break
            page = records(value)
            if page is None:
                raise UnknownPageError(f"{url.partition('?')[0]}: the answer is no list")
            new = {text(record, "id") or f"{offset}/{place}": record for place, record in enumerate(page)}
            is_over = len(page) < _FEW or new.keys() <= found.keys()
            found |= new
            if len(found) > self._bounds.page_attachments:
                raise ExcessivePageError(f"{url.partition('?')[0]}: more than {self._bounds.page_attachments:,} {name}")
            if is_over:
                break
            offset += len(page)
        return list(found.values())

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


def _lack(name: str, error: CoupaError) -> str:
    return f"the API does not show its {name} ({error}): ask for {_SCOPES[name]}"
