"""The output folder: staged files, final names, and the one rename of each order's folder.

An order's folder is ``…/PO123__WORK`` while it is worked on and ``…/PO123_COMPLETED`` (or another outcome) after that.
A file is staged as ``.5.part``, then gets its final name. Each step is a rename within one file system, so a kill
leaves either the state before it or the state after it.

The content is confidential: folders and files are made for the user alone, whatever the umask is.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from coupa_async.domain.errors import FileInUseError, OutputError, StorageError
from coupa_async.domain.files.content import HEAD_BYTES
from coupa_async.domain.files.endings import last_bytes
from coupa_async.domain.files.naming import fold, folder_path, is_work_folder, outcome_folder, work_folder
from coupa_async.domain.order import Order, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.runtime.disk_errors import (
    is_link,
    is_same,
    is_unsyncable,
    make_folders,
    patiently,
    private,
    refuse_link,
    shown,
    translate_os_errors,
)
from coupa_async.services.files.lock import LOOK_S, locked
from coupa_async.services.files.long_path import long_path
from coupa_async.services.files.order_folder import PARTS, OrderFolder
from coupa_async.services.records.database import FILES as DATABASE_FILES

_log = logging.getLogger(__name__)
LOCK = ".coupa-async.lock"
_PROBE = ".coupa-async-probe"
# Beside the folders of orders: nobody else's, and no links.
_OURS = (LOCK, *DATABASE_FILES, "run.log", "report.html", "manifest.csv", "snapshots")
_CHUNK_BYTES = 1 << 18
_PATIENCE_S = 4 * LOOK_S  # with those who only look whether a run is at work


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What is known of a file on the disk.

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


class Storage:
    """The output folder. Its methods block.

    Attributes:
        warnings: Warnings about the folder for the user, one sentence each.
    """

    def __init__(self, root: Path, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.root = root
        self.warnings: list[str] = []
        self._home = long_path(root)
        self._works: dict[str, set[Path]] = {}
        self._killed: set[Path] = set()
        self._sleep = sleep
        self._is_synced = True

    def prepare(self) -> None:
        """Make the output folder and check that files can be written in it.

        Raises:
            OutputError: If it does not, or if a link stands where a file of ours goes.
        """
        probe = self.root / _PROBE
        try:
            make_folders(self.root)
            probe.unlink(missing_ok=True)
            os.close(private(str(probe), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            patiently(probe.unlink, sleep=self._sleep)
        except OSError as error:
            raise OutputError(f"output folder {self.root}: {error.strerror}: choose another with -o") from error
        for name in _OURS:
            refuse_link(self.root / name)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs out of the folder.

        Raises:
            OutputError: If another run is at work in it.
        """
        refusal = OutputError(f"{self.root}: another run is at work there: wait for its end, or choose another with -o")
        with locked(self.root / LOCK, refusal, wait_s=_PATIENCE_S, warn=self.warnings.append):
            for folder, names, _ in os.walk(self._home):
                for name in names:
                    if is_work_folder(name):  # of a killed run
                        self._works.setdefault(fold(name), set()).add(Path(folder, name))
                        self._killed.add(Path(folder, name))
            yield

    def begin(self, order: Order, supplier: str, previous: str = "", *, is_made: bool = True) -> OrderFolder:
        """Begin an order: its older folders, wherever they are, become its work folder; leftovers are removed.

        Args:
            order: The order.
            supplier: The page's, for a hierarchy that wants it.
            previous: The folder that an earlier run recorded, below the root.
            is_made: Whether the folder is made at once: files will come.

        Raises:
            FileInUseError: If another program holds something in it.
            StorageError: If the disk takes nothing, or a link stands in the way.
        """
        work = self._place(folder_path(order.hierarchy, supplier, work_folder(order.number)))
        works = self._works.setdefault(fold(work.name), set())
        known = sorted(works)
        works.add(work)
        names = [outcome_folder(order.number, item) for item in Outcome if item is not Outcome.PENDING]
        # Asked of every order, and hardly ever there: a Path for each would take longer than all else here.
        beside = f"{work.parent}{os.sep}"
        siblings = [work.with_name(name) for name in names if os.access(beside + name, os.F_OK)]
        olders = [*([self._place(PurePosixPath(previous))] if previous else []), *siblings, *known]
        with translate_os_errors(work):
            if work.is_dir():
                self._clear(work)
            for older in olders:
                if not older.is_dir() or is_same(older, work):
                    continue
                self._refuse_links(older)
                if older in known:
                    self._clear(older)
                make_folders(work.parent)
                self._merge(older, work)
            if is_made:
                make_folders(work)
        works.intersection_update({work})
        return OrderFolder(self._home, work, self._sleep)

    def found(self, number: OrderNumber) -> str:
        """Return an order's work folder, below the root; empty if there is none."""
        works = sorted(filter(Path.is_dir, self._works.get(fold(work_folder(number)), ())))
        return works[0].relative_to(self._home).as_posix() if works else ""

    def settle(self, *results: OrderResult) -> dict[str, FileInUseError]:
        """Give orders' folders the names that the journal says. A second call does nothing.

        Returns:
            By key, an error for each order whose folder another program holds; it keeps its working name.

        Raises:
            StorageError: If a folder cannot be renamed or made.
        """
        parents, held = set(), {}
        for result in results:
            try:
                if parent := self._settle(result):
                    parents.add(parent)
            except FileInUseError as error:
                held[result.number.key] = error
        for parent in parents if os.name != "nt" else ():  # Windows opens no folders
            with translate_os_errors(parent):
                self._sync(parent)
        return held

    def take_in(self, root: Path, folder: str) -> None:
        """Move an order's folder from below another output folder to the same place in this one, if it is there.

        Raises:
            StorageError: If the disk does not take it, or another program holds something in it.
        """
        below = PurePosixPath(folder)
        source, final = Storage(root)._place(below), self._place(below)
        with translate_os_errors(final):
            if source.is_dir():
                make_folders(final.parent)
                self._merge(source, final)

    def drop_empty(self, folder: str) -> None:
        """Remove an order's folder if nothing is in it.

        Raises:
            StorageError: If the disk does not let go of it.
        """
        place = self._place(PurePosixPath(folder))
        with translate_os_errors(place):
            if place.is_dir() and not any(place.iterdir()):
                patiently(place.rmdir, sleep=self._sleep)

    def _settle(self, result: OrderResult) -> Path | None:
        """Give one order's folder its name.

        Returns:
            The folder above it; ``None`` if it gets none.
        """
        name = work_folder(result.number)
        if not result.folder:
            for empty in filter(Path.is_dir, self._works.get(fold(name), ())):  # else it would have been given a name
                with translate_os_errors(empty):
                    patiently(empty.rmdir, sleep=self._sleep)
            self._works.pop(fold(name), None)
            return None
        final = self._place(PurePosixPath(result.folder))
        known = (work for work in self._works.get(fold(name), ()) if work.parent == final.parent and work.is_dir())
        work = next(known, final.with_name(name))  # one of an older version may be in small letters
        with translate_os_errors(work):
            if work.is_dir() and not is_same(work, final):
                self._merge(work, final)
            else:
                make_folders(final)
        self._works.pop(fold(name), None)
        return final.parent

    def _place(self, below: PurePosixPath) -> Path:
        """Return a path below the root; neither it nor a folder above it may be a link.

        Raises:
            StorageError: If there is one.
        """
        if below.is_absolute() or ".." in below.parts:
            raise StorageError(f"{below}: outside the output folder {self.root}: was the journal changed by hand?")
        place = self._home / below
        self._refuse_links(place)
        return place

    def _refuse_links(self, place: Path) -> None:
        for level in (place, *place.parents):
            if level == self._home:
                return
            if is_link(level):
                raise StorageError(f"{shown(level)}: is a link, which may lead outside the output folder: remove it")

    def _clear(self, work: Path) -> None:
        """Remove the staged files of a folder, also those of killed runs of 0.1.0, which have no dot."""
        killed = {item for item in self._killed if is_same(item, work)}
        self._killed -= killed
        pattern = "*.part" if killed else PARTS
        for part in work.glob(pattern):
            patiently(partial(part.unlink, missing_ok=True), sleep=self._sleep)

    def _merge(self, source: Path, target: Path) -> None:
        """Rename a folder; if the target exists already, move into it what it lacks."""
        if not target.exists():
            patiently(partial(source.rename, target), sleep=self._sleep)
            return
        for entry in source.iterdir():
            into = target / entry.name
            if entry.is_dir() and into.is_dir() and not is_link(entry) and not is_link(into):
                self._merge(entry, into)
            else:
                patiently(partial(entry.replace, into), sleep=self._sleep)
        patiently(source.rmdir, sleep=self._sleep)

    def _sync(self, folder: Path) -> None:
        """Sync a folder's names to the disk. If the disk cannot do that, this is reported once."""
        try:
            _sync(folder)
        except OSError as error:
            if not is_unsyncable(error):
                raise
            if self._is_synced:
                _log.warning("%s: its file system syncs no folders (%s)", shown(folder), error.strerror)
            self._is_synced = False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
