"""Checks whether a file has the end that its format requires. A transfer can stop early without any error.

For most formats the first or last bytes are enough; the download keeps these in memory (:class:`Ends`). Other formats
read the file on the disk (any other :class:`Source`). All checks take time in proportion to what they read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

HEAD_BYTES = 1024
# A ZIP's last record may be followed by a comment of 65,535 bytes, and stands behind two more records.
TAIL_BYTES = 66 * 1024

_BLANK = b"\0\t\n\r\x1a "
_PIECE_BYTES = 1 << 18
_MOST_PARTS = 10_000
_MOST_RECORDS = 64
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # within a picture's data, FF is followed by 0 or a restart
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_NEW_OBJECT = re.compile(rb"\d obj\b")
_PDF_LENGTH = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s{0,9}(\d{1,15})|/L\s{0,9}(\d{1,15})[^>]{0,200}?/Linearized\b")
_ELEMENT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_FREE_SECTOR = 0xFFFFFFFF
_LAST_SECTOR = 0xFFFFFFFA  # above are marks


class Source(Protocol):
    """A file's bytes.

    Attributes:
        size_bytes: The size of the file.
    """

    @property
    def size_bytes(self) -> int: ...  # noqa: D102 - told above

    def read(self, at: int, count: int) -> bytes:
        """Read up to ``count`` bytes from ``at`` on; fewer at the file's end.

        Raises:
            NotAtHandError: If these bytes are not in memory.
        """
        ...


class NotAtHandError(LookupError):
    """The bytes asked for are in the middle of a file of which only the ends are kept."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The first ``HEAD_BYTES`` and the last ``TAIL_BYTES`` bytes of a file; both are all of it where it is small."""

    size_bytes: int
    head: bytes
    tail: bytes

    def read(self, at: int, count: int) -> bytes:
        """See :class:`Source`."""
        end = min(at + count, self.size_bytes)
        begin = self.size_bytes - len(self.tail)
        if at >= begin:
            return self.tail[at - begin : end - begin]
        if end <= len(self.head):
            return self.head[at:end]
        raise NotAtHandError


def last_bytes(before: bytes, chunks: Sequence[bytes]) -> bytes:
    """Return the last ``TAIL_BYTES`` bytes, or fewer, of some bytes and the chunks after them."""
    kept, room = [], TAIL_BYTES
    for chunk in (*reversed(chunks), before):
        if room <= 0:
            break
        kept.append(chunk[-room:])
        room -= len(chunk)
    return b"".join(reversed(kept))


def is_whole(kind: str, file: Source) -> bool:
    """Return whether a file ends as its format requires.

    Args:
        kind: Its type, as ``kind_of`` names it. A type without a certain end counts as whole.
        file: The file.

    Raises:
        NotAtHandError: If the bytes in memory are not enough to decide.
    """
    check = _CHECKS.get(kind)
    return check is None or check(file)


def _tail(file: Source, count: int = TAIL_BYTES) -> bytes:
    return file.read(max(0, file.size_bytes - count), count)


def _pdf(file: Source) -> bool:
    """End-of-file mark (ISO 32000-1 §7.5.5); an update that follows one needs its own; a linearized file its length."""
    body = _tail(file).rstrip(_BLANK)[-2048:]
    at = body.rfind(b"%%EOF")
    length = _PDF_LENGTH.search(file.read(0, HEAD_BYTES))
    announced = int(length[1] or length[2]) if length else 0
    return at >= 0 and not _NEW_OBJECT.search(body, at) and announced <= file.size_bytes


def _zip(file: Source) -> bool:
    """End of central directory, and the directory where it says (APPNOTE §4.3.16)."""
    tail = _tail(file)
    start, at = file.size_bytes - len(tail), len(tail)
    for _ in range(_MOST_RECORDS):  # within a comment, or a file that is inside, are more of them
        at = tail.rfind(b"PK\x05\x06", 0, at)
        if at < 0:
            return False
        if len(tail) - at >= 22 and _has_directory(file, tail, at, start + at):
            return True
    return False


def _has_directory(file: Source, tail: bytes, at: int, end: int) -> bool:
    disk, disk_of_it, _, entries, size, offset, comment = struct.unpack_from("<HHHHIIH", tail, at + 4)
    if end + 22 + comment > file.size_bytes:
        return False
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(b"PK\x06\x07"):
        (end,) = struct.unpack_from("<Q", locator, 8)
        record = file.read(end, 56)
        if len(record) < 56 or not record.startswith(b"PK\x06\x06"):
            return False
        disk, disk_of_it, _, entries, size, offset = struct.unpack_from("<IIQQQQ", record, 16)
    if disk != disk_of_it or 0 < disk < 0xFFFF:
        return True  # the last of several parts: the directory counts from the first
    if entries == 0:
        return True
    if offset + size > end:
        return False
    # What stands before a ZIP that begins with something else, as one that unpacks itself, is not counted.
    places = [offset] if file.read(0, 2) == b"PK" else [offset, end - size]
    return any(file.read(place, 4) == b"PK\x01\x02" for place in places)


def _png(file: Source) -> bool:
    return b"IEND\xae\x42\x60\x82" in _tail(file)


