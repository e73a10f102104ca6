"""Prints an order itself to a PDF in its folder. Whatever goes wrong with it is a note, and no outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from anyio import to_thread

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import CoupaError, PageError, SessionLostError, SignInRequiredError, StorageError
from coupa_async.domain.files.content import check_content
from coupa_async.domain.files.naming import fold, safe_name, unique_name
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import SavedAttachment
from coupa_async.domain.pages.print_view import names_order, print_address
from coupa_async.ports import Paper, Session
from coupa_async.runtime import worker_threads
from coupa_async.runtime.disk_errors import translate_os_errors
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.reading.signed_in import ask_by
from coupa_async.services.files.order_folder import OrderFolder
from coupa_async.services.files.storage import inspect

_log = logging.getLogger(__name__)
_PART = "order - print"


class OrderPrinter:
    """Prints the orders of one run."""

    def __init__(self, base_url: str, paper: Paper, bounds: Bounds) -> None:
        """Make the printer.

        Args:
            base_url: The tenant's address.
            paper: What is printed on.
            bounds: Limits on pages.
        """
        self._base_url = base_url
        self._paper = paper
        self._bounds = bounds
        self._signed_out: set[str] = set()

    async def print(
        self,
        order: Order,
        found: FoundOrder,
        folder: OrderFolder,
        saved: Sequence[SavedAttachment],
        session: Session,
        heartbeat: Callable[[], None],
    ) -> str:
        """Print an order.

        Args:
            order: The order.
            found: Its page.
            folder: Where the PDF goes.
            saved: The order's files, whose names are taken.
            session: Signed in.
            heartbeat: Called afterwards.

        Returns:
            A note if there is no PDF; else empty.

        Raises:
            SignInRequiredError: If the view leads to a sign-in; the second time that is a note.
            SessionLostError: If the session is gone.
            StorageError: If the disk takes no more.
        """
        try:
            await self._print(order, found, folder, saved, session)
        except SignInRequiredError as error:
            if order.number.key not in self._signed_out:
                self._signed_out.add(order.number.key)
                raise
            return _error_text(order, error)
        except (SessionLostError, StorageError):
            raise
        except CoupaError as error:
            return _error_text(order, error)
        finally:
            heartbeat()
        return ""

    async def _print(
        self, order: Order, found: FoundOrder, folder: OrderFolder, saved: Sequence[SavedAttachment], session: Session
    ) -> None:
        find = partial(print_address, found.html, found.page.url, self._base_url)
        url = await worker_threads.parse(find, found.html, bounds=self._bounds)
        if not url:
            raise PageError("its page has no view for printing")
        part = folder.part(_PART)
        try:
            size_bytes = await self._print_page(order, url, part, session)
            taken = {fold(file.name) for file in saved}
            name = unique_name(f"{safe_name(order.number.shown, fallback='order')}.pdf", taken)
            await to_thread.run_sync(folder.keep, part, name, size_bytes)
        finally:
            await to_thread.run_sync(folder.discard, part)

    async def _print_page(self, order: Order, url: str, part: Path, session: Session) -> int:
        with translate_os_errors(part):
            show = partial(session.print_page, url, part, paper=self._paper)
            document, is_landing = await ask_by(show, url, self._base_url)
            if is_landing or (document.status is not None and not 200 <= document.status < 300):
                raise PageError(f"its view for printing answered {document.status}")
            is_its = partial(names_order, document.html, order.number)
            if not await worker_threads.parse(is_its, document.html, bounds=self._bounds):
                raise PageError("its view for printing does not name it")
            printed = await to_thread.run_sync(inspect, part)
        if doubt := check_content("print.pdf", printed.head, printed.size_bytes):
            raise PageError(f"the browser's print is no good: {doubt}")
        return printed.size_bytes


def _error_text(order: Order, error: CoupaError) -> str:
    _log.warning("%s is not printed: %s", order.number.shown, error)
    return f"not printed as PDF: {error}"
