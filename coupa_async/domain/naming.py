"""Text from a page, a header or a cell into a name that is legal, bounded and unique on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pathvalidate import sanitize_filename

from coupa_async.domain.order import Attachment, AttachmentKind, OrderNumber
from coupa_async.domain.outcome import Outcome

_WORK = "__WORK"
UNKNOWN = "Unknown"
_ROOM = len("_ (9999).part")
_LONGEST = 255 - _ROOM  # a component has 255 bytes on Linux and 255 UTF-16 units on Windows; UTF-8 is never shorter
_LONGEST_SUFFIX_BYTES = 20
_RESERVED = frozenset(
    ("CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789\u00b9\u00b2\u00b3"))
)
_SPACE = re.compile(r"\s+")
# Names that need nothing done, which most are; finding that out of any text takes a hundred times as long.
_SAFE = re.compile(r"[A-Za-z0-9_]+(?:[ .-][A-Za-z0-9_]+)*")
_EXTENDED = re.compile(r";\s*filename\*\s*=\s*([\w.-]*)'[^']*'([^;\s]+)", re.IGNORECASE)
_PLAIN = re.compile(r';\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.IGNORECASE)


def safe_name(text: str, *, fallback: str) -> str:
    """Make a file or folder name of any text. Slashes become ``-``: a path's last segment is the caller's business.

    NFC; no control, format (bidi, zero-width), surrogate or private characters; nothing that Windows refuses; no dot or
    space at either end; short enough to leave room for `` (9999)`` and ``.part``; the extension survives cutting.

    Args:
        text: Anything.
        fallback: The name if nothing of ``text`` is left. Itself safe.
    """
    if len(text) <= _LONGEST and _SAFE.fullmatch(text) and not _is_reserved(text):
        return text
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if ch in "\t\r\n" else ch for ch in text if ch in "\t\r\n" or unicodedata.category(ch)[0] != "C")
    text = _SPACE.sub(" ", re.sub(r"[/\\:|]", "-", text))
    # Cut before, too: the library cuts what is longer than 260 bytes, whatever it is told, and takes the extension.
    text = sanitize_filename(_cut(text.strip(" .")), platform="universal")
    text = _cut(text.strip(" ."))
    # Cutting or stripping can uncover a reserved name.
    return (f"_{text}" if _is_reserved(text) else text) or fallback


def file_name(text: str, *, fallback: str) -> str:
    """Make a safe file name of the last segment of a path in either system's form."""
    return safe_name(re.split(r"[/\\]", text.rstrip("/\\ "))[-1], fallback=fallback)


def content_disposition_name(header: str) -> str | None:
    """Read the file name of a Content-Disposition header: ``filename*`` before ``filename`` (RFC 6266, RFC 8187).

    Returns:
        The name, not yet safe; ``None`` if the header has none that can be read.
    """
    if extended := _EXTENDED.search(header):
        try:
            "".encode(extended[1] or "utf-8")  # a name without any escape would never ask for its charset
            return unquote(extended[2].strip('"'), encoding=extended[1] or "utf-8", errors="strict") or None
        except (LookupError, UnicodeError):
            pass  # an unknown or false charset: the plain form is what such a header has it for
    if plain := _PLAIN.search(header):
        quoted = plain[1]
        name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain[2].strip()
        return _as_utf8(name) or None
    return None


def attachment_name(attachment: Attachment, suggested: str | None) -> str:
    """Name an attachment: by its header, else its label, else its URL's last segment, else its id.

    Args:
        attachment: The attachment.
        suggested: The name of the Content-Disposition header; ``None`` without one.
    """
    fallback = safe_name(attachment.id, fallback="attachment")
    if attachment.kind is AttachmentKind.FILE:
        last = unquote(urlsplit(attachment.url).path.rpartition("/")[2])
        for text in (suggested, attachment.name, last):
            if text and (name := file_name(text, fallback="")):
                return name
        return fallback
    return safe_name(attachment.name, fallback=fallback) + (
        ".txt" if attachment.kind is AttachmentKind.TEXT else ".url"
    )


def fold(name: str) -> str:
    """Tell what a name is compared by: macOS and Windows hold ``É.pdf``, decomposed or in any case, for one name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unique_name(name: str, taken: AbstractSet[str]) -> str:
    """Keep a name, or number it `` (2)`` and on.

    Args:
        name: A safe name.
        taken: Names in use, folded by :func:`fold`.
    """
    stem, suffix = _split(name)
    candidate, number = name, 1
    while fold(candidate) in taken:
        number += 1
        candidate = f"{stem} ({number}){suffix}"
    return candidate


def work_folder(number: OrderNumber) -> str:
    """Name the folder of an order in work: ``PO123__WORK``."""
    return f"{_base(number)}{_WORK}"


def is_work_folder(name: str) -> bool:
    """Tell the name of a folder of an order in work."""
    return name.endswith(_WORK)


def outcome_folder(number: OrderNumber, outcome: Outcome) -> str:
    """Name the folder of a finished order: ``PO123_COMPLETED``."""
    return f"{_base(number)}_{outcome.value}"


def folder_path(hierarchy: tuple[str | None, ...], supplier: str, leaf: str) -> PurePosixPath:
    """Place an order's folder below the output folder.

    Args:
        hierarchy: The folders above it; ``None`` stands for the supplier; a blank one is ``Unknown``.
        supplier: The page's.
        leaf: The order's own folder.
    """
    levels = (safe_name(supplier if level is None else level, fallback=UNKNOWN) for level in hierarchy)
    return PurePosixPath(*levels, leaf)


def _base(number: OrderNumber) -> str:
    shown = number.shown.replace("/", "~")  # which is in no number: `1/2` and `1-2` are two folders
    return shown if shown[:2].upper() in ("PO", "PM") else f"PO_{shown}"


def _is_reserved(name: str) -> bool:
    return name.partition(".")[0].strip().upper() in _RESERVED  # Windows reserves `aux .txt` with `aux`


def _split(name: str) -> tuple[str, str]:
    """Split off the extension; what is too long to be one stays in the stem."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or not suffix or " " in suffix or len(suffix.encode()) > _LONGEST_SUFFIX_BYTES:
        return name, ""
    return stem, dot + suffix


def _cut(name: str) -> str:
    """Cut the stem so that the name's UTF-8 fits, never inside a character."""
    stem, suffix = _split(name)
    room = _LONGEST - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + suffix


def _as_utf8(name: str) -> str:
    """Undo the Latin-1 reading that HTTP libraries give header bytes which were UTF-8 all along."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
