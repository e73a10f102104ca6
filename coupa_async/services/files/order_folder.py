"""The work folder of one order. New files are staged beside the kept ones, under names that no kept file can have.

Staged names begin with a dot; final names never do (see ``naming.safe_name``).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from coupa_async.domain.errors import BrokenDownloadError, CutDownloadError
from coupa_async.domain.files.naming import fold, outcome_folder, safe_name, unique_name
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import Outcome
from coupa_async.runtime.disk_errors import is_same, is_unsyncable, patiently, private, shown, translate_os_errors

PARTS = ".*.part"
# Of an id: so the name of a part, which no file keeps, is shorter than any that a final name may have.
_PART_LETTERS = 40


@dataclass(frozen=True, slots=True)
class OrderFolder:
    """The work folder of one order. All methods but :meth:`part` block.

    Attributes:
        root: The output folder.
        path: Its own.
        sleep: Waits so many seconds, where another program holds a file.
    """

    root: Path
    path: Path
    sleep: Callable[[float], None] = time.sleep
    _parts: dict[str, Path] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _kept: dict[str, tuple[Path, Path]] = field(default_factory=dict)

    def part(self, attachment_id: str) -> Path:
        """Return the path of an attachment that is still to come. Each id has its own, however similar two ids are."""
        if attachment_id not in self._parts:
            shown_id = safe_name(attachment_id, fallback="file")[:_PART_LETTERS]
            name = unique_name(f".{shown_id}.part", self._taken)
            self._taken.add(fold(name))
            self._parts[attachment_id] = self.path / name
        return self._parts[attachment_id]

    def keep(self, part: Path, name: str, size_bytes: int | None = None) -> None:
        """Give verified bytes their final name. A file of that name from an earlier run is replaced.

        Args:
            part: Where they are.
            name: A safe name.
            size_bytes: As verified; ``None`` if unknown.

        Raises:
            CutDownloadError: If the part is not what was verified.
            BrokenDownloadError: If another attachment has the name already, or the name is impossible.
            FileInUseError: If another program holds one of the two files.
            StorageError: If the disk does not take them.
        """
        target = self.path / name
        with translate_os_errors(target):
            found_bytes = _settle_bytes(part)
            if size_bytes is not None and found_bytes != size_bytes:
                raise CutDownloadError(f"{shown(part)}: {found_bytes} bytes, where {size_bytes} were verified")
            if name.startswith(".") or self._is_others(target, part):
                raise BrokenDownloadError(f"{shown(target)}: the name is taken")
            patiently(partial(part.replace, target), sleep=self.sleep)
        self._kept[fold(name)] = target, part

    def add(self, name: str, data: bytes) -> None:
        """Write a file that is no attachment of Coupa.

        Raises:
            StorageError: If the disk does not take it.
        """
        part = self.part(name)
        with translate_os_errors(part):
            write_part(part, data)
        self.keep(part, name, len(data))

    def discard(self, part: Path) -> None:
        """Remove the part of an attachment that was given up.

        Raises:
            FileInUseError: If another program holds it.
        """
        with translate_os_errors(part):
            patiently(partial(part.unlink, missing_ok=True), sleep=self.sleep)

    def destination(self, order: Order, outcome: Outcome, *, empty_folders: bool, is_bare: bool = False) -> str:
        """Return the order's final folder, POSIX style below the root; empty if it gets none.

        Args:
            order: The order.
            outcome: Its outcome.
            empty_folders: Whether orders without files get a folder, too.
            is_bare: Whether it has no files, whatever its outcome.
        """
        bare = (is_bare or outcome in (Outcome.NO_ATTACHMENTS, Outcome.PO_NOT_FOUND)) and not empty_folders
        if bare and not (self.path.is_dir() and any(self.path.iterdir())):
            return ""
        return (self.path.parent / outcome_folder(order.number, outcome)).relative_to(self.root).as_posix()

    def _is_others(self, target: Path, part: Path) -> bool:
        """Return whether another attachment was kept under a name, as both we and the disk compare names."""
        _, owner = self._kept.get(fold(target.name), (target, part))
        if owner != part:
            return True
        return os.path.lexists(target) and any(
            owner != part and is_same(target, kept) for kept, owner in self._kept.values()
        )


def write_part(part: Path, data: bytes) -> None:
    """Write a whole part. Blocking."""
    with open(part, "wb", opener=private) as file:
        file.write(data)


def _settle_bytes(part: Path) -> int:
    """Sync a part to the disk, readable for the user alone.

    Returns:
        Its size in bytes.
    """
    handle = os.open(part, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(handle)
        if os.name != "nt" and stat.S_IMODE(found.st_mode) & 0o077:  # a browser's own file
            with suppress(OSError):  # a disk that knows no modes
                os.fchmod(handle, 0o600)
        try:
            os.fsync(handle)
        except OSError as error:
            if not is_unsyncable(error):
                raise
    finally:
        os.close(handle)
    return found.st_size
