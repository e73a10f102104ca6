"""Answers of a browser or its driver in a form that nobody foresaw: the session is lost, the run is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coupa_async.domain.errors import SessionLostError

MISUNDERSTOOD = (AttributeError, LookupError, TypeError, ValueError)
"""What taking an answer apart raises if it has another form, in our code and in the libraries'."""


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Take an answer apart in the block. No code of whoever asked for it may run in there: its errors are its own.

    Args:
        what: Whose answer it is, for the message.

    Raises:
        SessionLostError: If it has a form that is not known.
    """
    try:
        yield
    except MISUNDERSTOOD as error:
        raise misunderstood(what, error) from error


def misunderstood(what: str, error: Exception) -> SessionLostError:
    """Return the error of a session whose browser or driver answers in a form that is not known."""
    told = f"{type(error).__name__}: {error}"[:200]
    return SessionLostError(f"{what}: the browser or its driver answered in a form that is not known ({told})")
