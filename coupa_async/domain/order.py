"""What is asked for: an order of the worklist, and the attachments that its page names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from coupa_async.domain.errors import BadOrderNumberError

_LONGEST = 40
_COMMON = re.compile(r"(?:[Pp][OoMm])?0*+([1-9][0-9]*+)", re.ASCII)
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"(?:PO|PM)?[0-9]+(?:\.0+)?", re.IGNORECASE)
_TOKEN = re.compile(r"#?[^\W_][\w\-./#]*")
_PREFIX = re.compile(r"#*(?:P[OM](?:(?=[0-9])|[\s\-_.#]+(?=\w)))?#*")
_DATE = re.compile(
    r"(?:[12][0-9]{3}[-/.][01]?[0-9][-/.][0-3]?[0-9]|[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:[12][0-9])?[0-9]{2})"
)
_SEVERAL = re.compile(r"[,;|\n]+|(?<=[0-9])\s+(?=P[OM]-?[0-9])", re.IGNORECASE)
# How people keep a spreadsheet program from taking a number for one: '00123 and ="00123".
_AS_TEXT = re.compile('\'([^\']*)|="([^"]*)"|"([^"]*)"')
_POWER = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def normal_number(text: str) -> str:
    """Reduce an order number to what identifies it, without case, spaces, leading zeros and the prefixes PO and PM.

    ``PO-0123``, ``pm 123`` and ``#123`` are ``123``; ``US0158122`` and ``2D-1234567`` stay as they are.
    """
    plain = _plain(text).upper()
    plain = _SPACES.sub("", _PREFIX.sub("", plain, count=1))
    return plain.lstrip("0") or plain[:1]


def _plain(text: str) -> str:
    """Write a text in ordinary letters, digits and dashes, without what shows nothing, and without marks for a text."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf") if not text.isascii() else text
    plain = unicodedata.normalize("NFKC", seen).translate(_DASHES).strip()
    marked = _AS_TEXT.fullmatch(plain)
    return (marked[1] or marked[2] or marked[3] or "").strip() if marked else plain


@dataclass(frozen=True, slots=True)
class OrderNumber:
    """A purchase order's number in the form that the spreadsheet shows and in the form that identifies it.

    Attributes:
        shown: As the sheet shows it, spaces and Excel's ``.0`` dropped: ``PO15262984``. Names folders.
        key: Its :func:`normal_number`: ``15262984``. Two numbers with one key are one order.
    """

    shown: str
    key: str

    @classmethod
    def parse(cls, raw: object) -> OrderNumber:
        """Read a cell: ``PO123``, ``pm 123``, ``123.0``, ``US0158122``, ``PO-2024-001``, or an Excel number.

        A number is one token of letters, digits and ``- _ . / #`` with a digit in it; spaces count only where letters
        other than the prefix stand between them.

        Raises:
            BadOrderNumberError: If the cell is empty or is no order number; the message says why.
        """
        if isinstance(raw, str) and (common := _COMMON.fullmatch(raw)) and len(raw) <= _LONGEST:
            return cls(shown=raw, key=common[1])
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        shown = "" if raw is None else _plain(str(raw))
        if not shown:
            raise BadOrderNumberError(raw, "")
        if isinstance(raw, bool) or not isinstance(raw, int | str):
            kinds: dict[type, str] = {bool: "it is a truth value", float: "it is no whole number"}
            raise BadOrderNumberError(raw, kinds.get(type(raw), "it is a date or a time"))
        joined = _SPACES.sub("", shown)
        if _DIGITS.fullmatch(joined):
            shown = joined.partition(".")[0]
        elif why := _why_not(shown):
            raise BadOrderNumberError(raw, why)
        if len(shown) > _LONGEST:
            raise BadOrderNumberError(raw, f"it is longer than {_LONGEST} characters")
        return cls(shown=_SPACES.sub("", shown), key=normal_number(shown))


def order_numbers(raw: object) -> tuple[OrderNumber, ...]:
    """Read a cell that may hold several order numbers: ``PO1, PO2; PO3``.

    Raises:
        BadOrderNumberError: If the cell is empty, or one of its texts is no order number.
    """
    if not isinstance(raw, str) or raw.isalnum() or not _SEVERAL.search(raw) or _THOUSANDS.fullmatch(raw.strip()):
        return (OrderNumber.parse(raw),)
    parts = [part for text in _SEVERAL.split(raw) if (part := _plain(text))]
    if len(parts) < 2:
        return (OrderNumber.parse(parts[0] if parts else raw),)
    found: dict[str, OrderNumber] = {}
    for number in map(OrderNumber.parse, parts):
        found.setdefault(number.key, number)
    return tuple(found.values())


def _why_not(text: str) -> str:
    """Say why a text is no order number; empty if it is one."""
    prefix = _PREFIX.match(text.upper())
    token = text[prefix.end() :] if prefix else text
    if not re.search("[0-9]", text):
        return "it has no digit"
    if _SPACES.search(token):
        return "it is more than one word"
    if _DATE.fullmatch(text):
        return "it is a date"
    if _THOUSANDS.fullmatch(text):
        return "it may be one number with thousands separators, or several numbers"
    if _POWER.fullmatch(text):
        return "a spreadsheet program cut it off to a power of ten"
    if not _TOKEN.fullmatch(token):
        return "it has signs that no order number has"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order to work on, however many rows of the spreadsheet name it.

    Attributes:
        number: Its number.
        hierarchy: The folders above the order's own, outermost first; ``None`` stands for the supplier,
            which only the page can tell. ``()`` is flat.
        links: Links and ids that the sheet has for it, as they stand there; see ``domain.pages.addresses``.
        group: Whose it is, such as a company code, where a column of the sheet says so; else empty.
    """

    number: OrderNumber
    hierarchy: tuple[str | None, ...] = (None,)
    links: tuple[str, ...] = ()
    group: str = ""


class AttachmentKind(StrEnum):
    """What an attachment is made of."""

    FILE = "file"
    TEXT = "text"
    URL = "url"


class AttachmentSource(StrEnum):
    """The page that an attachment was read from."""

    ORDER = "order"
    REQUISITION = "requisition"


class AttachmentPlace(StrEnum):
    """Where on its page an attachment stands."""

    HEADER = "header"
    LINE = "line"
    COMMENT = "comment"
    ELSEWHERE = "elsewhere"


class AttachmentIntent(StrEnum):
    """For whom an attachment is."""

    INTERNAL = "internal"
    SUPPLIER = "supplier"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One attachment as a page names it.

    Attributes:
        id: Coupa's attachment id; the same file named twice on a page, or on both pages, has one id.
        kind: File, text or URL.
        name: The name that Coupa shows: for a file its file name, for a text or URL its label. Not yet safe.
        url: Absolute. Where a file is downloaded from; where a URL attachment points; empty for a text.
        text: A text attachment's text; else empty.
        place: Where on the page it stands first.
        line: The number of the line that it belongs to; empty for one of no line.
        intent: For whom it is, where the page says so.
        also_at: Another address of the same file, for where the first one does not give it; empty if there is none.
    """

    id: str
    kind: AttachmentKind
    name: str
    url: str = ""
    text: str = ""
    also_at: str = ""
    place: AttachmentPlace = AttachmentPlace.ELSEWHERE
    line: str = ""
    intent: AttachmentIntent = AttachmentIntent.UNKNOWN

    @property
    def where(self) -> str:
        """Where on the page it stands, for people: ``header``, ``line 3``."""
        return f"{self.place} {self.line}".strip()
