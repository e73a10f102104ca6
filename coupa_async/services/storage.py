"""Files and folders of orders: staged as ``.part``, verified under their final name, then the folder's one rename.

An order's folder is ``…/PO123__WORK`` while it is worked on and ``…/PO123_COMPLETED`` (or another outcome) after. Each
step is a rename within one file system, so that a kill leaves either the state before it or the one after.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coupa_async.domain.content import HEAD_BYTES
from coupa_async.domain.endings import last_bytes
from coupa_async.domain.errors import BrokenDownloadError, OutputError, StorageError
from coupa_async.domain.naming import folder_path, is_work_folder, outcome_folder, safe_name, work_folder
from coupa_async.domain.order import Order
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.services.lock import locked
from coupa_async.services.long_path import long_path

LOCK = ".coupa-async.lock"
_CHUNK_BYTES = 1 << 18
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a file on disk is.

    Attributes:
        head: Its first ``HEAD_BYTES`` bytes, or fewer.
        tail: Its last ``TAIL_BYTES`` bytes, or fewer.
    """

    size_bytes: int
    sha256: str
    head: bytes
    tail: bytes


def inspect(path: Path) -> Inspection:
    """Read a file once, in flat memory. Blocking."""
    digest, size, head, before, last = hashlib.sha256(), 0, b"", b"", b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
            head = head or chunk[:HEAD_BYTES]
            size += len(chunk)
            before, last = last, chunk
    tail = last_bytes(before, [last])
    return Inspection(size_bytes=size, sha256=digest.hexdigest(), head=head, tail=tail)


@dataclass(frozen=True, slots=True)
class OrderFolder:
    """The folder of one order in work. All but :meth:`part` block."""

    root: Path
    path: Path

    def part(self, attachment_id: str) -> Path:
        """Name the place of an attachment that is yet to come."""
        return self.path / f"{safe_name(attachment_id, fallback='file')}.part"

    def keep(self, part: Path, name: str) -> None:
        """Give verified bytes their final name, for good.

        Raises:
            StorageError: If the disk does not take them.
        """
        with told(part):
            _sync(part, os.O_RDWR)
            part.replace(self.path / name)

    def add(self, name: str, data: bytes) -> None:
        """Write a file that no attachment of Coupa's is.

        Raises:
            StorageError: If the disk does not take it.
        """
        part = self.part(name)
        with told(part):
            part.write_bytes(data)
        self.keep(part, name)

    def destination(self, order: Order, outcome: Outcome, *, empty_folders: bool) -> str:
        """Name the folder that the order will end in, POSIX style below the root; empty if it gets none."""
        bare = outcome in (Outcome.NO_ATTACHMENTS, Outcome.PO_NOT_FOUND) and not empty_folders
        if bare and not (self.path.is_dir() and any(self.path.iterdir())):
            return ""
        return (self.path.parent / outcome_folder(order.number, outcome)).relative_to(self.root).as_posix()


class Storage:
    """The output folder. Its methods block."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._home = long_path(root)
        self._real = self._home.resolve()
        self._works: dict[str, set[Path]] = {}

    def prepare(self) -> None:
        """Make the output folder and see that it takes files.

        Raises:
            OutputError: If it does not.
        """
        probe = self.root / ".coupa-async-probe"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise OutputError(f"output folder {self.root}: {error.strerror}: choose another with -o") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out of the folder.

        Raises:
            OutputError: If another run is at work in it.
        """
        refusal = OutputError(f"{self.root}: another run is at work there: wait for its end, or choose another with -o")
        with locked(self.root / LOCK, refusal):
            for folder, names, _ in os.walk(self._home):
                for name in names:
                    if is_work_folder(name):  # of a killed run
                        self._works.setdefault(name, set()).add(Path(folder, name))
            yield

    def begin(self, order: Order, supplier: str, previous: str = "", *, is_made: bool = True) -> OrderFolder:
        """Take up an order: its older folders, wherever they stand, become its ``__WORK`` folder; leftovers go.

        Args:
            order: The order.
            supplier: The page's, for a hierarchy that wants it.
            previous: The folder that an earlier run recorded, below the root.
            is_made: Whether the folder is made at once: files will come.
        """
        work = self._home / folder_path(order.hierarchy, supplier, work_folder(order.number))
        if not work.resolve().is_relative_to(self._real):
            raise StorageError(f"{work}: outside the output folder {self.root}")
        works = self._works.setdefault(work.name, set())
        names = [outcome_folder(order.number, one) for one in Outcome if one is not Outcome.PENDING]
        # Asked of every order, and hardly ever there: a Path for each would take longer than all else here.
        beside = f"{work.parent}{os.sep}"
        siblings = [work.with_name(name) for name in names if os.access(beside + name, os.F_OK)]
        with told(work):
            for older in [*([self._home / previous] if previous else []), *siblings, *sorted(works)]:
                if older.is_dir() and older != work:
                    work.parent.mkdir(parents=True, exist_ok=True)
                    _merge(older, work)
            if work.is_dir():
                for part in work.glob("*.part"):
                    part.unlink()
            elif is_made:
                work.mkdir(parents=True)
        works.clear()
        works.add(work)
        return OrderFolder(self._home, work)

    def settle(self, *results: OrderResult) -> None:
        """Give orders' folders the names that the journal says. Does nothing the second time.

        Raises:
            StorageError: If a folder cannot be renamed or made.
        """
        parents = set()
        for result in results:
            works = self._works.pop(work_folder(result.number), set())
            if not result.folder:
                for empty in filter(Path.is_dir, works):  # else it would have been given a name
                    with told(empty):
                        empty.rmdir()
                continue
            final = self._home / result.folder
            work = final.with_name(work_folder(result.number))
            parents.add(final.parent)
            with told(final):
                if work.is_dir():
                    _merge(work, final)
                else:
                    final.mkdir(parents=True, exist_ok=True)
        for parent in parents if os.name != "nt" else ():  # Windows opens no folders
            with told(parent):
                _sync(parent, os.O_RDONLY)


def _merge(source: Path, target: Path) -> None:
    """Rename a folder; where the target exists already, move what it lacks into it."""
    if not target.exists():
        source.rename(target)
        return
    for entry in source.iterdir():
        entry.replace(target / entry.name)
    source.rmdir()


def _sync(path: Path, how: int) -> None:
    """Have the disk keep what a path opened like this holds: a file's bytes, a folder's names."""
    handle = os.open(path, how)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell a full or closed disk, which stops the run, from a name that only this file cannot have."""
    try:
        yield
    except OSError as error:
        text = f"{path}: {error.strerror}"
        if error.errno in _FULL:
            raise StorageError(f"{text}: free space or permissions, then run again") from error
        raise BrokenDownloadError(text) from error
