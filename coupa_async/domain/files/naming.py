"""Makes file and folder names that are legal, short enough and unique on every system."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pathvalidate import sanitize_filename

from coupa_async.domain.http.content_disposition import content_disposition_name as content_disposition_name
from coupa_async.domain.order import Attachment, AttachmentKind, OrderNumber
from coupa_async.domain.outcome import Outcome

_WORK = "__WORK"
UNKNOWN = "Unknown"
_ROOM = len("_ (9999).part")
_MOST = 255
_LONGEST = _MOST - _ROOM  # a component has 255 bytes on Linux and 255 UTF-16 units on Windows; UTF-8 is never shorter
_LONGEST_SUFFIX_BYTES = 20
_RESERVED = frozenset(
    ("CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789\u00b9\u00b2\u00b3"))
)
# On these Windows, macOS or a Linux desktop acts by itself: when their folder is only looked at, or without a question.
_ACTIVE_NAMES = frozenset({"desktop.ini", "autorun.inf", "thumbs.db", "ehthumbs.db", "folder.htt"})
_ACTIVE_SUFFIXES = frozenset(
    {
        *("lnk", "scf", "url", "website", "local", "library-ms", "search-ms", "searchconnector-ms"),
        *("settingcontent-ms", "appref-ms", "theme", "themepack", "deskthemepack"),
        *("desktop", "webloc", "inetloc", "fileloc"),
    }
)
_HARMLESS = ".download"  # as browsers have it
_CLASS_SUFFIX = re.compile(r"\{[^{}]*\}")  # Windows hides it, and takes the file for what it names
# What a name ends in that says how it was made, not what is in it.
_PROGRAM_SUFFIXES = frozenset({"aspx", "asp", "ashx", "php", "jsp", "jspx", "do", "cgi", "dll", "action"})
_SUFFIX = re.compile(r"(?=[0-9]*[a-z])[a-z0-9]{1,10}", re.IGNORECASE)
# What the disk's names are written in; not UTF-8 under an old locale.
_DISK = sys.getfilesystemencoding()
_OURS = re.compile(
    r"journal.*\.sqlite3(?:[-.].*[^_])?|run\.log|report\.html|snapshots|coupa-async(?:.*[^_])?"
    r"|.*\.(?:xlsx|xlsm|csv|tsv|txt)"
    rf"|.*(?:{_WORK.lower()}|{'|'.join(f'_{outcome.value.lower()}' for outcome in Outcome)})"
    r"|[^.]{1,6}~[0-9]{1,4}(?:\.[^.]{0,3})?",
    re.DOTALL,
)
_SPACE = re.compile(r"\s+")
# Names that need nothing done, which most are; finding that out of any text takes a hundred times as long.
_SAFE = re.compile(r"[A-Za-z0-9_]+(?:[ .-][A-Za-z0-9_]+)*")


def safe_name(text: str, *, fallback: str) -> str:
    """Make a file or folder name of any text. Slashes become ``-``: the caller takes the last part of a path.

    NFC; no control, format (bidi, zero-width), surrogate or private characters; nothing that Windows refuses; no dot or
    space at either end; short enough to leave room for `` (9999)`` and ``.part``; the extension survives cutting.

    Args:
        text: Anything.
        fallback: A safe name, used if nothing of ``text`` is left.
    """
    if len(text) <= _LONGEST and _SAFE.fullmatch(text) and not _is_reserved(text):
        return text
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if ch in "\t\r\n" else ch for ch in text if ch in "\t\r\n" or unicodedata.category(ch)[0] != "C")
    text = _SPACE.sub(" ", re.sub(r"[/\\:|]", "-", _on_disk(text)))
    # Cut before, too: the library cuts what is longer than 260 bytes, whatever it is told, and takes the extension.
    text = sanitize_filename(_cut(text.strip(" .")), platform="universal")
    text = _cut(text.strip(" ."))
    # Cutting or stripping can uncover a reserved name.
    return (f"_{text}" if _is_reserved(text) else text) or fallback


def file_name(text: str, *, fallback: str) -> str:
    """Make a safe and harmless file name of the last segment of a path in either system's form."""
    return _harmless(safe_name(re.split(r"[/\\]", text.rstrip("/\\ "))[-1], fallback=fallback))


