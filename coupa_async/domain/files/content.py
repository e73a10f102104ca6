"""Whether a file's bytes fit its name and are complete, for the types for which that can be known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from coupa_async.domain.files.endings import HEAD_BYTES as HEAD_BYTES
from coupa_async.domain.files.endings import TAIL_BYTES as TAIL_BYTES
from coupa_async.domain.files.endings import Source, is_whole

_BOM = b"\xef\xbb\xbf"
# How a file begins: the bytes, and what kind it is then.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"RIFF", "riff"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"<?xml", "xml"),
)
_OFFICE = ("zip", "compound")  # a password makes a compound file of a .docx
# What a file must be by its first bytes to go under a name.
_KINDS: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "zip": ("zip",),
    "jar": ("zip",),
    **dict.fromkeys(("docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "odt", "ods", "odp"), _OFFICE),
    "msg": ("compound",),
    "png": ("png",),
    "jpg": ("jpeg",),
    "jpeg": ("jpeg",),
    "gif": ("gif",),
    "bmp": ("bmp",),
    "tif": ("tiff",),
    "tiff": ("tiff",),
    "webp": ("riff",),
    "7z": ("7z",),
    "rar": ("rar",),
}
_TOLD = {
    "pdf": "a PDF",
    "zip": "a ZIP archive or an Office document",
    "compound": "a document of older Office programs or a message",
    "png": "a PNG",
    "jpeg": "a JPEG",
    "gif": "a GIF",
    "bmp": "a bitmap",
    "tiff": "a TIFF",
    "riff": "a WebP picture or a sound",
    "7z": "a 7z archive",
    "rar": "a RAR archive",
    "gzip": "a gzip archive",
    "rtf": "an RTF text",
    "xml": "XML",
    "boxes": "an HEIC picture or a film",
    "html": "a web page",
    "text": "plain text",
}
# Of these the tenant may name a page as a file of its own; its server then often shows it as one.
PAGE_SUFFIXES = frozenset({"html", "htm", "xhtml", "shtml", "mht", "mhtml"})
# Programs export HTML under these names; a page there may be the file itself.
_MAY_BE_HTML = PAGE_SUFFIXES | {"xls", "doc", "xml", "eml", "svg"}
_PASSWORD = re.compile(rb"<input\b[^<>]{0,500}?\stype\s{0,9}=\s{0,9}[\"']?password\b", re.IGNORECASE)
_SPACE = re.compile(rb"\s*")
_HTML = re.compile(rb"<(?:!doctype\s{1,99}html|html|head|body)\b", re.IGNORECASE)


class Kind(Enum):
    """What is doubtful about a file."""

    PAGE = "a page in its place"
    EMPTY = "no bytes"
    CUT = "without its end"
    OTHER = "not what its name says"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a file may be wrong.

    Attributes:
        kind: The kind of doubt.
        clause: Goes on after the file's name: ``is empty``.
    """

    kind: Kind
    clause: str


def doubt_of(name: str, file: Source) -> Doubt | None:
    """Check whether a file can be what its name says, and whether it is whole.

    ``.doc`` and ``.xls`` may hold anything: real files with these names contain RTF, HTML or XML.

    Args:
        name: The file's final name.
        file: Its bytes.

    Raises:
        NotAtHandError: If the bytes in memory are not enough to decide.
    """
    head = file.read(0, HEAD_BYTES)
    if found := _misnomer(name, head, file.size_bytes):
        if found.kind is not Kind.OTHER:
            return found
        if suffix_of(name) == "zip" and is_whole("zip", file):
            return None  # one that unpacks itself begins as a program
    kind = "pdf" if suffix_of(name) == "pdf" and b"%PDF-" in head else kind_of(head)
    return found if is_whole(kind, file) else Doubt(Kind.CUT, "is cut short")


def check_content(name: str, head: bytes, size_bytes: int) -> str | None:
    """Check by its first bytes alone whether a file can be what its name says.

    Args:
        name: The file's final name.
        head: Its first ``HEAD_BYTES`` bytes.
        size_bytes: Its size.

    Returns:
        A clause for a message; ``None`` if nothing is wrong.
    """
    found = _misnomer(name, head, size_bytes)
    return f"it {found.clause}" if found else None


def is_tenants_page(html: bytes) -> bool:
    """Return whether a file's bytes are a sign-in page or Coupa's not-found page, sent with status 200."""
    return _PASSWORD.search(html) is not None or b'id="error-message"' in html


def suffix_of(name: str) -> str:
    """Return the extension in lower case, without the dot; empty if there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(head: bytes) -> str:
    """Return a file's type by its first bytes: ``text`` for what looks like text, empty if it is unknown."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return "html" if kind == "xml" and _is_html(head) else kind
    if head[4:8] == b"ftyp":
        return "boxes"
    if head.startswith(b"BM") and head[6:10] == bytes(4):  # two letters alone are too few to go by
        return "bmp"
    if _is_html(head):
        return "html"
    if head.removeprefix(_BOM).lstrip().startswith(b"<?xml"):
        return "xml"
    return "" if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head) else "text"


def _misnomer(name: str, head: bytes, size_bytes: int) -> Doubt | None:
    if size_bytes == 0:
        return Doubt(Kind.EMPTY, "is empty")
    suffix = suffix_of(name)
    if suffix not in _MAY_BE_HTML and _is_html(head):
        return Doubt(Kind.PAGE, "is a web page, not the file")
    wanted = _KINDS.get(suffix)
    if wanted is None or (suffix == "pdf" and b"%PDF-" in head):  # readers accept it anywhere in the first 1024
        return None
    kind = kind_of(head)
    if kind in wanted:
        return None
    what = "a PDF" if suffix == "pdf" else f"a .{suffix} file"
    what_it_is = f": it is {_TOLD[kind]}" if kind in _TOLD else ""
    return Doubt(Kind.OTHER, f"is not {what} by its content{what_it_is}")


def _is_html(head: bytes) -> bool:
    """Return whether bytes are a web page, after what may stand before it."""
    head = head[:HEAD_BYTES].removeprefix(_BOM)
    at = _after_space(head, 0)
    for opening, closing in ((b"<?xml", b"?>"), (b"<!--", b"-->")):
        while head.startswith(opening, at):
            end = head.find(closing, at + len(opening))
            if end < 0:
                return False
            at = _after_space(head, end + len(closing))
    return _HTML.match(head, at) is not None


def _after_space(text: bytes, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def url_shortcut(url: str) -> bytes:
    """Make an Internet shortcut to a URL, which Windows and macOS can open."""
    line = "".join(url.split())
    return f"[InternetShortcut]\r\nURL={line}\r\n".encode()
