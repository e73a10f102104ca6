"""Finds an order's page among the addresses that it may have. A page is believed only if it names the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.errors import UnknownPageError, WrongOrderError
from coupa_async.domain.order import AttachmentSource, Order
from coupa_async.domain.pages.addresses import DEFAULT_PATH, Candidate, Way, candidates, id_of, kind_of
from coupa_async.domain.pages.identity import Identity, identify
from coupa_async.domain.pages.order_data import read_order_data
from coupa_async.domain.pages.page import NotFoundPage, OrderPage
from coupa_async.ports import Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.found_order import FoundOrder
from coupa_async.services.collection.pages import Listless, OpenedPage, open_document

# After so many orders of a kind whose page was found in one way and no other, a not-found is believed without the rest.
_PROVEN = 3
_BOUNDS = Bounds()


class OrderFinder:
    """Finds orders' pages. The way that worked for the last order of a kind is tried first, which saves requests."""

    def __init__(
        self, base_url: str, path: str = DEFAULT_PATH, bounds: Bounds = _BOUNDS, *, reads_data: bool = False
    ) -> None:
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
        odd: UnknownPageError | WrongOrderError | None = None
        missing: FoundOrder | None = None
        for candidate in self._candidates(order):
            try:
                page, fallback_reason, html = await self._open(candidate.url, session)
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
        return await self._open(page.requisition_url, session)

    async def _open(self, url: str, session: Session) -> OpenedPage:
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


def _identity(page: OrderPage, order: Order, candidate: Candidate, *, is_sure: bool) -> Identity:
    if page.kind is not AttachmentSource.ORDER:
        return Identity.OTHER
    identity = identify(page.numbers, page.page_id, order.number.key, id_of(candidate.url))
    is_too_little = identity is Identity.UNNAMED and (candidate.needs_name or not is_sure)
    return Identity.OTHER if is_too_little else identity
