"""Decides what to do about an error and how long to wait. Pure: clock and random numbers are arguments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from coupa_async.domain.errors import (
    BusyError,
    CoupaError,
    CutDownloadError,
    DownloadTimeoutError,
    FileTooLargeError,
    ForbiddenAddressError,
    InputError,
    NotAFileError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    RunError,
    SessionLostError,
    SignInError,
    UnexpectedError,
    UnreachableError,
    WrongOrderError,
)
from coupa_async.domain.http.headers import http_date

_SECONDS = re.compile(r"[+-]?[0-9]+")
_MORE_FOR_WHAT_PASSES = 2
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
# What a tenant answers that has too much to do for everybody, not one that cannot answer this one request.
_OVERRUN = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential backoff with full jitter: ``random() * min(cap_s, base_s * 2 ** n)``.

    The formula is "full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.

    Attributes:
        base_s: The longest first delay.
        cap_s: The longest delay of all.
    """

    base_s: float = 1.0
    cap_s: float = 60.0

    def delay_s(self, failures: int, jitter: float) -> float:
        """Return how long to wait.

        Args:
            failures: Failures so far, from 1.
            jitter: A random number in [0, 1).
        """
        return jitter * min(self.cap_s, self.base_s * 2.0 ** min(failures - 1, 30))


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after ``delay_s``."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class RestartSession:
    """The session is of no more use; the order runs again on a new one, at no cost to its attempts."""


@dataclass(frozen=True, slots=True)
class SignInAgain:
    """The session is signed out; the order runs again once it is signed in, at no cost to its attempts."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Trying again cannot help, or was tried often enough."""


@dataclass(frozen=True, slots=True)
class StopRun:
    """Nothing can go on."""


Decision = Retry | RestartSession | SignInAgain | GiveUp | StopRun


def decide(error: CoupaError, attempt: int, *, max_attempts: int, backoff: Backoff, jitter: float) -> Decision:
    """Choose the cure for an error, by its class alone.

    Args:
        error: What went wrong.
        attempt: Which try it was, from 1.
        max_attempts: Tries allowed.
        backoff: The delays.
        jitter: A random number in [0, 1).
    """
    match error:
        case SessionLostError():
            return RestartSession()
        case SignInError():
            return SignInAgain()
        case RunError() | InputError():
            return StopRun()
        case RefusedDownloadError(status=status) if status not in _BUSY:
            return GiveUp()
        case NotAFileError() | ForbiddenAddressError() | WrongOrderError() | UnexpectedError() | FileTooLargeError():
            return GiveUp()
    if _passes(error):
        max_attempts, jitter = max_attempts + _MORE_FOR_WHAT_PASSES, (1 + jitter) / 2
    if attempt >= max_attempts:
        return GiveUp()
    delay_s = backoff.delay_s(attempt, jitter)
    if isinstance(error, BusyError | RefusedDownloadError) and error.retry_after_s is not None:
        delay_s = error.retry_after_s
    return Retry(delay_s)


def _passes(error: CoupaError) -> bool:
    """Return whether an error lasts for seconds and hits every request, as a lost network does: it gets more tries."""
    overrun = isinstance(error, BusyError | RefusedDownloadError) and error.status in _OVERRUN
    return overrun or isinstance(error, CutDownloadError)


def is_busy(status: int | None) -> bool:
    """Return whether a status means "come back later": ``docs/design/coupa-pages.md``, "Telling pages apart"."""
    return status in _BUSY


def is_infrastructure(error: CoupaError) -> bool:
    """Return whether an error may have nothing to do with the page: a dead browser or network causes it as well."""
    return isinstance(error, PageTimeoutError | UnreachableError) or type(error) is PageError


def is_timeout(error: CoupaError) -> bool:
    """Return whether an error makes its order a TIMEOUT instead of a FAILED."""
    return isinstance(error, PageTimeoutError | DownloadTimeoutError)


def retry_after_s(header: str | None, now: datetime, *, longest_s: float = 300.0) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3), clamped to [0, ``longest_s``].

    Args:
        header: The header.
        now: When it was written, by the clock of whoever wrote it.
        longest_s: What is waited at most.

    Returns:
        ``None`` without a header or for one that says nothing.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        wait_s = float(text)
    elif (at := http_date(text)) is not None:
        wait_s = (at - now).total_seconds()
    else:
        return None
    return min(max(wait_s, 0.0), longest_s)
