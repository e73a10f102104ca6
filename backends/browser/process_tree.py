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
    """Return the processes directly below ours. Compare before and after a start, under a lock, to see what is new."""
    return frozenset(psutil.Process().children())


@asynccontextmanager
async def temporary_folder() -> AsyncIterator[Path]:
    """Make a folder for the temporary files of a browser and its driver, which leave them when they are killed."""
    stack = ExitStack()
    folder = await to_thread.run_sync(stack.enter_context, temporary_files.temporary_folder())
    try:
        yield folder
    finally:
        await cleanup("the temporary files", partial(to_thread.run_sync, stack.close), within_s=5)


class Tree:
    """Processes that we started, and all that they start. They are never looked for by name.

    Args:
        roots: The processes that we started ourselves.
        record: The file that notes them, so that they are ended also if we are killed; ``None`` for none.
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
        """Add a process."""
        self._take([root])

    def main(self) -> list[psutil.Process]:
        """Return the roots and their children: the driver and its browser."""
        return [item for root in self._roots for item in (root, *_of(root))]

    def look(self) -> None:
        """Note what was started meanwhile. A process that outlives its parent could not be found later."""
        self._take([below for process in list(self._own) for below in processes.with_children(process)])

    def _take(self, found: Iterable[psutil.Process]) -> None:
        new = set(found) - self._own
        self._own |= new
        if self._record is not None:
            processes.note(self._record, new)

    async def end(self, *, within_s: float, profile: Path | None = None) -> None:
        """Ask all that are left to end, then kill them. psutil compares create times, so a reused pid is never touched.

        Args:
            within_s: For each of the two steps.
            profile: A directory of ours. A browser that still runs on it is ended, too.
        """
        if profile is not None:
            self._take(await to_thread.run_sync(processes.using, profile))
        self.look()
        await to_thread.run_sync(lambda: processes.end(self._own, within_s=within_s))


async def watch(tree: Tree) -> None:
    """Raise an error when the driver or the browser ends, also while nobody uses them.

    This looks at the processes and does not wait for them as a parent does: asyncio waits for its own children.

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
