"""Prints the Outlook messages among an order's files to PDF, and saves their attachments beside them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from anyio import to_thread

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError, CoupaError, StorageError
from coupa_async.domain.files.content import check_content
from coupa_async.domain.files.naming import file_name, fold, safe_name, unique_name
from coupa_async.domain.messages.message import Letter
from coupa_async.domain.order import AttachmentKind
from coupa_async.domain.outcome import SavedAttachment
from coupa_async.ports import Session
from coupa_async.services.files.order_folder import OrderFolder
from coupa_async.services.files.storage import inspect
from coupa_async.services.messages.reader import read_letter

_log = logging.getLogger(__name__)
_BOUNDS = Bounds()


async def print_messages(
    saved: Sequence[SavedAttachment],
    folder: OrderFolder,
    session: Session,
    heartbeat: Callable[[], None],
    *,
    bounds: Bounds = _BOUNDS,
) -> tuple[str, ...]:
    """Print the messages among an order's files. Equal files give equal names, so a second time replaces the first.

    Args:
        saved: The order's files.
        folder: Where they are.
        session: Prints.
        heartbeat: Called after each message.
        bounds: Limits on what a message may make the program do.

    Returns:
        A clause for each message that could not be printed. The message itself is kept, so no order fails for it.

    Raises:
        StorageError: If the disk takes no more.
    """
    press = _MessagePrinter(folder, session, {fold(item.name) for item in saved})
    notes = []
    for item in saved:
        if item.kind is AttachmentKind.FILE and item.name.lower().endswith(".msg"):
            try:
                letter = await read_letter(folder.path / item.name, bounds)
                await press.print(letter, item.name[: -len(".msg")])
            except StorageError:
                raise
            except CoupaError as error:
                notes.append(f"{item.name} is not there as a PDF, too: {error}")
                _log.warning("%s: %s", folder.path.name, notes[-1])
            heartbeat()
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class _MessagePrinter:
    """Prints into one order's folder.

    Attributes:
        taken: Names in use, folded.
    """

    folder: OrderFolder
    session: Session
    taken: set[str] = field(default_factory=set)

    async def print(self, letter: Letter, stem: str) -> None:
        """Print a message and save its attachments; attached messages are printed in the same way."""
        part = self.folder.part(f"{stem} - print")
        await self.session.print_pdf(letter.page, part)
        found = await to_thread.run_sync(inspect, part)
        if doubt := check_content("print.pdf", found.head, found.size_bytes):
            raise BrokenMessageError(f"the browser's print is no good: {doubt}")
        await to_thread.run_sync(self.folder.keep, part, self._name(f"{stem}.pdf"), found.size_bytes)
        for name, data in letter.listed:
            own = self._name(f"{stem} - {file_name(name, fallback='attachment')}")
            await to_thread.run_sync(self.folder.add, own, data)
        for name, inner in letter.letters:
            own = (name or inner.subject).removesuffix(".msg")
            await self.print(inner, safe_name(f"{stem} - {own}", fallback=stem))

    def _name(self, text: str) -> str:
        name = unique_name(safe_name(text, fallback="message"), self.taken)
        self.taken.add(fold(name))
        return name
