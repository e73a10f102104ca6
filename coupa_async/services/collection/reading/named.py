"""Lists the attachments that an order's pages name: its own, and its requisition's where the rule says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from coupa_async.domain.files.wanted import Named
from coupa_async.domain.order import AttachmentKind, AttachmentSource
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, is_signed_out
from coupa_async.domain.redaction import redacted
from coupa_async.ports import Session
from coupa_async.services.collection.reading.lines import LineReader
from coupa_async.services.collection.reading.order_source import OrderSource


class Requisition(StrEnum):
    """When the attachments of an order's requisition are taken."""

    FALLBACK = "fallback"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class NamedAttachments:
    """What an order's pages name.

    Attributes:
        attachments: Each id once, the order's own first.
        pages: The pages that they are on.
        trouble: Why a page could not be read; empty if all could.
    """

    attachments: list[Named]
    pages: tuple[OrderPage, ...]
    trouble: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the pages announce and do not show, or could not be asked."""
        return tuple(text for text in (*(page.missing for page in self.pages), self.trouble) if text)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is odd about the pages."""
        return tuple(page.note for page in self.pages if page.note)


async def named_attachments(
    page: OrderPage,
    source: OrderSource,
    session: Session,
    rule: Requisition,
    *,
    base_url: str,
    lines: LineReader,
    heartbeat: Callable[[], None],
) -> NamedAttachments:
    """List an order's attachments.

    Args:
        page: The order's.
        source: Reads its requisition.
        session: For that.
        rule: When that is opened.
        base_url: The tenant's address.
        lines: Reads on through the requisition's lines.
        heartbeat: Called before each page of these that is turned to.

    Raises:
        SignInRequiredError, PageError, SessionLostError: As ``OrderSource.requisition``.
    """
    named = [(AttachmentSource.ORDER, attachment) for attachment in page.attachments]
    has_file = any(attachment.kind is AttachmentKind.FILE for attachment in page.attachments)
    is_asked = rule is not Requisition.NEVER and not (rule is Requisition.FALLBACK and has_file)
    if is_asked and page.broken_requisition:
        trouble = f"its requisition's link leads nowhere: {redacted(page.broken_requisition[:100])}"
        return NamedAttachments(named, (page,), trouble)
    if not is_asked or not page.requisition_url:
        return NamedAttachments(named, (page,))
    if is_signed_out(page.requisition_url, base_url):  # at another origin, or into the sign-in
        trouble = f"its requisition's link leads elsewhere: {redacted(page.requisition_url[:100])}"
        return NamedAttachments(named, (page,), trouble)
    requisition, _, html = await source.requisition(page, session)
    if isinstance(requisition, NotFoundPage):
        return NamedAttachments(named, (page,))
    if html:
        requisition, _ = await lines.whole(requisition, html, page.requisition_url, session, heartbeat)
    known = {attachment.id for attachment in page.attachments}
    more = [
        (AttachmentSource.REQUISITION, attachment)
        for attachment in requisition.attachments
        if attachment.id not in known
    ]
    return NamedAttachments(named + more, (page, requisition))
