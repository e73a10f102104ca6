"""Translates the HTTP library's errors into ours, with their root cause and address."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import aiohttp

from coupa_async.domain.errors import CoupaError, PageError, UnreachableError
from coupa_async.domain.http.content_coding import NotCompressedError
from coupa_async.runtime.name_lookup import is_proxied

_TEXT_CHARS = 300
_NOT_HTTP = (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, NotCompressedError)


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
    except (aiohttp.ClientError, NotCompressedError) as error:
        ours = _ours(error, trail[-1])
        ours.url = trail[-1]
        raise ours from error


def is_broken_off(error: Exception) -> bool:
    """Return whether an error of the library's is a transfer that broke off, and not a connection that never was."""
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError)):
        return False
    return isinstance(error, (*_NOT_HTTP, aiohttp.ClientOSError, aiohttp.ServerDisconnectedError))


def error_text(error: Exception) -> str:
    """Describe an error. Some have only their name, others the address and what came in many lines."""
    text = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return " ".join(text.split())[:_TEXT_CHARS] or type(error).__name__


def without_query(url: str) -> str:
    """Remove the query of an address: it may be secret, and is not needed in a message."""
    return url.partition("?")[0]


def _ours(error: Exception, url: str) -> PageError:
    where = without_query(url)
    if isinstance(error, _NOT_HTTP) and not isinstance(error, aiohttp.ClientHttpProxyError):
        return PageError(f"{where}: what it answers is not HTTP ({error_text(error)})")
    return UnreachableError(f"{where}: {_with_place(error, url)} ({error_text(error)})")


def _with_place(error: BaseException, url: str) -> str:
    """Make a network error of the root cause."""
    causes = list(_causes(error))
    kinds: list[tuple[type[BaseException], str]] = [
        (socket.gaierror, "the host name is not known to DNS"),
        (ssl.SSLCertVerificationError, "its certificate is not trusted"),
        (ssl.SSLError, "no secure connection came about"),
        (aiohttp.ClientHttpProxyError, "the proxy refused the connection"),
        (ConnectionRefusedError, "the proxy does not answer" if is_proxied(url) else "the connection was refused"),
        (ConnectionResetError, "the connection was reset"),
        (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
    ]
    return next((text for kind, text in kinds if any(isinstance(cause, kind) for cause in causes)), "no connection")


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _causes(part)
    if (before := error.__cause__ or error.__context__) is not None:
        yield from _causes(before)
