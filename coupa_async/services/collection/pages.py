"""One page of the tenant through one session: opened, classified, and waited for until it is complete or still."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BusyError, SignInRequiredError, UnknownPageError
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, Page, SignInPage, UnknownPage, read_page
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document, Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.signed_in import ask

_BOUNDS = Bounds()


async def open_document(
    session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS
) -> tuple[OrderPage | NotFoundPage, str]:
    """Open an order or a requisition.

    Returns:
        The page, which says itself what it never showed, and why it was left to a browser in the direct lane; empty if
        it was not.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page.
        BusyError: If it answers 429 or 5xx.
        PageTimeoutError: If no page came in time.
        ExcessivePageError: If it is larger or deeper than a page may be.
        UnknownPageError: If it is none of the known pages.
        UnreachableError: If the network did not carry the request.
    """
    document, page = await open_any(session, url, base_url, bounds)
    if isinstance(page, UnknownPage):
        raise UnknownPageError(f"{url}: neither an order nor a not-found page (title {page.title[:60]!r})")
    return page, document.fallback_reason


async def open_any(
    session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS
) -> tuple[Document, OrderPage | NotFoundPage | UnknownPage]:
    """Open a page of the tenant, whatever it is, and wait until it shows what it announces, or shows no more.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page, or the way led through a sign-in.
        BusyError: If it answers 429 or 5xx.
        UnknownPageError: If it answers this address with its landing page.
        UnreachableError: If the network did not carry the request.
    """
    document, is_landing = await ask(session, url, base_url, until=_Whole(base_url, bounds))
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
        raise UnknownPageError(f"{url}: the tenant leads from here to {where}, each time: open it in a browser")
    return document, page


class _Whole:
    """Whether a page shows all that it announces; what it lacks, where it does not."""

    def __init__(self, base_url: str, bounds: Bounds) -> None:
        self._bounds = bounds
        self.lacks: Mapping[str, int] = {}
        self._base_url = base_url

    def __call__(self, document: Document, /) -> bool:
        page = read_page(document.html, document.url, self._base_url, self._bounds)
        self.lacks = page.lacks if isinstance(page, OrderPage) else {}
        return not self.lacks
