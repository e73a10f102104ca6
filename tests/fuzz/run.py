"""Tries inputs on parsers, and tells what each does that it must not: raise, take long, grow."""

from __future__ import annotations

import hashlib
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import psutil

from coupa_async.domain.errors import CoupaError
from tests.fuzz.mutate import mutated, smaller
from tests.fuzz.targets import RARE, TARGETS

CORPUS = Path(__file__).with_name("corpus")
_LONGEST_S = 1.0
_HANGS_S = 20
_GROWTH_BYTES = 200 * 2**20


@dataclass(frozen=True, slots=True)
class Finding:
    """What a parser did.

    Attributes:
        kind: The same for the same.
        data: The smallest input with which it did.
    """

    target: str
    kind: str
    data: bytes

    def __str__(self) -> str:
        shown = repr(self.data[:200]) + (f" … {len(self.data):,} bytes" if len(self.data) > 200 else "")
        return f"{self.target}: {self.kind}\n    {shown}"


def targets_of(path: Path) -> list[str]:
    """Return the targets that a file of the corpus is for: ``workbook+package-small.xlsx``."""
    return path.name.partition("-")[0].split("+")


def seeds_of(target: str) -> list[bytes]:
    """Read what a target's inputs are made of: files of its own name, and those of all."""
    files = sorted(path for path in CORPUS.iterdir() if not {target, "any"}.isdisjoint(targets_of(path)))
    return [path.read_bytes() for path in files] or [b""]


def trouble(parse: Callable[[bytes], object], data: bytes) -> str:
    """Try one input; empty if all is well."""
    process = psutil.Process()
    before = process.memory_info().rss
    started_s = time.process_time()
    try:
        with _bounded():
            parse(data)
    except CoupaError:
        pass
    except Exception as error:  # noqa: BLE001 - what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno} ({str(error)[:80]})"
    if (took_s := time.process_time() - started_s) > _LONGEST_S:
        return f"took over {_LONGEST_S:.0f} s" if took_s < _HANGS_S else "does not end"
    grown = process.memory_info().rss - before
    return f"grew by over {_GROWTH_BYTES >> 20} MB" if grown > _GROWTH_BYTES else ""


@contextmanager
def _bounded() -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return

    def end(*_: object) -> None:
        raise TimeoutError("does not end")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(_HANGS_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzz(
    targets: Sequence[str], *, seed: int, goes_on: Callable[[], bool], told: Callable[[Finding], None]
) -> dict[str, int]:
    """Try inputs on targets in turn.

    Args:
        targets: Their names.
        seed: The same one makes the same inputs.
        goes_on: Asked before each round.
        told: Called for each kind of finding, once.

    Returns:
        How many inputs each was given.
    """
    jitter = Random(seed)
    seeds = {name: seeds_of(name) for name in targets}
    tried = dict.fromkeys(targets, 0)
    known: set[tuple[str, str]] = set()
    rounds = 0
    while goes_on():
        for name in targets:
            if rounds % RARE.get(name, 1):
                continue
            data = mutated(jitter, seeds[name])
            tried[name] += 1
            kind = trouble(TARGETS[name], data)
            if kind and (name, _kind(kind)) not in known and trouble(TARGETS[name], data):  # not the machine's
                known.add((name, _kind(kind)))
                told(Finding(name, kind, _least(name, kind, data)))
        rounds += 1
    return tried


def _kind(trouble: str) -> str:
    return trouble.partition(" (")[0]


def _least(name: str, kind: str, data: bytes) -> bytes:
    """Leave out of an input what it does not take."""
    until_s = time.monotonic() + 10
    again = True
    while again and time.monotonic() < until_s:
        again = False
        for less in smaller(data):
            if time.monotonic() > until_s:
                break
            if _kind(trouble(TARGETS[name], less)) == _kind(kind):
                data, again = less, True
                break
    return data


def save(finding: Finding, folder: Path) -> Path:
    """Keep an input: under the corpus it is tried by every test run."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{finding.target}-{hashlib.sha256(finding.data).hexdigest()[:12]}"
    path.write_bytes(finding.data)
    return path