def _gif(file: Source) -> bool:
    """The trailer, behind the empty block that ends what is before it (GIF89a §27)."""
    return _tail(file, HEAD_BYTES).rstrip(_BLANK).endswith(b"\0;")


def _jpeg(file: Source) -> bool:
    """End of image; where other data follows, as a phone's film does, it is looked for from the front."""
    return _tail(file, HEAD_BYTES).rstrip(_BLANK).endswith(b"\xff\xd9") or _has_picture(file)


def _has_picture(file: Source) -> bool:
    """Walk a JPEG's segments, and search what is between them, for the end of its own picture (ITU-T T.81 §B.1)."""
    at = 2
    for _ in range(_MOST_PARTS):
        segment = file.read(at, 4)
        if segment[:2] == b"\xff\xd9":
            return True
        if len(segment) < 4 or segment[0] != 0xFF:
            return False
        code = segment[1]
        if code != 0xFF:
            at += 2 if code in _ALONE else 2 + int.from_bytes(segment[2:], "big")
        if code in (0xDA, 0xFF):  # data without a length, and filling
            at = _next_marker(file, at)
    return True


def _next_marker(file: Source, at: int) -> int:
    while piece := file.read(at, _PIECE_BYTES):
        if found := _MARKER.search(piece):
            return at + found.start()
        at += max(len(piece) - 1, 1)
    return file.size_bytes


def _rtf(file: Source) -> bool:
    return _tail(file, HEAD_BYTES).rstrip(_BLANK).endswith(b"}")


def _xml(file: Source) -> bool:
    """The root's closing tag, and after it no other."""
    first, *more = file.read(0, HEAD_BYTES).split(b"<!--")
    head = first + b"".join(comment.partition(b"-->")[2] for comment in more)
    root = _ELEMENT.search(head)
    if root is None or b"\0" in head:
        return True  # it begins further on, or in two bytes a character
    if head[root.end() :].partition(b">")[0].endswith(b"/"):
        return True  # it is empty
    body = _tail(file)
    name, end, _ = body[body.rfind(b"</") + 2 :].partition(b">") if b"</" in body else (b"", b"", b"")
    return bool(end) and name.strip() == root[1]


def _compound(file: Source) -> bool:
    """Every sector that the allocation table says is in use ([MS-CFB] §2.2, §2.3)."""
    header = file.read(0, 512)
    if len(header) < 512:
        return False
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        return True  # not of this format after all
    sector, sectors, each = 1 << shift, (file.size_bytes >> shift) - 1, 1 << shift >> 2
    tables = [*struct.unpack_from("<109I", header, 76)]
    (more,) = struct.unpack_from("<I", header, 68)
    for _ in range(max(0, sectors) // (each * (each - 1)) + 1):  # so many at most are of use: a chain may go round
        if more >= _LAST_SECTOR:
            break
        if more >= sectors:
            return False
        *places, more = struct.unpack(f"<{each}I", file.read((more + 1) << shift, sector))
        tables += places
    tables = [place for place in tables if place < _LAST_SECTOR]
    if any(place >= sectors for place in tables):
        return False
    for number, place in reversed([*enumerate(tables)]):
        entries = struct.unpack(f"<{each}I", file.read((place + 1) << shift, sector))
        used = next((n for n in reversed(range(each)) if entries[n] != _FREE_SECTOR), None)
        if used is not None:
            return bool(number * each + used < sectors)
    return True


def _sized(file: Source) -> bool:
    """7z: the header at the end, by its place and size (7zFormat.txt)."""
    head = file.read(0, 32)
    if len(head) < 32:
        return False
    offset, size = struct.unpack_from("<QQ", head, 12)
    return bool(32 + offset + size <= file.size_bytes)


def _riff(file: Source) -> bool:
    (size,) = struct.unpack_from("<I", file.read(4, 4).ljust(4, b"\0"))
    return bool(size == 0xFFFFFFFF or 8 + size <= file.size_bytes)  # a recorder that could not go back leaves it open


def _bmp(file: Source) -> bool:
    (size,) = struct.unpack_from("<I", file.read(2, 4).ljust(4, b"\0"))
    return bool(size <= file.size_bytes)


def _boxes(file: Source) -> bool:
    """Boxes one after the other, an index among them (ISO/IEC 14496-12 §4.2, §8.2, §8.11)."""
    at = 0
    kinds: set[bytes] = set()
    for _ in range(_MOST_PARTS):
        head = file.read(at, 16)
        if not head:
            return bool(kinds & {b"moov", b"meta", b"moof"})
        if len(head) < 8:
            return False
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
        if not kind.isascii() or 1 <= size < 8:
            break  # something else follows
        kinds.add(kind)
        if size == 0:
            break
        at += size
        if at > file.size_bytes:
            return False
    return True


_CHECKS: dict[str, Callable[[Source], bool]] = {
    "pdf": _pdf,
    "zip": _zip,
    "png": _png,
    "gif": _gif,
    "jpeg": _jpeg,
    "rtf": _rtf,
    "xml": _xml,
    "compound": _compound,
    "7z": _sized,
    "riff": _riff,
    "bmp": _bmp,
    "boxes": _boxes,
}
