"""Scrubbed pages as entries of ``fixtures/catalogue.toml``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from coupa_async.domain.files.naming import attachment_name
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource
from coupa_async.domain.pages.page import NotFoundPage, OrderPage, read_page
from coupa_async.domain.recording.scrub import ORIGIN

_SAMPLES = {"pdf": "offer.pdf", "docx": "terms.docx", "xlsx": "prices.xlsx", "png": "photo.png", "msg": "approval.msg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A scrubbed page.

    Attributes:
        path: Of its address, scrubbed.
        html: Scrubbed; the tenant is ``ORIGIN``.
    """

    path: str
    html: str

    @property
    def name(self) -> str:
        """What the page is called among the fixtures."""
        kind, _, number = self.path.strip("/").partition("/")
        return f"recorded_{'requisition_' if kind.startswith('requisition') else ''}{number.partition('/')[0]}"

    def template(self) -> str:
        """Make the page a template that the recorded site fills its own address into."""
        return self.html.replace("$", "$$").replace(ORIGIN, "$origin")

    def entry(self) -> str:
        """Write the page's entry of the catalogue."""
        page = read_page(self.html, ORIGIN + self.path, ORIGIN)
        number = self.path.rstrip("/").rpartition("/")[2]
        if not isinstance(page, OrderPage):
            outcome = "PO_NOT_FOUND" if isinstance(page, NotFoundPage) else "FAILED"
            return _table("order", {"number": f"PO{number}", "outcome": outcome, "page": self.name})
        if page.kind is AttachmentSource.REQUISITION:
            return _table("requisition", {"number": number, "page": self.name}, page.attachments)
        has_file = any(attachment.kind is AttachmentKind.FILE for attachment in page.attachments)
        values: dict[str, object] = {"number": f"PO{number}", "supplier": page.supplier, "page": self.name}
        if page.requisition_url:
            values["requisition"] = urlsplit(page.requisition_url).path.rpartition("/")[2]
            values["uses_requisition"] = not has_file
        elif not page.attachments:
            values["outcome"] = "NO_ATTACHMENTS"
        return _table("order", values, page.attachments)


def _table(name: str, values: dict[str, object], attachments: tuple[Attachment, ...] = ()) -> str:
    lines = [f"[[{name}]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    if attachments:
        lines += ["attachments = [", *(f"  {{ {_attached(attachment)} }}," for attachment in attachments), "]"]
    return "\n".join(lines) + "\n"


def _attached(attachment: Attachment) -> str:
    values: dict[str, object] = {"id": int(attachment.id) if attachment.id.isdecimal() else 0, "name": attachment.name}
    match attachment.kind:
        case AttachmentKind.FILE:
            values["file"] = _SAMPLES.get(attachment.name.rpartition(".")[2], "notes.txt")
        case AttachmentKind.TEXT:
            values["text"] = attachment.text
        case AttachmentKind.URL:
            values["link"] = attachment.url
    values["saved_as"] = attachment_name(attachment, None)
    return ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())
