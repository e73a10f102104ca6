"""One page of the tenant through one session: opened, classified, and never believed before it is complete."""

from __future__ import annotations

from coupa_async.domain.errors import BusyError, PageTimeoutError, SignInRequiredError, UnknownPageError
from coupa_async.domain.page import NotFoundPage, OrderPage, SignInPage, UnknownPage, read_page
from coupa_async.domain.policy import is_busy
from coupa_async.ports import Document, Session
from coupa_async.services.asking import ask


async def open_document(session: Session, url: str, base_url: str) -> tuple[OrderPage | NotFoundPage, str]:
    """Open an order or a requisition.

    Returns:
        The page, and why it was left to a browser in the direct lane; empty if it was not.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page.
        BusyError: If it answers 429 or 5xx.
        PageTimeoutError: If the page never shows what its own counts announce.
        UnknownPageError: If it is none of the known pages.
        UnreachableError: If the network did not carry the request.
    """
    document, page = await open_any(session, url, base_url)
    if isinstance(page, UnknownPage):
        raise UnknownPageError(f"{url}: neither an order nor a not-found page (title {page.title[:60]!r})")
    if isinstance(page, OrderPage) and not page.is_complete:
        raise PageTimeoutError(f"{url}: {page.missing}")
    return page, document.handed_back


async def open_any(
    session: Session, url: str, base_url: str
) -> tuple[Document, OrderPage | NotFoundPage | UnknownPage]:
    """Open a page of the tenant, whatever it is, and wait until it shows what it announces.

    Raises:
        SignInRequiredError: If the tenant shows its sign-in page, or the way led through a sign-in.
        BusyError: If it answers 429 or 5xx.
        UnknownPageError: If it answers this address with its landing page.
        UnreachableError: If the network did not carry the request.
    """

    def whole(document: Document) -> bool:
        page = read_page(document.html, document.url, base_url)
        return not isinstance(page, OrderPage) or page.is_complete

    document, is_landing = await ask(session, url, base_url, until=whole)
    page = read_page(document.html, document.url, base_url)
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
