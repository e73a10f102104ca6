"""Keeps one copy of a file that several orders have: the others become hard links to it, where the disk can."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coupa_async.runtime.disk_errors import is_link, is_same

_log = logging.getLogger(__name__)
# What a disk says that has no hard links, or no more of them for this file.
_CANNOT = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK, errno.ENOSYS, errno.EINVAL}
)
_SUFFIX = ".link.part"


@dataclass(frozen=True, slots=True)
class Linked:
    """What became of equal files.

    Attributes:
        files: How many became links.
        size_bytes: What that saves.
        error: Why not all could, in the system's words; empty if all did.
    """

    files: int = 0
    size_bytes: int = 0
    error: str = ""


def link_duplicates(groups: Iterable[tuple[str, Sequence[Path]]]) -> Linked:
    """Link equal files. Blocking.

    A file whose bytes are no longer those that were verified, because somebody has edited it since, is left alone.

    Args:
        groups: Digests (SHA-256, in hex) and the files that had them when they were verified.
    """
    files, size_bytes, error = 0, 0, ""
    for digest, paths in groups:
        first: Path | None = None
        for path in paths:
            try:
                if is_link(path) or (first is not None and is_same(first, path)) or _digest(path) != digest:
                    continue
                if first is None:
                    first = path
                    continue
                _link(first, path)
            except FileNotFoundError:
                continue  # removed since
            except OSError as problem:
                error = problem.strerror or str(problem)
                _log.warning("%s stays a copy: %s", path, error)
                if problem.errno in _CANNOT:
                    break
                continue
            files += 1
            size_bytes += path.stat().st_size
    return Linked(files, size_bytes, error)


def _link(first: Path, path: Path) -> None:
    """Put a link in a file's place, at once: there is never none."""
    beside = path.with_name(f".{hashlib.sha256(path.name.encode('utf-8', 'replace')).hexdigest()[:16]}{_SUFFIX}")
    with suppress(FileNotFoundError):
        beside.unlink()
    os.link(first, beside)
    try:
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
