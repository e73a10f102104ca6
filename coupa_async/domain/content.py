"""Whether bytes are what their name says, for the types that can be told by their first bytes."""

from __future__ import annotations

import re

HEAD_BYTES = 1024

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CFB = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_OFFICE = _ZIP + _CFB  # a password makes a CFB of a .docx
_MAGIC: dict[str, tuple[bytes, ...]] = {
    "zip": _ZIP,
    "jar": _ZIP,
    **dict.fromkeys(("docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "odt", "ods", "odp"), _OFFICE),
    "msg": _CFB,
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "bmp": (b"BM",),
    "tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "webp": (b"RIFF",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "rar": (b"Rar!\x1a\x07",),
}
# Programs export HTML under these names; a page there may be the file itself.
_MAY_BE_HTML = frozenset({"html", "htm", "xhtml", "mht", "mhtml", "xls", "doc", "xml", "eml", "svg"})
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def check_content(name: str, head: bytes, size_bytes: int) -> str | None:
    """Look for what cannot be the file that its name says.

    ``.doc`` and ``.xls`` are let through whatever they hold, for RTF, HTML and XML go under these names in the wild.

    Args:
        name: The file's final name.
        head: Its first ``HEAD_BYTES`` bytes.
        size_bytes: Its size.

    Returns:
        A clause for a message; ``None`` if nothing speaks against it.
    """
    if size_bytes == 0:
        return "the file is empty"
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix not in _MAY_BE_HTML and _HTML.match(head):
        return "a web page came in its place"
    if suffix == "pdf":
        return None if b"%PDF-" in head else "its content is not a PDF"  # readers accept it anywhere in the first 1024
    magic = _MAGIC.get(suffix)
    if magic is not None and not head.startswith(magic):
        return f"its content is not that of a .{suffix} file"
    return None


def url_shortcut(url: str) -> bytes:
    """Make an Internet shortcut, which Windows and macOS open, of a URL."""
    line = "".join(url.split())
    return f"[InternetShortcut]\r\nURL={line}\r\n".encode()
