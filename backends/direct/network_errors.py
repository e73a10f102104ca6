"""Translates the HTTP library's errors into ours, with their root cause and address."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx2

from coupa_async.domain.errors import CoupaError, PageError, PageTimeoutError, UnreachableError
from coupa_async.runtime.name_lookup import is_proxied

_NO_ANSWER = "Server disconnected"  # how the library begins its word for it; its other words are for broken answers


@contextmanager
def translated(trail: Sequence[str]) -> Iterator[None]:
    """Turn the library's errors into ours.

    Args:
        trail: The addresses asked one after the other. An error belongs to the last one.

    Raises:
        PageError: With that address as its ``url``.
    """
    try:
        yield
    except CoupaError as error:
        error.url = error.url or trail[-1]
        raise
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError) as error:
        ours = _ours(error, trail[-1])
        ours.url = trail[-1]
        raise ours from error


def error_text(error: Exception) -> str:
    """Describe an error. Some have only their name."""
    return str(error) or type(error).__name__


def without_query(url: str) -> str:
    """Remove the query of an address: it may be secret, and is not needed in a message."""
    return url.partition("?")[0]


def _ours(error: Exception, url: str) -> PageError:
    where = without_query(url)
    if isinstance(error, httpx2.TimeoutException):
        return PageTimeoutError(f"no answer in time from {where} ({error_text(error)})")
    if isinstance(error, httpx2.ProtocolError) and not str(error).startswith(_NO_ANSWER):
        return PageError(f"{where}: what it answers is not HTTP ({error_text(error)})")
    if isinstance(error, httpx2.TransportError):
        return UnreachableError(f"{where}: {_with_place(error, url)} ({error_text(error)})")
    return PageError(f"{where}: {error_text(error)}")


def _with_place(error: BaseException, url: str) -> str:
    """Make a network error of the root cause."""
    causes = list(_causes(error))
    kinds: list[tuple[type[BaseException], str]] = [
        (socket.gaierror, "the host name is not known to DNS"),
        (ssl.SSLCertVerificationError, "its certificate is not trusted"),
        (ssl.SSLError, "no secure connection came about"),
        (httpx2.ProxyError, "the proxy refused the connection"),
        (ConnectionRefusedError, "the proxy does not answer" if is_proxied(url) else "the connection was refused"),
        (ConnectionResetError, "the connection was reset"),
        (httpx2.RemoteProtocolError, "the connection was closed without an answer"),
    ]
    return next((text for kind, text in kinds if any(isinstance(cause, kind) for cause in causes)), "no connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _causes(part)
    if (before := error.__cause__ or error.__context__) is not None:
        yield from _causes(before)
