"""Outlook messages read in a process of their own: whatever one does to its reader, the run goes on.

A message is anybody's bytes. Its reader has a deadline that holds even while a library does not let go of the
interpreter, knows none of our settings, and answers in JSON and bytes, never in objects that could do something here.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import struct
import sys
from dataclasses import asdict
from pathlib import Path

import anyio
from anyio.lowlevel import RunVar

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenMessageError
from coupa_async.domain.letter import Letter, lay_out
from coupa_async.services.outlook import read_message

_START_S = 20.0  # for Python itself to start, on a busy machine
_LENGTH = struct.Struct(">Q")
_DETACHED, _NO_WINDOW = 0x00000200, 0x08000000  # Windows: a group of its own, which Ctrl-C does not reach; no console
_readers: RunVar[anyio.CapacityLimiter] = RunVar("_readers")


async def read_letter(path: Path, bounds: Bounds) -> Letter:
    """Read a message and lay it out for printing.

    Raises:
        BrokenMessageError: If it cannot be read, is out of bounds, or takes its reader too long.
    """
    command = [sys.executable, "-P", "-m", __name__, str(path), json.dumps(asdict(bounds))]
    async with _limiter():
        with anyio.move_on_after(bounds.parse_s + _START_S) as deadline:
            done = await anyio.run_process(
                command,
                check=False,
                env=_environment(),
                start_new_session=sys.platform != "win32",  # Ctrl-C is for us, who let it finish
                creationflags=_DETACHED | _NO_WINDOW if sys.platform == "win32" else 0,
            )
    if deadline.cancelled_caught:
        raise BrokenMessageError(f"it took over {bounds.parse_s:.0f} s to read")
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        reason = f"it took over {bounds.parse_s:.0f} s to read" if not told or "Thread" in told else told
        raise BrokenMessageError(reason[:300])
    return decode(done.stdout)


def _limiter() -> anyio.CapacityLimiter:
    """As many at once as there are processors: each keeps one busy."""
    try:
        return _readers.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(os.cpu_count() or 1)
        _readers.set(limiter)
        return limiter


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.upper().startswith("COUPA_")}
    return ours | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}


def encode(letter: Letter) -> bytes:
    """Write a letter down: a JSON outline after its length, and behind it all texts and files that it measures."""
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
    """What stands behind an outline, taken in its order."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def letter(self, outline: dict[str, object]) -> Letter:
        page = self._take(outline["page"]).decode()
        listed = tuple((str(name), self._take(size)) for name, size in _pairs(outline["listed"]))
        letters = tuple((str(name), self.letter(inner)) for name, inner in _pairs(outline["letters"]))
        return Letter(subject=str(outline["subject"]), page=page, listed=listed, letters=letters)

    def _take(self, size: object) -> bytes:
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
    """Be the reader."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bounds = Bounds(**json.loads(given))
    with Path(os.devnull).open("wb") as nowhere:
        # A thread in C: it ends us also while a library holds the interpreter, and when nobody waits for us any more.
        faulthandler.dump_traceback_later(bounds.parse_s, exit=True, file=nowhere)
        try:
            answer = encode(lay_out(read_message(Path(path), bounds), bounds))
        except (BrokenMessageError, MemoryError, RecursionError) as error:
            sys.stderr.write(f"{error or type(error).__name__}\n")
            return 1
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
