"""Processes that we started, known by pid and create time, from their start to their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import psutil
from anyio import to_thread

from coupa_async.domain.errors import SessionLostError
from coupa_async.runtime import processes, temporary_files
from coupa_async.runtime.cleanup import cleanup
from coupa_async.runtime.processes import is_alive

_WATCH_S = 0.2


def children() -> frozenset[psutil.Process]:
    """Tell the processes directly below ours. Compare before and after a start, under a lock, to know what it made."""
    return frozenset(psutil.Process().children())


def known_as(name: str, among: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Tell those of our processes that are still there under a name."""
    found = []
    for process in among:
        try:
            if process.name().startswith(name):
                found.append(process)
        except psutil.Error:
            continue  # ended meanwhile
    return found


@asynccontextmanager
async def temporary_folder() -> AsyncIterator[Path]:
    """Have a folder for the temporary files of a browser and its driver: when they are killed, they leave theirs."""
    stack = ExitStack()
    folder = await to_thread.run_sync(stack.enter_context, temporary_files.temporary_folder())
    try:
        yield folder
    finally:
        await cleanup("the temporary files", partial(to_thread.run_sync, stack.close), within_s=5)


class Tree:
    """Processes of ours and all that they start. Never looked for by name.

    Args:
        roots: Those that we started ourselves.
        record: Where they are noted, so that they are ended also if we are killed; ``None`` for nowhere.
    """

    def __init__(self, roots: Iterable[psutil.Process], record: Path | None = None) -> None:
        self._roots = list(roots)
        self._own: set[psutil.Process] = set()
        self._record = record
        self._take(self._roots)

    @property
    def pids(self) -> tuple[int, ...]:
        """The roots' process ids."""
        return tuple(root.pid for root in self._roots)

    def add(self, root: psutil.Process) -> None:
        """Take note of one more."""
        self._take([root])

    def main(self) -> list[psutil.Process]:
        """Tell the roots and what they started themselves: the driver and its browser."""
        return [item for root in self._roots for item in (root, *_of(root))]

    def look(self) -> None:
        """Take note of what was started meanwhile: what outlives its parent could not be found later."""
        self._take([below for process in list(self._own) for below in processes.with_children(process)])

    def _take(self, found: Iterable[psutil.Process]) -> None:
        new = set(found) - self._own
        self._own |= new
        if self._record is not None:
            processes.note(self._record, new)

    async def end(self, *, within_s: float, profile: Path | None = None) -> None:
        """Ask what is left to end, then kill it. psutil compares create times, so a reused pid is never touched.

        Args:
            within_s: For each of the two steps.
            profile: A directory of ours; whatever browser still runs on it is ended, too.
        """
        if profile is not None:
            self._take(await to_thread.run_sync(processes.using, profile))
        self.look()
        await to_thread.run_sync(lambda: processes.end(self._own, within_s=within_s))


async def watch(tree: Tree) -> None:
    """Notice when the driver or the browser ends, also while nobody talks to them.

    Looks, and does not wait for them as a parent would: that is asyncio's business, and each child has one end to tell.

    Raises:
        SessionLostError: When one has.
    """
    main = tree.main()
    while all(map(is_alive, main)):  # noqa: ASYNC110 - no event tells it
        await anyio.sleep(_WATCH_S)
    ended = next(item for item in main if not is_alive(item))
    raise SessionLostError(f"the browser is gone: process {ended.pid} ended")


def _of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children())
    except psutil.Error:
        return []
