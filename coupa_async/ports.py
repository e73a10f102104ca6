"""The interface between the program and whatever fetches Coupa's pages.

Text, paths and our own records cross it, never a library's object. So the page parser, the naming of files and the
policies are the same for every backend. A backend translates its library's exceptions into ``domain.errors`` and keeps
the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from coupa_async.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A page as the session shows it.

    Attributes:
        url: Where the navigation ended, redirects followed.
        html: The page after its scripts ran, as far as they had.
        status: The HTTP status; ``None`` where the backend cannot see it.
        retry_after_s: Seconds that the tenant asks to wait; ``None`` if it does not say.
        fallback_reason: Why the direct lane left it to a browser; empty if it did not, or was not asked.
        via: The addresses that the navigation passed on its way to ``url``, the first one first, without ``url``.
    """

    url: str
    html: str
    status: int | None = None
    retry_after_s: float | None = None
    fallback_reason: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that has come whole.

    Attributes:
        path: Where it is.
        suggested_name: The name in its Content-Disposition header; ``None`` without one. Not yet safe.
        size_bytes: Its size on disk.
        expected_bytes: The size that the server promised; ``None`` if it did not.
        sha256: Of its bytes, in hex, where they were hashed as they came; else empty.
        head: Its first ``HEAD_BYTES`` bytes or fewer, where ``sha256`` is.
        tail: Its last ``TAIL_BYTES`` bytes or fewer, likewise.
        via: As ``Document.via``, the address that handed it out included.
    """

    path: Path
    suggested_name: str | None
    size_bytes: int
    expected_bytes: int | None = None
    sha256: str = ""
    head: bytes = b""
    tail: bytes = b""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie of the session, HttpOnly ones included.

    Attributes:
        expires_s: Seconds since the epoch; ``None`` for one that lasts as long as the browser.
        same_site: ``Strict``, ``Lax`` or ``None``.
    """

    name: str
    value: str
    domain: str
    path: str = "/"
    expires_s: float | None = None
    http_only: bool = False
    secure: bool = False
    same_site: str = "Lax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What to type into a form before it is sent.

    Attributes:
        fields: Pairs of CSS selector and text.
        submit: CSS selector of what to click; empty to press Enter in the last field.
    """

    fields: tuple[tuple[str, str], ...]
    submit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A browser profile that one session at a time may use.

    Attributes:
        name: The worker's, for logs.
        directory: The user-data directory; made if missing.
        state: A storage state to start from (Playwright's JSON); ``None`` or a missing file starts signed out.
        record: Where the session notes its processes (``coupa_async.runtime.processes``), to be ended after a kill.
    """

    name: str
    directory: Path
    state: Path | None = None
    record: Path | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A size of paper.

    Attributes:
        width_mm: Its width.
        height_mm: Its height.
    """

    width_mm: float
    height_mm: float


A4, LETTER = Paper(210.0, 297.0), Paper(215.9, 279.4)


def accept_any(document: Document) -> bool:
    """Accept any page as it first comes."""
    return True


@runtime_checkable
class Waits(Protocol):
    """An ``until`` that waits for several parts of a page. Each part has the settling time to itself."""

    def __call__(self, document: Document, /) -> bool:
        """Return whether a page is the one wanted."""
        ...

    @property
    def lacks(self) -> Mapping[str, int]:
        """The parts that the latest page lacks, with how many items of each it shows."""
        ...


@runtime_checkable
class PageTurner(Waits, Protocol):
    """An ``until`` that looks at a page's parts one after the other, each shown by a control of the page."""

    def control(self) -> str:
        """Return the CSS selector of what is to be clicked on the latest page; empty to wait."""
        ...


class Session(Protocol):
    """One browser. It is never used again after ``SessionLostError`` or after a call that was cancelled.

    Several calls may be under way at once. Every method may raise ``SessionLostError``.

    Attributes:
        pids: The processes that we started for it; none where the browser runs elsewhere.
    """

    @property
    def pids(self) -> Sequence[int]: ...  # noqa: D102 - told above

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """Navigate, then read the page again each time it changes, until ``until`` says yes or it stays still.

        Each part that ``until`` tells apart may stand still for the settling time (:class:`Waits`).

        Raises:
            UnreachableError: If the network did not carry the request.
            PageTimeoutError: If no page came in time.
        """
        ...

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """Navigate, then click the controls that ``turner`` names, until it says yes or the page stays still.

        Controls are clicked by script: nothing that floats above one is in the way.

        Returns:
            The page as it is in the end.

        Raises:
            UnreachableError: As :meth:`open`.
            PageTimeoutError: As :meth:`open`.
        """
        ...

    async def download(self, url: str, into: Path) -> Download:
        """Fetch a file to the path ``into``. The browser announces its end; the folder is never polled.

        Raises:
            RefusedDownloadError: If the status is not 200.
            NotAFileError: If a page came instead.
            BrokenDownloadError: If the transfer broke off.
            DownloadTimeoutError: If it did not end in time.
        """
        ...

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """Navigate and fill in each form as ``fill`` says, until ``until`` says yes of this tab or of a new one.

        Args:
            url: Where the sign-in begins.
            fill: What to type into a page; ``None`` for nothing.
            until: Whether a page is the one wanted. Of a tab that the sign-in opened it sees the URL only.
            within_s: For each page until the next; ``None`` for as long as any page may take to settle.

        Raises:
            UnreachableError: As :meth:`open`.
            PageTimeoutError: As :meth:`open`.
        """
        ...

    async def cookies(self) -> Sequence[Cookie]:
        """Return the session's cookies, HttpOnly ones included."""
        ...

    async def save_state(self, path: Path) -> None:
        """Write the storage state (Playwright's JSON), readable for the user alone."""
        ...

    async def load_state(self, path: Path) -> None:
        """Take over a storage state that another session wrote."""
        ...

    async def snapshot(self, url: str, into: Path) -> str:
        """Write a page as ``into``.png and ``into``.html. It is opened again if no tab shows it any more.

        Returns:
            The address of the page; empty where the backend cannot tell.
        """
        ...

    async def print_pdf(self, html: str, into: Path) -> None:
        """Render HTML to a PDF file, without network."""
        ...

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """Open a page, wait until all of it is loaded, and print it to a PDF file.

        Returns:
            The page that was printed: who asks sees whether it is the one that was meant.

        Raises:
            UnreachableError: As :meth:`open`.
            PageTimeoutError: As :meth:`open`.
        """
        ...


class Backend(Protocol):
    """Starts sessions."""

    name: str

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a browser. However the block is left, no process of it stays behind.

        Raises:
            LaunchError: If it does not start in time.
            BrowserMissingError: If there is nothing to start.
        """
        ...


class Observer(Protocol):
    """Is told of events: the log, the progress display, the history."""

    def __call__(self, event: Event, /) -> None:
        """Receive an event. Must not block. What it raises is logged, and the run goes on."""
        ...
