"""Small whole files of many formats, made by hand or by libraries, as the formats' own books have them."""

from __future__ import annotations

import io
import struct
import zipfile

from fixtures.files.make import SAMPLES, pdf, png

PDF = pdf(["Whole"])
SOI, EOI = b"\xff\xd8", b"\xff\xd9"


def jpeg(*, data: int = 3000, thumbnail: bool = True) -> bytes:
    """A picture in form: a segment that holds a smaller picture, then a scan; its data has FF only as one may."""
    small = SOI + b"\xff\xdb\x00\x04\x00\x00" + EOI if thumbnail else b""
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 6 + len(small)) + b"Exif\0\0" + small
    scan = b"\xff\xda\x00\x04\x01\x00" + b"\xff\x00\x12\xff\xd0\x34" * (data // 6)
    return SOI + exif + scan + b"\xff\xc4\x00\x03\x00" + scan + EOI


def archive(names: int = 3, *, comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of some files, one of which is a ZIP itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as opened:
        for number in range(names):
            opened.writestr(f"{number}.docx", SAMPLES["terms.docx"])
        opened.comment = comment
    return buffer.getvalue()


def archive64() -> bytes:
    """A ZIP whose end says "see the larger record before me"."""
    whole = archive()
    at = whole.rindex(b"PK\x05\x06")
    entries, size, offset = struct.unpack_from("<HII", whole, at + 10)
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries, entries, size, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return whole[:at] + record + locator + end


def box(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(data)) + kind + data


def riff(data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WEBP" + data


def sevenzip() -> bytes:
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<IQQI", 0, 500, 40, 0) + b"d" * 540


def bitmap() -> bytes:
    return b"BM" + struct.pack("<IHHI", 654, 0, 0, 54) + b"p" * 640


HEIC = box(b"ftyp", b"heic\0\0\0\0mif1") + box(b"meta", b"m" * 300) + box(b"mdat", b"d" * 2000)
FILM = box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"d" * 2000) + box(b"moov", b"m" * 300)
GIF = b"GIF89a" + bytes(7) + b"\x2c" + bytes(9) + b"\x02\x14" + b"g" * 20 + b"\x00;"
RTF = b"{\\rtf1\\ansi {\\b bold} text " + b"word " * 300 + b"}"
XML = b'<?xml version="1.0"?><!-- <other> --><inv:note a="1">' + b"<line>1</line>" * 100 + b"</inv:note>\n"

WHOLE: dict[str, bytes] = {
    "a.pdf": PDF,
    "a.docx": SAMPLES["terms.docx"],
    "a.xlsx": SAMPLES["plan.xlsx"],
    "a.zip": archive(comment=b"a comment"),
    "stored.zip": archive(method=zipfile.ZIP_STORED),
    "large.zip": archive64(),
    "a.png": png(1, 2, 3),
    "a.jpg": jpeg(),
    "a.gif": GIF,
    "a.rtf": RTF,
    "a.xml": XML,
    "a.msg": SAMPLES["approval.msg"],
    "b.msg": SAMPLES["question.msg"],
    "a.7z": sevenzip(),
    "a.webp": riff(b"VP8 " + b"w" * 900),
    "a.bmp": bitmap(),
    "a.heic": HEIC,
    "a.mp4": FILM,
}
