"""Playwright's errors into ours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from playwright.async_api import Error
from playwright.async_api import TimeoutError as SlowError

from backends.browser.chromium import page_error
from coupa_async.domain.errors import PageError, PageTimeoutError, SessionLostError

_GONE = ("has been closed", "Connection closed", "Target crashed", "Page crashed", "Browser closed", "browser has dis")


@contextmanager
def translated(what: str, *, within_s: float = math.inf) -> Iterator[None]:
    """Turn Playwright's errors into ours, and a browser that does not answer into one that is lost."""
    try:
        with anyio.fail_after(within_s):
            yield
    except TimeoutError as error:
        raise SessionLostError(f"{what}: the browser did not answer in {within_s:.0f} s") from error
    except SlowError as error:
        raise PageTimeoutError(f"{what}: {first_line(error)}") from error
    except Error as error:
        if is_gone(error):
            raise SessionLostError(f"the browser is gone: {first_line(error)}") from error
        raise page_error(error.message, what) or PageError(f"{what}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Leave out the call log that Playwright adds to its messages."""
    return str(error).strip().partition("\n")[0]


def is_gone(error: Error) -> bool:
    """Tell whether the browser, or what shows the page, is gone."""
    return any(sign in error.message for sign in _GONE)
