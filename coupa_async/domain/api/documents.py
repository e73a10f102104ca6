"""Reads an order or a requisition of the API into the record that a page gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupa_async.domain.api.answers import Record, inside, records, text
from coupa_async.domain.api.queries import content
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource, normal_number
from coupa_async.domain.pages.attachments import text_attachment, url_attachment
from coupa_async.domain.pages.links import absolute
from coupa_async.domain.pages.page import OrderPage

_BOUNDS = Bounds()
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PATHS = {AttachmentSource.ORDER: "order_headers", AttachmentSource.REQUISITION: "requisition_headers"}
_LINES = {AttachmentSource.ORDER: "order_lines", AttachmentSource.REQUISITION: "requisition_lines"}
_KINDS = {"file": AttachmentKind.FILE, "text": AttachmentKind.TEXT, "url": AttachmentKind.URL}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocument:
    """An order or a requisition, as far as its own record says.

    Attributes:
        id: The tenant's id of it.
        number: The order's number; empty for a requisition.
        attachments: Of the document itself; ``None`` if the record does not say.
        lines: The attachments of its lines; ``None`` if the record does not tell its lines.
    """

    kind: AttachmentSource
    id: str
    number: str
    supplier: str
    requisition_id: str
    attachments: tuple[Record, ...] | None
    lines: tuple[Record, ...] | None

    @property
    def key(self) -> str:
        """What identifies the order, as ``OrderNumber.key``."""
        return normal_number(self.number)

    def url(self, base_url: str) -> str:
        """Return the address of its page."""
        return page_url(base_url, self.kind, self.id)

    def page(
        self,
        base_url: str,
        comments: Iterable[Record],
        lacks: Sequence[str] = (),
        own: Sequence[Record] | None = None,
        bounds: Bounds = _BOUNDS,
    ) -> OrderPage:
        """Make the record that its page would give.

        Args:
            base_url: The tenant's address.
            comments: The attachments of its comments.
            lacks: What the API does not show of it, a clause each.
            own: Its own attachments, where its record does not say.
            bounds: How many attachments it may have.

        Raises:
            ExcessivePageError: If it has more.
        """
        told = [*(self.attachments or ()), *(own or ()), *(self.lines or ()), *comments]
        found: dict[str, Attachment] = {}
        odd = []
        for record in told:
            item = read_attachment(record, base_url, self.kind, self.id)
            if item is None:
                odd.append(f"attachment {text(record, 'id') or '?'} of the kind {text(record, 'type') or '?'}")
            elif item.id not in found or _is_better(item, found[item.id]):
                found[item.id] = item
        if len(found) > bounds.page_attachments:
            most = f"more than {bounds.page_attachments:,}"
            raise ExcessivePageError(f"{self.url(base_url)}: the API names {len(found):,} attachments, {most}")
        shown = [f"the API does not show what is in {name}" for name in dict.fromkeys(odd)]
        return OrderPage(
            kind=self.kind,
            url=self.url(base_url),
            supplier=" ".join(self.supplier.split()),
            attachments=tuple(found.values()),
            requisition_url=page_url(base_url, AttachmentSource.REQUISITION, self.requisition_id),
            missing="; ".join([*lacks, *shown]),
            session_length_s=None,
            numbers=(self.number,) if self.number else (),
            page_id=self.id,
        )


def _is_better(item: Attachment, known: Attachment) -> bool:
    return item.kind is AttachmentKind.FILE and known.kind is not AttachmentKind.FILE


def page_url(base_url: str, kind: AttachmentSource, document_id: str) -> str:
    """Return the address of a document's page; empty without an id."""
    return f"{base_url}/{_PATHS[kind]}/{document_id}" if document_id else ""


def read_document(record: Record, kind: AttachmentSource) -> ApiDocument | None:
    """Read a record; ``None`` if it lacks what tells which document it is."""
    document_id, number = text(record, "id"), text(record, "po_number")
    is_order = kind is AttachmentSource.ORDER
    if not document_id.isdecimal() or (is_order and not number):
        return None
    own = records(record.get("attachments"))
    lines = records(record.get(_LINES[kind]))
    behind = text(inside(record, "requisition_header"), "id")
    return ApiDocument(
        kind=kind,
        id=document_id,
        number=number if is_order else "",
        supplier=text(inside(record, "supplier"), "name", "display_name"),
        requisition_id=behind if is_order and behind.isdecimal() else "",
        attachments=None if own is None else tuple(own),
        lines=None if lines is None else attachments_in(lines),
    )


def attachments_in(parents: Iterable[Record]) -> tuple[Record, ...]:
    """List the attachments of lines or comments."""
    return tuple(item for parent in parents for item in records(parent.get("attachments")) or ())


def read_attachment(record: Record, base_url: str, kind: AttachmentSource, document_id: str) -> Attachment | None:
    """Read an attachment; ``None`` for one that is neither file nor text nor URL.

    An unknown type is judged by what the record has.
    """
    attachment_id = text(record, "id")
    name, file_url = text(record, "file_file_name", "file_name"), text(record, "file_url")
    address, note = text(record, "url"), text(record, "text")
    told = text(record, "type").casefold().removeprefix("attachment")
    seen = "file" if name or file_url else "url" if address else "text" if note else ""
    if not _ID.fullmatch(attachment_id):
        return None
    match _KINDS.get(told) or _KINDS.get(seen):
        case AttachmentKind.FILE:
            last = file_url.partition("?")[0].rpartition("/")[2]
            also_at = absolute(page_url(base_url, kind, document_id), file_url)
            at = content(base_url, kind, document_id, attachment_id)
            return Attachment(id=attachment_id, kind=AttachmentKind.FILE, name=name or last, url=at, also_at=also_at)
        case AttachmentKind.TEXT:
            return text_attachment(attachment_id, note)
        case AttachmentKind.URL if address:
            return url_attachment(attachment_id, note, address)
    return None
