"""Reads an Outlook message (MS-OXMSG): a compound file with a stream for each property."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path

import compressed_rtf
from olefile import OleFileIO

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError
from coupa_async.domain.messages.message import Message, MessageAttachment
from coupa_async.domain.messages.rtf import read_rtf

_TOP_BYTES, _EMBEDDED_BYTES, _PART_BYTES = 32, 24, 8  # what goes before the properties, by where they stand
_CODECS = {20127: "cp1252", 28591: "cp1252", 28605: "iso-8859-15", 50220: "iso-2022-jp", 51949: "euc-kr"}
_CODECS |= {936: "gbk", 20866: "koi8-r", 54936: "gb18030", 65000: "utf-7", 65001: "utf-8", 1200: "utf-16-le"}
_BOUNDS = Bounds()
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TO, _CC = 1, 2


def read_message(path: Path, bounds: Bounds = _BOUNDS) -> Message:
    """Read a message. Blocking; holds what is attached in memory.

    Raises:
        BrokenMessageError: If the file is no message, is not complete, or is out of bounds.
    """
    try:
        if path.stat().st_size > bounds.message_bytes:
            raise BrokenMessageError(f"it has over {bounds.message_bytes:,} bytes")
        with OleFileIO(str(path)) as ole:
            root = _Storage(_Container(ole, bounds), (), _TOP_BYTES)
            if not root.properties:
                raise BrokenMessageError("it has no properties of an Outlook message")
            return _message(root)
    except BrokenMessageError:
        raise
    except Exception as error:  # the container is anybody's bytes, and its reader raises whatever it stumbles over
        raise BrokenMessageError(f"it cannot be read as an Outlook message ({error})") from error


class _Container:
    """The compound file. Its entries may share bytes, so the bytes read are counted, and not its size."""

    def __init__(self, ole: OleFileIO, bounds: Bounds) -> None:
        self._ole = ole
        self._bounds = bounds
        self._bytes = self._parts = 0
        self._below: dict[tuple[str, ...], list[str]] = {}
        for entry in sorted(ole.listdir(streams=False, storages=True)):
            self._below.setdefault(tuple(entry[:-1]), []).append(entry[-1])

    def storages(self, path: tuple[str, ...], prefix: str) -> list[str]:
        """List the storages in one."""
        return [name for name in self._below.get(path, ()) if name.startswith(prefix)]

    def has(self, path: tuple[str, ...]) -> bool:
        """Return whether there is such an entry."""
        return bool(self._ole.exists(list(path)))

    def stream(self, path: tuple[str, ...]) -> bytes:
        """Read a stream; empty if there is none."""
        if not self.has(path):
            return b""
        self._bytes += self._ole.get_size(list(path))
        if self._bytes > self._bounds.message_bytes:
            raise BrokenMessageError(f"over {self._bounds.message_bytes:,} bytes would be read out of it")
        with self._ole.openstream(list(path)) as stream:
            return bytes(stream.read())

    def count_part(self, depth: int) -> None:
        """Count something that is attached, and how many messages it lies in."""
        self._parts += 1
        if self._parts > self._bounds.message_parts:
            raise BrokenMessageError(f"over {self._bounds.message_parts:,} files and messages are attached to it")
        if depth > self._bounds.message_depth:
            raise BrokenMessageError(f"over {self._bounds.message_depth} messages lie inside each other in it")


class _Storage:
    """A folder of the compound file whose streams are properties."""

    def __init__(self, container: _Container, path: tuple[str, ...], header_bytes: int) -> None:
        self.container = container
        self.path = path
        raw = self._stream("__properties_version1.0")[header_bytes:]
        lines = (raw[at : at + 16] for at in range(0, len(raw) - 15, 16))
        self.properties = {struct.unpack_from("<2xH", line)[0]: line[8:] for line in lines}

    def text(self, *numbers: int) -> str:
        """Read the first text there is among properties."""
        for number in numbers:
            if data := self._stream(f"__substg1.0_{number:04X}001F"):
                return data.decode("utf-16-le", "replace").rstrip("\0")
            if data := self._stream(f"__substg1.0_{number:04X}001E"):
                return data.decode(self.codec(0x3FFD, 0x3FDE), "replace").rstrip("\0")
        return ""

    def binary(self, number: int) -> bytes:
        """Read a binary property; empty if there is none."""
        return self._stream(f"__substg1.0_{number:04X}0102")

    def number(self, number: int) -> int:
        """Read a number; 0 if there is none."""
        return int(struct.unpack("<I4x", self.properties.get(number, b"\0" * 8))[0])

    def time(self, number: int) -> datetime | None:
        """Read a time; ``None`` if there is none."""
        (ticks,) = struct.unpack("<Q", self.properties.get(number, b"\0" * 8))
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def codec(self, *numbers: int) -> str:
        """Return the encoding of the first code page among some properties."""
        page = next((page for page in map(self.number, numbers) if page), 1252)
        try:
            return codecs.lookup(_CODECS.get(page, f"cp{page}")).name
        except LookupError:
            return "cp1252"

    def below(self, prefix: str) -> Iterator[_Storage]:
        """List the recipients or what is attached, in order."""
        for name in self.container.storages(self.path, prefix):
            yield _Storage(self.container, (*self.path, name), _PART_BYTES)

    def embedded(self) -> _Storage | None:
        """Find the message that is attached here."""
        path = (*self.path, "__substg1.0_3701000D")
        inner = _Storage(self.container, path, _EMBEDDED_BYTES) if self.container.has(path) else None
        return inner if inner and inner.properties else None  # without properties it is an OLE object

    def _stream(self, name: str) -> bytes:
        return self.container.stream((*self.path, name))


def _message(storage: _Storage, depth: int = 0) -> Message:
    headers = HeaderParser().parsestr(storage.text(0x007D))
    html, text = _bodies(storage)
    return Message(
        subject=storage.text(0x0037, 0x0070),
        sender=_person(storage.text(0x0C1A, 0x0042), storage.text(0x5D01, 0x5D02, 0x0C1F)) or headers["from"] or "",
        to=_people(storage, _TO) or storage.text(0x0E04),
        cc=_people(storage, _CC) or storage.text(0x0E03),
        sent=storage.time(0x0039) or storage.time(0x0E06) or _date(headers["date"]),
        html=html,
        text=text,
        enclosures=tuple(_enclosure(part, depth) for part in storage.below("__attach_version1.0_")),
    )


def _bodies(storage: _Storage) -> tuple[str, str]:
    """Find the HTML body, or the text: the one in the RTF before the plain one."""
    if data := storage.binary(0x1013):
        return data.decode(storage.codec(0x3FDE, 0x3FFD), "replace").lstrip("\ufeff").rstrip("\0"), ""
    if html := storage.text(0x1013):
        return html, ""
    text = storage.text(0x1000)
    if packed := storage.binary(0x1009):
        try:
            body, is_html = read_rtf(compressed_rtf.decompress(packed))
        except BrokenMessageError:
            raise
        except Exception:
            if not text:
                raise
            return "", text  # the unpacker's errors are bare exceptions; the plain body says the same
        if body.strip():
            return (body, "") if is_html else ("", body)
    return "", text


def _enclosure(storage: _Storage, depth: int) -> MessageAttachment:
    inner = storage.embedded()
    storage.container.count_part(depth + (inner is not None))
    return MessageAttachment(
        name=storage.text(0x3707, 0x3704, 0x3001),
        data=storage.binary(0x3701),
        content_id=storage.text(0x3712).strip("<>"),
        mime=storage.text(0x370E),
        message=_message(inner, depth + 1) if inner else None,
    )


def _people(storage: _Storage, kind: int) -> str:
    people = (item for item in storage.below("__recip_version1.0_") if item.number(0x0C15) & 0xF == kind)
    return "; ".join(filter(None, (_person(person.text(0x3001), person.text(0x39FE, 0x3003)) for person in people)))


def _person(name: str, address: str) -> str:
    """Format a person. An Exchange address is left out: it is a path in a directory."""
    if "@" not in address or address == name:
        return name
    return f"{name} <{address}>" if name else address


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
