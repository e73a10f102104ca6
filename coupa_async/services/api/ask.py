"""Asks the API a question, and tells its answers apart. What is no answer is never taken for "not there"."""

from __future__ import annotations

from functools import partial

from coupa_async.domain.api.answers import NotJsonError, error_text, read_json
from coupa_async.domain.api.errors import ApiRefusalError, TokenRefusedError
from coupa_async.domain.api.queries import SCOPES
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BusyError, ExcessivePageError, SignInRefusedError, UnknownPageError
from coupa_async.domain.pages.page import is_signed_out
from coupa_async.domain.pages.tenant_page import page_title
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Session
from coupa_async.runtime import worker_threads

_BOUNDS = Bounds()
_NOTHING, _FORBIDDEN = (404, 410), 403


async def ask_for_orders(session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS) -> object | None:
    """Ask what every client of ours must be allowed to ask; otherwise as :func:`ask`.

    Raises:
        SignInRefusedError: If it is not.
    """
    try:
        return await ask(session, url, base_url, bounds)
    except ApiRefusalError as error:
        if error.status != _FORBIDDEN:
            raise
        raise SignInRefusedError(f"{error}: the API client lacks the scope {SCOPES[0]}") from error


async def ask(session: Session, url: str, base_url: str, bounds: Bounds = _BOUNDS) -> object | None:
    """Ask a question.

    Returns:
        What the answer's JSON says, with keys and numbers as ``domain.api.answers`` reads them; ``None`` if the tenant
        has nothing at this address.

    Raises:
        TokenRefusedError: If the token is not taken.
        ApiRefusalError: If the question is refused, such as for a missing scope.
        BusyError: If the tenant answers 429 or 5xx.
        ExcessivePageError: If the answer is larger than any real one.
        UnknownPageError: If what comes is not JSON.
        PageError: As ``Session.open``.
    """
    document = await session.open(url)
    if len(document.html) > bounds.record_bytes:
        size = f"{len(document.html):,} characters, more than {bounds.record_bytes:,}"
        raise ExcessivePageError(f"{url.partition('?')[0]}: the API's answer has {size}")
    status = document.status
    if status is not None and is_busy(status):
        raise BusyError(url, status, document.retry_after_s)
    if status == 401 or is_signed_out(document.url, base_url):
        raise TokenRefusedError(url, error_text(document.html))
    try:
        value = await worker_threads.parse(partial(read_json, document.html), document.html, bounds=bounds)
    except NotJsonError as error:
        title = page_title(document.html)
        raise UnknownPageError(
            f"{url.partition('?')[0]}: the API answers {status} with what is not JSON (title {title[:60]!r})"
        ) from error
    if status in _NOTHING:
        return None
    if status is None or status >= 400:
        raise ApiRefusalError(url, status or 0, error_text(document.html))
    return value
