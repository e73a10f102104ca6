"""Reads Outlook messages in a process of their own: see ``coupa_async.runtime.isolated``."""

from __future__ import annotations

import json
import struct
import sys
from dataclasses import asdict
from pathlib import Path

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError
from coupa_async.domain.messages.message import Letter, lay_out
from coupa_async.runtime.isolated import answer, read_apart
from coupa_async.services.messages.outlook import read_message

_LENGTH = struct.Struct(">Q")


async def read_letter(path: Path, bounds: Bounds) -> Letter:
    """Read a message and lay it out for printing.

    Raises:
        BrokenMessageError: If it cannot be read, is out of bounds, or takes its reader too long.
    """
    arguments = [str(path), json.dumps(asdict(bounds))]
    data, trouble = await read_apart(__name__, arguments, within_s=bounds.parse_s)
    if trouble:
        raise BrokenMessageError(trouble)
    return decode(data)


def encode(letter: Letter) -> bytes:
    """Encode a letter: the length of a JSON outline, the outline, then all texts and files whose sizes it lists."""
    parts: list[bytes] = []
    outline = json.dumps(_outline(letter, parts)).encode()
    return b"".join((_LENGTH.pack(len(outline)), outline, *parts))


def decode(data: bytes) -> Letter:
    """Read back what :func:`encode` wrote.

    Raises:
        BrokenMessageError: If it is not whole.
    """
    try:
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        return _Parts(data, at).letter(json.loads(data[_LENGTH.size : at]))
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise BrokenMessageError("its reader did not finish") from error


def _outline(letter: Letter, parts: list[bytes]) -> dict[str, object]:
    page = letter.page.encode("utf-8", "replace")
    parts.append(page)
    parts.extend(data for _, data in letter.listed)
    return {
        "subject": letter.subject,
        "page": len(page),
        "listed": [[name, len(data)] for name, data in letter.listed],
        "letters": [[name, _outline(inner, parts)] for name, inner in letter.letters],
    }


class _Parts:
    """The texts and files after an outline, taken in order."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = memoryview(data), at  # a page of many pictures is copied once, not twice

    def letter(self, outline: object) -> Letter:
        if not isinstance(outline, dict):
            raise TypeError("no outline")
        page = str(self._take(outline["page"]), "utf-8")
        listed = tuple((str(name), bytes(self._take(size))) for name, size in _pairs(outline["listed"]))
        letters = tuple((str(name), self.letter(inner)) for name, inner in _pairs(outline["letters"]))
        return Letter(subject=str(outline["subject"]), page=page, listed=listed, letters=letters)

    def _take(self, size: object) -> memoryview:
        start = self._at
        self._at += int(str(size))
        if self._at > len(self._data):
            raise ValueError("cut short")
        return self._data[start : self._at]


def _pairs(value: object) -> list[tuple[str, object]]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return [(name, other) for name, other in value]


def _main(path: str, given: str) -> int:
    bounds = Bounds(**json.loads(given))

    def read() -> bytes:
        return encode(lay_out(read_message(Path(path), bounds), bounds))

    return answer(read, within_s=bounds.parse_s, known=(BrokenMessageError,))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
