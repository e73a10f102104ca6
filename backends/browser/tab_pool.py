"""What the sessions of both browser backends share: reading pages in tabs, and tasks that answer browser events."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import anyio
from anyio.abc import TaskGroup

from backends.browser.chromium import BrowserOptions, ResponseHead, shown_address
from backends.browser.understanding import understood
from coupa_async.domain.errors import PageTimeoutError
from coupa_async.domain.pages.late_parts import Settling
from coupa_async.ports import Document, Fill, Waits
from coupa_async.runtime import worker_threads

Spawn = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
"""Starts a task of the session."""


class ReadableTab(Protocol):
    """A tab that pages are read in."""

    async def navigate(self, url: str, *, within_s: float) -> None:
        """Go to a page and wait for its DOM; raises ``PageTimeoutError``."""

    async def document(self) -> Document:
        """Read the page as it is now."""

    async def fill(self, step: Fill, *, within_s: float) -> None:
        """Fill a form in and send it."""

    async def click(self, selector: str) -> None:
        """Click an element by script; one that is not there is not clicked."""

    async def change(self) -> None:
        """Wait until the page changes, for a quarter of a second at most."""

    async def ask(self) -> None:
        """Check that the browser itself answers; raises ``SessionLostError``."""


T = TypeVar("T", bound=ReadableTab)


class TabPool(Generic[T]):
    """The tabs in which a session reads pages; as many as pages are read at once."""

    def __init__(self, open_tab: Callable[[], Awaitable[T]]) -> None:
        self._open_tab = open_tab
        self._idle: deque[T] = deque()
        self._shown: dict[str, T] = {}

    def add(self, tab: T) -> None:
        """Add a tab."""
        self._idle.append(tab)

    def showing(self, url: str) -> T | None:
        """Return the tab that still shows an opened page; ``None`` if none does."""
        return self._shown.get(url)

    @asynccontextmanager
    async def reader(self, url: str) -> AsyncIterator[T]:
        """Borrow a tab to read a page. The one unused the longest is taken, so that snapshots find their page."""
        tab = self._idle.popleft() if self._idle else await self._open_tab()
        self._shown = {shown: item for shown, item in self._shown.items() if item is not tab} | {url: tab}
        try:
            yield tab
        finally:
            self._idle.append(tab)


class EventTasks:
    """Starts tasks that answer browser events; none after the session has ended, when a dying browser may still ask."""

    def __init__(self, tasks: TaskGroup) -> None:
        self._tasks = tasks
        self._is_over = False

    def spawn(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task."""
        if not self._is_over:
            self._tasks.start_soon(self._answer, job, name="answer the browser")

    async def _answer(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        with understood("an event"):
            await job()

    def end(self) -> None:
        """Start no more tasks."""
        self._is_over = True


def way_to(url: str, answered: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that a navigation passed before it came to ``url``.

    Args:
        url: Where it ended.
        answered: The addresses that answered in its tab, redirects included, in order. Answers after ``url`` are not
            shown yet.
    """
    here = url.partition("#")[0]
    at = max((at for at, address in enumerate(answered) if address == here), default=len(answered))
    return tuple(answered[:at])


def shown_document(shown: str, html: str, head: ResponseHead | None, answered: Sequence[str]) -> Document:
    """Make a document of what a tab shows.

    Args:
        shown: The tab's address.
        html: Its HTML.
        head: Of the last answer that was no redirect.
        answered: The addresses that the tab had an answer from.

    Raises:
        UnreachableError: If it shows the browser's own page for a network that failed.
    """
    url = shown_address(shown, head)
    return Document(
        url=url,
        html=html,
        status=head.status if head else None,
        retry_after_s=head.retry_after_s(datetime.now(UTC)) if head else None,
        via=way_to(url, answered),
    )


async def no_other_tab() -> None:
    """Return no other tab: an opened page stays in its own."""


def no_control() -> str:
    """Return no control: an opened page is left as it is."""
    return ""


def nothing(document: Document) -> Fill | None:
    """Return nothing to fill in."""
    return None


async def other_tabs(
    tabs: Callable[[], Awaitable[Mapping[Any, str]]], until: Callable[[Document], bool]
) -> Callable[[], Awaitable[Document | None]]:
    """Watch the tabs that are opened from now on: a sign-in may end in one of its own.

    Args:
        tabs: The addresses of all tabs, by tab.
        until: Whether a document is the wanted one; asked with its address alone.

    Returns:
        A function that returns such a document; ``None`` while there is none.
    """
    before = set(await tabs())

    async def look() -> Document | None:
        others = (Document(url=shown, html="") for tab, shown in (await tabs()).items() if tab not in before)
        return next(filter(until, others), None)

    return look


async def navigate_until(
    tab: ReadableTab,
    url: str,
    options: BrowserOptions,
    *,
    until: Callable[[Document], bool],
    fill: Callable[[Document], Fill | None],
    elsewhere: Callable[[], Awaitable[Document | None]],
    within_s: float | None = None,
    control: Callable[[], str] = no_control,
) -> Document:
    """Navigate; read, fill in, click and wait for changes by turns, until the page is the wanted one or time is up."""
    settle_s = within_s or options.settle_s
    try:
        await tab.navigate(url, within_s=options.page_timeout_s)
    except PageTimeoutError:
        await tab.ask()  # a browser that has been stopped shows no page either, and that is not the order's fault
        raise
    settling = Settling(settle_s, anyio.current_time())
    while True:
        document = await tab.document()
        if await worker_threads.parse(partial(until, document), document.html, bounds=options.bounds):
            return document
        lacks = until.lacks if isinstance(until, Waits) else {"page": 0}
        if settling.is_over(lacks, anyio.current_time()):
            return document
        if (other := await elsewhere()) is not None:
            return other
        step, selector = fill(document), control()
        if step is not None:
            await tab.fill(step, within_s=options.page_timeout_s)
        if selector:
            await tab.click(selector)
        if step is not None or selector:
            # Its answer is a page of its own, and may take as long as any.
            settling = Settling(max(settle_s, options.page_timeout_s), anyio.current_time())
        await tab.change()
