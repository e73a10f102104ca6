"""Reads all lines of an order or a requisition, on the pages of its table that the session can turn to.

They are turned to also where lines are not asked for: lines may have attachments, so those not looked at may have some.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.lines import OrderLine, OrderLines
from coupa_async.domain.errors import BrowserMissingError, BusyError, LaunchError, PageError, UnreachableError
from coupa_async.domain.order import Attachment, AttachmentPlace
from coupa_async.domain.pages.data.line_pages import LinesPage, read_lines_page
from coupa_async.domain.pages.page import OrderPage, read_page
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document, Session
from coupa_async.runtime import worker_threads
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.reading.signed_in import ask_by

_log = logging.getLogger(__name__)
_NO_PAGE = "its lines were not read: its page was not opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLines:
    """What was read of an order's lines.

    Attributes:
        lines: The lines.
        attachments: Of lines that the order's page did not show at first.
    """

    lines: OrderLines
    attachments: tuple[Attachment, ...] = ()


async def read_all_lines(
    html: str,
    page: OrderPage,
    url: str,
    session: Session,
    heartbeat: Callable[[], None],
    *,
    base_url: str,
    bounds: Bounds,
) -> ReadLines:
    """Read an order's lines: those that its page shows, and if there are more, those of the other pages.

    If the session cannot turn to them all, what was read says so.

    Args:
        html: The order's page.
        page: What it is.
        url: Where it is.
        session: Signed in.
        heartbeat: Called before each page that is turned to.
        base_url: The tenant's address.
        bounds: How many lines are read.

    Raises:
        SignInRequiredError, SessionLostError, UnreachableError, BusyError: As ``open_document``.
    """
    first = await worker_threads.parse(partial(read_lines_page, html, bounds), html, bounds=bounds)
    turner = LineTurner(page=page, base_url=base_url, bounds=bounds, heartbeat=heartbeat)
    turner.take(first, ())
    if not turner.is_done and (first.paging.larger or first.paging.next):
        await _turn(turner, url, session, base_url)
        if not turner.is_done and turner.was_enlarged_in_vain:
            turner.may_enlarge = False
            await _turn(turner, url, session, base_url)
    return ReadLines(lines=turner.lines, attachments=turner.attachments)


async def _turn(turner: LineTurner, url: str, session: Session, base_url: str) -> None:
    turner.begin()
    try:
        document, _ = await ask_by(partial(session.turn_pages, url, turner), url, base_url)
        if document.status is not None and is_busy(document.status):
            raise BusyError(url, document.status, document.retry_after_s)
    except (BusyError, UnreachableError):
        raise
    except (PageError, BrowserMissingError, LaunchError) as error:  # of the direct lane's browser, the last two
        _log.warning("%s: its other lines are not read: %s", url, error)


@dataclass(slots=True, kw_only=True)
class LineTurner:
    """Sees the pages of an order's lines, and says what leads to the next one; a ``ports.PageTurner``.

    Attributes:
        page: The order's page as it was at first: of any other, nothing is taken.
        may_enlarge: Whether the control for more lines a page is used.
        was_enlarged_in_vain: Whether it was used and changed nothing.
        heartbeat: Called before each page that is turned to.
    """

    page: OrderPage
    base_url: str
    bounds: Bounds
    may_enlarge: bool = True
    was_enlarged_in_vain: bool = False
    heartbeat: Callable[[], None] = lambda: None
    _seen: dict[str, OrderLine] = field(default_factory=dict)
    _files: dict[str, Attachment] = field(default_factory=dict)
    _announced: int | None = None
    _control: str = ""
    _shown: tuple[str, ...] | None = None
    _is_last: bool = False
    _was_enlarged: bool = False

    @property
    def is_done(self) -> bool:
        """Whether all lines have been seen, or as many as may be."""
        if len(self._seen) >= self.bounds.page_lines:
            return True
        return self._is_last if self._announced is None else len(self._seen) >= self._announced

    @property
    def lines(self) -> OrderLines:
        """The lines that have been seen."""
        lines = tuple(self._seen.values())[: self.bounds.page_lines]
        is_short = len(lines) < self._announced if self._announced is not None else not self._is_last
        has_more = is_short or len(self._seen) > len(lines)
        return OrderLines(lines=lines, announced=self._announced, has_more=has_more)

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The attachments of lines that the page did not show at first."""
        known = {attachment.id for attachment in self.page.attachments}
        return tuple(attachment for attachment in self._files.values() if attachment.id not in known)

    @property
    def lacks(self) -> Mapping[str, int]:
        """The lines, with how many have been seen: each page has the settling time to itself."""
        return {} if self.is_done else {"lines of the order": len(self._seen)}

    def __call__(self, document: Document, /) -> bool:
        """Take a page's lines, and return whether these are all."""
        page = read_page(document.html, document.url, self.base_url, self.bounds)
        if not isinstance(page, OrderPage) or (page.page_id, page.numbers) != (self.page.page_id, self.page.numbers):
            return True  # of nothing else anything is taken
        self.take(read_lines_page(document.html, self.bounds), page.attachments)
        return self.is_done

    def control(self) -> str:
        """Return what is to be clicked; each control once for the lines that it is beside."""
        control, self._control = self._control, ""
        if control:
            self.heartbeat()
        return control

    def begin(self) -> None:
        """Begin anew on the order's page."""
        self._control, self._shown, self._was_enlarged, self.was_enlarged_in_vain = "", None, False, False

    def take(self, shown: LinesPage, attachments: tuple[Attachment, ...]) -> None:
        """Take what a page shows."""
        ids = tuple(line.id for line in shown.lines)
        if ids == self._shown or (self._seen and not ids):
            return  # it has not changed yet, or is on its way
        self._shown = ids
        self.was_enlarged_in_vain = False
        self._seen |= {line.id: line for line in shown.lines if line.id not in self._seen}
        self._files |= {item.id: item for item in attachments if item.place is AttachmentPlace.LINE}
        paging = shown.paging
        self._announced = paging.announced if paging.announced is not None else self._announced
        self._is_last = paging.is_all
        if self.is_done:
            return
        enlarges = bool(paging.larger) and self.may_enlarge and not self._was_enlarged
        self._was_enlarged = self._was_enlarged or enlarges
        self.was_enlarged_in_vain = enlarges  # until it shows something else
        self._control = paging.larger if enlarges else paging.next


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReader:
    """Reads lines where they, or attachments of theirs, are wanted, and says what is not known of them.

    Attributes:
        asked: Whether the lines themselves are asked for.
        wants_files: Whether attachments of lines are wanted.
        base_url: The tenant's address.
        bounds: How many lines of an order are read.
    """

    asked: bool
    base_url: str
    bounds: Bounds
    wants_files: bool = True

    async def read(
        self, found: FoundOrder, page: OrderPage, session: Session, heartbeat: Callable[[], None]
    ) -> FoundOrder:
        """Read an order's lines.

        Args:
            found: The order as it was found.
            page: Its page.
            session: Signed in.
            heartbeat: Called before each page that is turned to.

        Raises:
            SignInRequiredError, SessionLostError, UnreachableError, BusyError: As :func:`read_all_lines`.
        """
        if found.lines is not None:  # they came with the order
            return replace(found, note=found.lines.note)
        if not found.html:  # what gave the order has no pages
            return replace(found, note=_NO_PAGE if self.asked else "")
        whole, lines = await self.whole(page, found.html, found.url, session, heartbeat)
        note = "" if lines is None or self.wants_files else lines.note
        return replace(found, page=whole, lines=lines if self.asked else None, note=note)

    async def whole(
        self, page: OrderPage, html: str, url: str, session: Session, heartbeat: Callable[[], None]
    ) -> tuple[OrderPage, OrderLines | None]:
        """Read on through a page's table of lines. One that shows all its lines costs no request.

        Args:
            page: An order's page or a requisition's.
            html: Its text.
            url: Its address.
            session: Signed in.
            heartbeat: Called before each page that is turned to.

        Returns:
            The page with the attachments of all lines, and with what it lacks if not all could be looked at; the
            lines, ``None`` if they were not read.

        Raises:
            SignInRequiredError, SessionLostError, UnreachableError, BusyError: As :func:`read_all_lines`.
        """
        if not self.asked and not (self.wants_files and page.has_more_lines):
            return page, None
        read = await read_all_lines(html, page, url, session, heartbeat, base_url=self.base_url, bounds=self.bounds)
        lacks = f"{read.lines.note}: the others may have files" if self.wants_files and read.lines.has_more else ""
        missing = "; ".join(filter(None, (page.missing, lacks)))
        return replace(page, attachments=(*page.attachments, *read.attachments), missing=missing), read.lines
