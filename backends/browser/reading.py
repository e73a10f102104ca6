"""How a page is read out of a browser: in a world of its own, and never more of it than a page may have.

What a page's scripts have made of the objects that are asked is not seen in that world.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from backends.browser.understanding import understood
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.runtime.cleanup import plain_errors

WORLD = "coupa-async"
READINGS = 20  # of a page that goes on and on to others
STOP_S = 1.0
_LOOK_S = 1.0
_PAGE = """(most => {
    const root = document.documentElement, html = root ? root.outerHTML : '';
    return JSON.stringify([location.href, html.length, html.length > most ? '' : html]);
})"""


def page_script(most: int) -> str:
    """Return the expression whose value :func:`read_page_answer` reads.

    Args:
        most: Characters of a page that is handed over; of a longer one, its length alone is.
    """
    return f"{_PAGE}({most})"


def read_page_answer(answer: str, bounds: Bounds) -> tuple[str, str]:
    """Read the value of :func:`page_script`.

    Returns:
        The page's address and its HTML.

    Raises:
        ExcessivePageError: If it is larger than a page may be.
    """
    with understood("the page"):
        url, chars, html = json.loads(answer)
        if not (isinstance(url, str) and isinstance(chars, int) and isinstance(html, str)):
            raise TypeError("an address, a number and a text are expected")
    if chars > bounds.page_bytes:
        raise ExcessivePageError(f"{url}: the page has {chars:,} characters, more than {bounds.page_bytes:,}")
    return url, html


@asynccontextmanager
async def bounded_growth(look: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Look at a page now and then while the block waits for it: one without an end would fill the browser's memory.

    Args:
        look: Raises ``ExcessivePageError`` if the page that has come so far is too large.
    """
    with plain_errors():
        async with anyio.create_task_group() as tasks:

            async def look_again() -> None:
                while True:
                    await anyio.sleep(_LOOK_S)
                    await look()

            tasks.start_soon(look_again, name="look at the page's size")
            yield
            tasks.cancel_scope.cancel("the page has come")
