"""Processes that we started, known by pid and create time, and the ladder that ends them."""

from __future__ import annotations

from collections.abc import Iterable

import anyio
import psutil
from anyio import to_thread

from coupa_async.domain.errors import SessionLostError


def children() -> frozenset[psutil.Process]:
    """Tell the processes directly below ours. Compare before and after a start, under a lock, to know what it made."""
    return frozenset(psutil.Process().children())


class Tree:
    """Processes of ours and all that they start. Never looked for by name."""

    def __init__(self, roots: Iterable[psutil.Process]) -> None:
        self._roots = list(roots)
        self._own = set(self._roots)

    @property
    def pids(self) -> tuple[int, ...]:
        """The roots' process ids."""
        return tuple(one.pid for one in self._roots)

    def add(self, root: psutil.Process) -> None:
        """Take note of one more."""
        self._own.add(root)

    def look(self) -> None:
        """Take note of what was started meanwhile: what outlives its parent could not be found later."""
        for one in list(self._own):
            try:
                self._own.update(one.children(recursive=True))
            except psutil.Error:
                continue  # ended meanwhile

    def wait_for_any(self) -> str:
        """Wait until the first of them, or the first that one started, has ended. Blocking, for as long as it takes."""
        main = [one for root in self._roots for one in (root, *_of(root))]
        while all(_is_alive(one) for one in main):
            psutil.wait_procs(main, timeout=0.2)
        return next(f"process {one.pid}" for one in main if not _is_alive(one))

    async def end(self, *, within_s: float) -> None:
        """Ask what is left to end, then kill it. psutil compares create times, so a reused pid is never touched."""
        await to_thread.run_sync(self._end, within_s)

    def _end(self, within_s: float) -> None:
        self.look()
        alive = [one for one in self._own if _is_alive(one)]
        for step in (psutil.Process.terminate, psutil.Process.kill):
            for one in alive:
                try:
                    step(one)
                except psutil.Error:
                    continue  # ended meanwhile
            _, alive = psutil.wait_procs(alive, timeout=within_s)


async def watch(tree: Tree) -> None:
    """Notice when the driver or the browser ends, also while nobody talks to them.

    Raises:
        SessionLostError: When one has.
    """
    own_thread = anyio.CapacityLimiter(1)  # it waits for as long as the session lasts
    ended = await to_thread.run_sync(tree.wait_for_any, abandon_on_cancel=True, limiter=own_thread)
    raise SessionLostError(f"the browser is gone: {ended} ended")


def _of(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children())
    except psutil.Error:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
