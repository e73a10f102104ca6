"""Opens a page of the tenant, waits until it is complete or stops changing, and says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BusyError, SignInRequiredError, UnknownPageError
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, Page, SignInPage, UnknownPage, read_page
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document, Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.reading.signed_in import ask

_BOUNDS = Bounds()


class OpenedPage(NamedTuple):
    """A page that was opened.

    Attributes:
        page: What it is; it has what the page never showed.
        fallback_reason: Why the direct lane left it to a browser; empty if it did not.
        html: Its text.
    """

    page: OrderPage | NotFoundPage
    fallback_reason: str
    html: str


class Listless:
    """The pages that were waited for in full and never showed a list of attachments, nor any attachment.

    Whoever opens such a page once more, for an order that runs again, does not wait for it again.
    """

    def __init__(self) -> None:
        self._addresses: set[str] = set()

    def __contains__(self, url: str) -> bool:
        return url in self._addresses

    def note(self, url: str, page: OrderPage | NotFoundPage) -> None:
        """Note what a page has turned out to be."""
        if isinstance(page, OrderPage) and page.is_listless:
            self._addresses.add(url)
        else:
            self._addresses.discard(url)


async def open_document(
    session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS, listless: Listless | None = None
) -> OpenedPage:
    """Open an order or a requisition.

    Args:
        session: Opens it.
        url: Its address.
        base_url: The tenant's address.
        bounds: How large and how deep it may be.
        listless: The pages that are known to show no list of attachments.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page.
        BusyError: If it answers 429 or 5xx.
        PageTimeoutError: If no page came in time.
        ExcessivePageError: If it is larger or deeper than a page may be.
        UnknownPageError: If it is none of the known pages.
        UnreachableError: If the network did not carry the request.
    """
    document, page = await open_any(
        session, url, base_url, bounds, is_listless=listless is not None and url in listless
    )
    if isinstance(page, UnknownPage):
        raise UnknownPageError(f"{url}: neither an order nor a not-found page (title {page.title[:60]!r})")
    if listless is not None:
        listless.note(url, page)
    return OpenedPage(page, document.fallback_reason, document.html)


async def open_any(
    session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS, *, is_listless: bool = False
) -> tuple[Document, OrderPage | NotFoundPage | UnknownPage]:
    """Open a page of any kind, and wait until it shows what it announces or stops changing.

    Args:
        session: Opens it.
        url: Its address.
        base_url: The tenant's address.
        bounds: How large and how deep it may be.
        is_listless: Whether it was waited for before, and showed no list of attachments.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page, or the way led through a sign-in.
        BusyError: If it answers 429 or 5xx.
        UnknownPageError: If it answers this address with its landing page.
        UnreachableError: If the network did not carry the request.
    """
    document, is_landing = await ask(session, url, base_url, until=_Whole(base_url, bounds, is_listless=is_listless))
    read: partial[Page] = partial(read_page, document.html, document.url, base_url, bounds)
    page = await worker_threads.parse(read, document.html, bounds=bounds)
    if isinstance(page, SignInPage):
        raise SignInRequiredError(document.url)
    if document.status in (401, 403) and not isinstance(page, OrderPage | NotFoundPage):
        raise SignInRequiredError(document.url)
    if document.status is not None and is_busy(document.status):
        raise BusyError(url, document.status, document.retry_after_s)
    if is_landing:
        where = document.url.partition("?")[0]
        raise UnknownPageError(f"{url}: Coupa leads from here to {where}, each time: open it in a browser")
    return document, page


class _Whole:
    """An ``until``: whether a page shows all that it announces, and what it lacks."""

    def __init__(self, base_url: str, bounds: Bounds, *, is_listless: bool) -> None:
        self._is_listless = is_listless
        self._bounds = bounds
        self.lacks: Mapping[str, int] = {}
        self._base_url = base_url

    def __call__(self, document: Document, /) -> bool:
        page = read_page(document.html, document.url, self._base_url, self._bounds)
        self.lacks = page.lacks if isinstance(page, OrderPage) else {}
        return not self.lacks or (self._is_listless and isinstance(page, OrderPage) and page.is_listless)