def attachment_name(attachment: Attachment, suggested: str | None) -> str:
    """Name an attachment: by its header, else its label, else its URL's last segment, else its id.

    A name with an extension is preferred. If only the URL has an extension, the name gets it.

    Args:
        attachment: The attachment.
        suggested: The name of the Content-Disposition header; ``None`` without one.
    """
    fallback = safe_name(attachment.id, fallback="attachment")
    if attachment.kind is AttachmentKind.FILE:
        last = unquote(urlsplit(attachment.url).path.rpartition("/")[2])
        names = [name for text in (suggested, attachment.name) if text and (name := file_name(text, fallback=""))]
        if speaking := next((name for name in names if _suffix(name)), ""):
            return speaking
        behind = file_name(last, fallback="")
        if not names:
            return behind or fallback
        stem = next((name for name in names if _split(name)[1][1:].lower() not in _PROGRAM_SUFFIXES), names[0])
        return safe_name(f"{stem}.{_suffix(behind)}", fallback=fallback) if _suffix(behind) else stem
    return safe_name(attachment.name, fallback=fallback) + (
        ".txt" if attachment.kind is AttachmentKind.TEXT else ".url"
    )


def is_made_harmless(name: str) -> bool:
    """Return whether :func:`file_name` changed a name because a system would act on a file of that name by itself."""
    own = name.removesuffix(_HARMLESS)
    return (own != name and _is_active(own)) or (name.startswith("_") and _is_active(name[1:]))


def fold(name: str) -> str:
    """Return what names are compared by. macOS and Windows treat ``É.pdf``, decomposed or in any case, as one name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unique_name(name: str, taken: AbstractSet[str]) -> str:
    """Return a name unchanged if it is free, else with `` (2)``, `` (3)`` and so on.

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


def marked(name: str, mark: str) -> str:
    """Put a mark before a name's extension. A name that becomes too long is cut before the mark."""
    stem, suffix = _split(name)
    return _fit(stem, _MOST - len((mark + suffix).encode(errors="surrogatepass"))) + mark + suffix


def work_folder(number: OrderNumber) -> str:
    """Name the work folder of an order: ``PO123__WORK``."""
    return f"{_base(number)}{_WORK}"


def is_work_folder(name: str) -> bool:
    """Return whether a name is a work folder's. Case is ignored: some disks list all names in lower case."""
    return name.casefold().endswith(_WORK.casefold())


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
    return PurePosixPath(*(_theirs(level) if is_ours(level) else level for level in levels), leaf)


def is_ours(name: str) -> bool:
    """Return whether a name is, or may be, used by the program itself, so that no supplier's folder may have it.

    Those are the files beside the folders of orders, the copy of the spreadsheet with whatever name the user gave it,
    the folders of orders themselves, and the short names that Windows gives to all of them.
    """
    return bool(_OURS.fullmatch(fold(name)))


def _theirs(level: str) -> str:
    return f"{level}_" if len(level.encode()) < _LONGEST else f"{level[:-1]}_"


def _base(number: OrderNumber) -> str:
    # In capitals, however the sheet spells it. "~" is in no number: `1/2` and `1-2` are two folders.
    shown = number.shown.upper().replace("/", "~")
    return shown if shown[:2] in ("PO", "PM") else f"PO_{shown}"


def _harmless(name: str) -> str:
    if not _is_active(name):
        return name
    # Of these the whole name is what counts.
    return f"_{name}" if name.lower() in _ACTIVE_NAMES else safe_name(f"{name}{_HARMLESS}", fallback="")


def _is_active(name: str) -> bool:
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return name.lower() in _ACTIVE_NAMES or suffix in _ACTIVE_SUFFIXES or bool(_CLASS_SUFFIX.fullmatch(suffix))


def _suffix(name: str) -> str:
    """Return an extension that says what is in a file; empty if there is none."""
    suffix = _split(name)[1].removeprefix(".")
    return suffix if _SUFFIX.fullmatch(suffix) and suffix.lower() not in _PROGRAM_SUFFIXES else ""


def _on_disk(text: str) -> str:
    """Replace what the disk's names cannot hold."""
    return text if _DISK == "utf-8" else text.encode(_DISK, "replace").decode(_DISK).replace("?", "_")


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
    return _fit(stem, _LONGEST - len(suffix.encode())).rstrip(" .") + suffix


def _fit(text: str, most_bytes: int) -> str:
    """Cut a text after so many bytes of UTF-8; as file names may be, it need not be valid."""
    data = text.encode(errors="surrogatepass")
    return text if len(data) <= most_bytes else data[:most_bytes].decode(errors="ignore")
