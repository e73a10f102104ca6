"""Reads attachments of the API's records, each with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from coupa_async.domain.api.answers import Record, records, text
from coupa_async.domain.api.queries import content
from coupa_async.domain.order import Attachment, AttachmentIntent, AttachmentKind, AttachmentPlace, AttachmentSource
from coupa_async.domain.pages.attachments import text_attachment, url_attachment
from coupa_async.domain.pages.links import absolute

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_NUMBER = 20
_KINDS = {"file": AttachmentKind.FILE, "text": AttachmentKind.TEXT, "url": AttachmentKind.URL}
_INTENTS = {"internal": AttachmentIntent.INTERNAL, "supplier": AttachmentIntent.SUPPLIER}


@dataclass(frozen=True, slots=True)
class Placed:
    """The record of an attachment, and where it stands.

    Attributes:
        line: The number of its line; empty for one of no line.
    """

    record: Record
    place: AttachmentPlace
    line: str = ""

    @property
    def id(self) -> str:
        """The attachment's id; empty if its record has none."""
        return text(self.record, "id")

    @property
    def name(self) -> str:
        """What it is called in a message."""
        return f"attachment {self.id or '?'} of the kind {text(self.record, 'type') or '?'}"


def in_header(found: Iterable[Record]) -> tuple[Placed, ...]:
    """List a document's own attachments."""
    return tuple(Placed(record, AttachmentPlace.HEADER) for record in found)


def in_lines(lines: Iterable[Record]) -> tuple[Placed, ...]:
    """List the attachments of lines."""
    return tuple(
        Placed(record, AttachmentPlace.LINE, text(line, "line_num")[:_LONGEST_NUMBER])
        for line in lines
        for record in records(line.get("attachments")) or ()
    )


def in_comments(comments: Iterable[Record]) -> tuple[Placed, ...]:
    """List the attachments of comments."""
    return tuple(
        Placed(record, AttachmentPlace.COMMENT)
        for comment in comments
        for record in records(comment.get("attachments")) or ()
    )


def is_silent(parents: Iterable[Record]) -> bool:
    """Return whether a line or a comment does not say which attachments it has."""
    return any(records(parent.get("attachments")) is None for parent in parents)


def read_attachment(placed: Placed, page_url: str, base_url: str, kind: AttachmentSource) -> Attachment | None:
    """Read an attachment; ``None`` for one that is neither file nor text nor URL.

    An unknown type is judged by what the record has.

    Args:
        placed: Its record.
        page_url: The address of its document's page.
        base_url: The tenant's address.
        kind: What its document is.
    """
    record = placed.record
    attachment_id = text(record, "id")
    name, file_url = text(record, "file_file_name", "file_name"), text(record, "file_url")
    address, note = text(record, "url"), text(record, "text")
    told = text(record, "type").casefold().removeprefix("attachment")
    seen = "file" if name or file_url else "url" if address else "text" if note else ""
    found: Attachment | None = None
    if _ID.fullmatch(attachment_id):
        match _KINDS.get(told) or _KINDS.get(seen):
            case AttachmentKind.FILE:
                found = Attachment(
                    id=attachment_id,
                    kind=AttachmentKind.FILE,
                    name=name or file_url.partition("?")[0].rpartition("/")[2],
                    url=content(base_url, kind, page_url.rpartition("/")[2], attachment_id),
                    also_at=absolute(page_url, file_url),
                )
            case AttachmentKind.TEXT:
                found = text_attachment(attachment_id, note)
            case AttachmentKind.URL if address:
                found = url_attachment(attachment_id, note, address, "\n".join(filter(None, (note, address))))
    intent = _INTENTS.get(text(record, "intent").casefold(), AttachmentIntent.UNKNOWN)
    return found and replace(found, place=placed.place, line=placed.line, intent=intent)
