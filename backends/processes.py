"""Processes that we started, known by pid and create time, and the ladder that ends them."""

from __future__ import annotations

from collections.abc import Iterable

import anyio
import psutil

from coupa_async.domain.errors import SessionLostError

_LOOK_S = 0.05
_WATCH_S = 0.2


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

    def main(self) -> list[psutil.Process]:
        """Tell the roots and what they started themselves: the driver and its browser."""
        return [one for root in self._roots for one in (root, *_of(root))]

    def look(self) -> None:
        """Take note of what was started meanwhile: what outlives its parent could not be found later."""
        for one in list(self._own):
            try:
                self._own.update(one.children(recursive=True))
            except psutil.Error:
                continue  # ended meanwhile

    async def end(self, *, within_s: float) -> None:
        """Ask what is left to end, then kill it. psutil compares create times, so a reused pid is never touched."""
        self.look()
        for step in (psutil.Process.terminate, psutil.Process.kill):
            for one in filter(_is_alive, self._own):
                try:
                    step(one)
                except psutil.Error:
                    continue  # ended meanwhile
            with anyio.move_on_after(within_s):
                while any(map(_is_alive, self._own)):  # noqa: ASYNC110 - no event tells it of a process not our child
                    await anyio.sleep(_LOOK_S)
        await anyio.sleep(_LOOK_S)
        for one in self._own:
            try:
                one.wait(0)  # what nobody else waits for would stay a zombie
            except (psutil.Error, ValueError):
                continue


async def watch(tree: Tree) -> None:
    """Notice when the driver or the browser ends, also while nobody talks to them.

    Looks, and does not wait for them as a parent would: that is asyncio's business, and each child has one end to tell.

    Raises:
        SessionLostError: When one has.
    """
    main = tree.main()
    while all(map(_is_alive, main)):  # noqa: ASYNC110 - likewise
        await anyio.sleep(_WATCH_S)
    ended = next(one for one in main if not _is_alive(one))
    raise SessionLostError(f"the browser is gone: process {ended.pid} ended")


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
