"""Reads an order or a requisition of the API into the record that a page gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupa_async.domain.api.answers import Record, inside, records, text
from coupa_async.domain.api.attachments import Placed, in_header, in_lines, read_attachment
from coupa_async.domain.api.nested_lists import AskedBy, ListPlace
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentPlace, AttachmentSource, normal_number
from coupa_async.domain.pages.page import OrderPage

_BOUNDS = Bounds()
_PATHS = {AttachmentSource.ORDER: "order_headers", AttachmentSource.REQUISITION: "requisition_headers"}
_PLACES = tuple(AttachmentPlace)  # in the order of a page
_LINES = {AttachmentSource.ORDER: "order_lines", AttachmentSource.REQUISITION: "requisition_lines"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocument:
    """An order or a requisition, as far as its own record says.

    Attributes:
        id: The tenant's id of it.
        number: The order's number; empty for a requisition.
        attachments: Of the document itself; ``None`` if the record does not say.
        lines: The records of its lines; ``None`` if the record does not tell its lines.
        asked_by: How it was asked for.
        record: The record itself.
    """

    kind: AttachmentSource
    id: str
    number: str = ""
    attachments: tuple[Placed, ...] | None = None
    lines: tuple[Record, ...] | None = None
    asked_by: AskedBy = AskedBy.ID
    record: Record

    @property
    def key(self) -> str:
        """What identifies the order, as ``OrderNumber.key``."""
        return normal_number(self.number)

    def place(self, name: str) -> ListPlace:
        """Return where a list of this name is."""
        return ListPlace(self.kind, self.asked_by, name)

    def page(
        self,
        base_url: str,
        more: Iterable[Placed] = (),
        lacks: Sequence[str] = (),
        remarks: Sequence[str] = (),
        bounds: Bounds = _BOUNDS,
    ) -> OrderPage:
        """Make the record that its page would give.

        Args:
            base_url: The tenant's address.
            more: Attachments that its own record does not tell.
            lacks: What the API does not show of it, a clause each.
            remarks: What is odd about it, a clause each.
            bounds: How many attachments it may have.

        Raises:
            ExcessivePageError: If it has more.
        """
        url = page_url(base_url, self.kind, self.id)
        attachments, odd = self._attachments(base_url, url, more, bounds)
        behind = text(inside(self.record, "requisition_header"), "id")
        return OrderPage(
            kind=self.kind,
            url=url,
            supplier=" ".join(text(inside(self.record, "supplier"), "name", "display_name").split()),
            attachments=attachments,
            requisition_url=page_url(base_url, AttachmentSource.REQUISITION, behind) if behind.isdecimal() else "",
            missing="; ".join(dict.fromkeys([*lacks, *odd])),
            remark="; ".join(remarks),
            session_length_s=None,
            numbers=(self.number,) if self.number else (),
            page_id=self.id,
        )

    def _attachments(
        self, base_url: str, url: str, more: Iterable[Placed], bounds: Bounds
    ) -> tuple[tuple[Attachment, ...], list[str]]:
        """Read all attachments, each once, and say which cannot be read."""
        found: dict[str, Attachment] = {}
        odd = []
        told = (*(self.attachments or ()), *in_lines(self.lines or ()), *more)
        for placed in sorted(told, key=lambda placed: _PLACES.index(placed.place)):
            item = read_attachment(placed, url, base_url, self.kind)
            if item is None:
                odd.append(f"the API does not show what is in {placed.name}")
            elif item.id not in found or _is_better(item, found[item.id]):
                found[item.id] = item
        if len(found) > bounds.page_attachments:
            most = f"more than {bounds.page_attachments:,}"
            raise ExcessivePageError(f"{url}: the API names {len(found):,} attachments, {most}")
        return tuple(found.values()), odd


def page_url(base_url: str, kind: AttachmentSource, document_id: str) -> str:
    """Return the address of a document's page."""
    return f"{base_url}/{_PATHS[kind]}/{document_id}"


def read_document(record: Record, kind: AttachmentSource, asked_by: AskedBy = AskedBy.ID) -> ApiDocument | None:
    """Read a record; ``None`` if it lacks what tells which document it is."""
    document_id, number = text(record, "id"), text(record, "po_number")
    is_order = kind is AttachmentSource.ORDER
    if not document_id.isdecimal() or (is_order and not number):
        return None
    own, lines = records(record.get("attachments")), records(record.get(_LINES[kind]))
    return ApiDocument(
        kind=kind,
        id=document_id,
        number=number if is_order else "",
        attachments=None if own is None else in_header(own),
        lines=None if lines is None else tuple(lines),
        asked_by=asked_by,
        record=record,
    )


def _is_better(item: Attachment, known: Attachment) -> bool:
    return item.kind is AttachmentKind.FILE and known.kind is not AttachmentKind.FILE
