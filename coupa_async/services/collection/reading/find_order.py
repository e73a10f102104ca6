"""Finds an order's page among the addresses that it may have. A page is believed only if it names the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.errors import UnknownPageError, WrongOrderError
from coupa_async.domain.order import AttachmentSource, Order, OrderNumber
from coupa_async.domain.pages.addresses import DEFAULT_PATH, Candidate, Way, candidates, id_of, kind_of, page_address
from coupa_async.domain.pages.data.order_data import read_order_data
from coupa_async.domain.pages.identity import Identity, identify
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.ports import Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.reading.pages import Listless, OpenedPage, open_document

# After so many orders of a kind whose page was found in one way and no other, a not-found is believed without the rest.
_PROVEN = 3
_BOUNDS = Bounds()

FindId = Callable[[OrderNumber, Session], Awaitable[str]]
"""Tells the id of an order by its number; empty if it does not know."""


class OrderFinder:
    """Finds orders' pages. The way that worked for the last order of a kind is tried first, which saves requests."""

    def __init__(
        self,
        base_url: str,
        path: str = DEFAULT_PATH,
        bounds: Bounds = _BOUNDS,
        *,
        reads_data: bool = False,
        find_id: FindId | None = None,
    ) -> None:
        """Make a finder.

        Args:
            base_url: The tenant's address.
            path: Where orders' pages are.
            bounds: Bounds on pages.
            reads_data: Whether an order's data is wanted.
            find_id: Tells the ids of orders; ``None`` if nothing does.
        """
        self._find_id = find_id
        self._base_url = base_url
        self._reads_data = reads_data
        self._bounds = bounds
        self._path = path
        self._last: dict[str, Way] = {}
        self._listless = Listless()
        self._proofs: Counter[tuple[str, Way]] = Counter()

    def url(self, order: Order) -> str:
        """Return the most likely address of an order."""
        return self._candidates(order)[0].url

    async def find(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> FoundOrder:
        """Open an order's addresses, one after the other, until one shows it.

        Args:
            order: The order.
            session: Signed in.
            heartbeat: Called after each page.

        Raises:
            WrongOrderError: If they show other orders.
            UnknownPageError: If one shows an unknown page, and none the order.
            SignInRequiredError, PageError, SessionLostError: As :func:`open_document`.
        """
        is_asked = not self._has_proof(order.number)
        linked = await self._linked(order, session) if is_asked else order
        found = await self._open(linked, session, heartbeat)
        if isinstance(found.page, NotFoundPage) and not is_asked:
            linked = await self._linked(order, session)
            found = found if linked == order else await self._open(linked, session, heartbeat)
        is_by_api = linked != order and found.way is Way.SHEET and found.url == linked.links[-1]
        return replace(found, way=Way.API) if is_by_api else found

    async def _linked(self, order: Order, session: Session) -> Order:
        """Return the order with a link to its page, where something tells its id and the first guess is not that."""
        order_id = await self._find_id(order.number, session) if self._find_id else ""
        if not order_id:
            return order
        url = page_address(self._base_url, self._path, order_id)
        guess = next(item for item in self._candidates(order) if item.way is not Way.SHEET)
        return order if guess.url == url else replace(order, links=(*order.links, url))

    async def _open(self, order: Order, session: Session, heartbeat: Callable[[], None]) -> FoundOrder:
        odd: UnknownPageError | WrongOrderError | None = None
        missing: FoundOrder | None = None
        for candidate in self._candidates(order):
            try:
                page, fallback_reason, html = await self._document(candidate.url, session)
            except UnknownPageError as error:
                odd = odd or error  # from now on nothing is believed but a page that names the order
                continue
            finally:
                heartbeat()
            if isinstance(page, NotFoundPage):
                missing = missing or FoundOrder(
                    page=page, url=candidate.url, way=candidate.way, fallback_reason=fallback_reason
                )
                if self._is_proven(order, candidate.way):
                    break
                continue
            identity = _identity(page, order, candidate, is_sure=odd is None)
            if identity is Identity.OTHER:
                shown = page.numbers[0] if page.numbers else f"the page of id {page.page_id or 'unknown'}"
                odd = odd or WrongOrderError(candidate.url, shown, order.number.shown)
                continue
            is_named = identity is Identity.SAME
            if is_named:
                self._confirm(order, candidate.way)
            return FoundOrder(
                page=page,
                url=candidate.url,
                way=candidate.way,
                is_named=is_named,
                fallback_reason=fallback_reason,
                html=html,
                data=await self._data(html),
            )
        if odd is not None:
            raise odd
        assert missing is not None  # noqa: S101 - there is an address at least, and each was one or the other
        return missing

    async def requisition(self, page: OrderPage, session: Session) -> OpenedPage:
        """See ``OrderSource``."""
        return await self._document(page.requisition_url, session)

    async def _document(self, url: str, session: Session) -> OpenedPage:
        return await open_document(session, url, self._base_url, self._bounds, self._listless)

    async def _data(self, html: str) -> OrderData:
        if not self._reads_data:
            return NO_DATA
        return await worker_threads.parse(partial(read_order_data, html, self._bounds), html, bounds=self._bounds)

    def _candidates(self, order: Order) -> list[Candidate]:
        return candidates(order, self._base_url, self._path, self._last.get(kind_of(order.number)))

    def _confirm(self, order: Order, way: Way) -> None:
        if way is not Way.SHEET:
            kind = kind_of(order.number)
            self._last[kind] = way
            self._proofs[kind, way] += 1

    def _is_proven(self, order: Order, way: Way) -> bool:
        kind = kind_of(order.number)
        others = any(count for (known, other), count in self._proofs.items() if known == kind and other is not way)
        return self._proofs[kind, way] >= _PROVEN and not others

    def _has_proof(self, number: OrderNumber) -> bool:
        """Return whether guesses alone have led to the pages of such numbers, so that ids need not be asked for."""
        kind = kind_of(number)
        return any(count >= _PROVEN for (known, _), count in self._proofs.items() if known == kind)


def _identity(page: OrderPage, order: Order, candidate: Candidate, *, is_sure: bool) -> Identity:
    if page.kind is not AttachmentSource.ORDER:
        return Identity.OTHER
    identity = identify(page.numbers, page.page_id, order.number.key, id_of(candidate.url))
    is_too_little = identity is Identity.UNNAMED and (candidate.needs_name or not is_sure)
    return Identity.OTHER if is_too_little else identity
