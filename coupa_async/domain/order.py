"""What is asked for: an order of the worklist, and the attachments that its page names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from coupa_async.domain.errors import BadOrderNumberError

_NUMBER = re.compile(r"(?P<prefix>PO|PM)?(?P<digits>[0-9]{1,18})(?:\.0+)?", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """A purchase order's number in the form that the spreadsheet shows and in the form that identifies it.

    Attributes:
        shown: As the sheet shows it, spaces and Excel's ``.0`` dropped: ``PO15262984``. Names folders.
        key: The digits alone: ``15262984``. Two numbers with one key are one order.
    """

    shown: str
    key: str

    @classmethod
    def parse(cls, raw: object) -> OrderNumber:
        """Read a cell: ``PO123``, ``pm123``, ``123``, ``123.0``, ``" 123 "``, or an Excel number.

        Raises:
            BadOrderNumberError: If the cell is empty or is no order number.
        """
        if isinstance(raw, bool):
            raise BadOrderNumberError(raw)
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = _SPACES.sub("", str(raw)) if raw is not None else ""
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise BadOrderNumberError(raw)
        key = match["digits"]
        return cls(shown=match["prefix"] + key if match["prefix"] else key, key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order to work on, however many rows of the spreadsheet name it.

    Attributes:
        number: Its number.
        hierarchy: The folders above the order's own, outermost first; ``None`` stands for the supplier,
            which only the page can tell. ``()`` is flat.
    """

    number: OrderNumber
    hierarchy: tuple[str | None, ...] = (None,)


class AttachmentKind(StrEnum):
    """What an attachment is made of."""

    FILE = "file"
    TEXT = "text"
    URL = "url"


class AttachmentSource(StrEnum):
    """The page that an attachment was read from."""

    ORDER = "order"
    REQUISITION = "requisition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment as a page names it.

    Attributes:
        id: Coupa's attachment id; the same file named twice on a page, or on both pages, has one id.
        kind: File, text or URL.
        name: The name that Coupa shows: for a file its file name, for a text or URL its label. Not yet safe.
        url: Absolute. Where a file is downloaded from; where a URL attachment points; empty for a text.
        text: A text attachment's text; else empty.
    """

    id: str
    kind: AttachmentKind
    name: str
    url: str = ""
    text: str = ""
