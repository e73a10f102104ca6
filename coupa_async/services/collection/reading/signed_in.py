"""Asks for pages and files so that a sign-in on the way is never taken for the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from coupa_async.domain.errors import NotAFileError, SignInPassedError, SignInRequiredError
from coupa_async.domain.pages.page import is_signed_out
from coupa_async.domain.pages.sign_in import Trace, origin_of, sign_in_trace
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document, Download, Session, accept_any


async def ask(
    session: Session, url: str, base_url: str, *, until: Callable[[Document], bool] = accept_any
) -> tuple[Document, bool]:
    """Open a page of the tenant. If it leads to the page on which a sign-in ends, it is opened once more to be sure.

    Returns:
        The page, and whether the tenant answers this address with its landing page, as it did twice.

    Raises:
        SignInRequiredError: If the sign-in page came.
        SignInPassedError: If the way led through a sign-in that needed nobody.
        PageError: As ``Session.open``.
    """
    return await ask_by(partial(session.open, url, until=until), url, base_url)


async def ask_by(show: Callable[[], Awaitable[Document]], url: str, base_url: str) -> tuple[Document, bool]:
    """Have a page of the tenant shown in some way, as :func:`ask` does.

    Args:
        show: Shows it.
        url: Its address.
        base_url: The tenant's.
    """
    document = await show()
    if not _has_landed(url, document, base_url):
        return document, False
    document = await show()
    if not _has_landed(url, document, base_url):
        raise SignInPassedError(url, document.url)
    return document, True


async def ask_for_file(session: Session, url: str, into: Path, base_url: str) -> Download:
    """Fetch a file of an order. It is asked for once more as in :func:`ask`.

    Raises:
        SignInRequiredError: If the sign-in page came.
        SignInPassedError: If the way led through a sign-in that needed nobody.
        NotAFileError: If another page came.
        DownloadError: As ``Session.download``.
    """
    try:
        return await _download(session, url, into, base_url)
    except NotAFileError as error:
        if _trace(url, error.via, error.url, base_url) is not Trace.LANDED:
            raise
        landing = error.url
    try:
        await _download(session, url, into, base_url)
    except NotAFileError as error:
        if _trace(url, error.via, error.url, base_url) is Trace.LANDED:
            raise  # the tenant's answer to this address, whoever is signed in
    raise SignInPassedError(url, landing)


def is_about_sign_in(url: str, shown: str, base_url: str) -> bool:
    """Return whether the page shown belongs to the sign-in, and is not what was asked for. ``shown`` may be empty."""
    return bool(shown) and (is_signed_out(shown, base_url) or sign_in_trace(url, (), shown, base_url) is not Trace.NONE)


async def _download(session: Session, url: str, into: Path, base_url: str) -> Download:
    try:
        download = await session.download(url, into)
    except NotAFileError as error:
        is_tenants = origin_of(base_url) in (origin_of(url), origin_of(error.url))  # a page of a store's is no sign-in
        if is_tenants and is_signed_out(error.url, base_url):
            raise SignInRequiredError(error.url) from error
        _trace(url, error.via, error.url, base_url)
        raise
    *via, ended = download.via or (url,)
    _trace(url, via, ended, base_url)
    return download


def _has_landed(url: str, document: Document, base_url: str) -> bool:
    if is_signed_out(document.url, base_url):
        raise SignInRequiredError(document.url)
    return _trace(url, document.via, document.url, base_url) is Trace.LANDED and not is_busy(document.status)


def _trace(url: str, via: Sequence[str], ended: str, base_url: str) -> Trace:
    trace = sign_in_trace(url, via, ended, base_url)
    if trace is Trace.PASSED:
        raise SignInPassedError(url, ended)
    return trace
