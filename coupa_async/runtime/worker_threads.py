"""Runs short blocking calls in one worker thread, several per switch, because switching costs more than most calls.

As long as batches are short, one runs at a time: threads side by side would only take turns at the interpreter. When a
disk is slow, several batches run at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio
from anyio import lowlevel, to_thread

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import ExcessivePageError
from coupa_async.domain.pages.page_limits import Effort, effort
from coupa_async.runtime.trial import try_parsing

T = TypeVar("T")
_SHORT_S = 0.02
_BOUNDS = Bounds()


@dataclass(slots=True)
class _Call(Generic[T]):
    """One call.

    Attributes:
        results: What it returned, once it has.
        error: What it raised.
    """

    call: Callable[[], T]
    results: list[T] = field(default_factory=list)
    error: BaseException | None = None

    def do(self) -> None:
        try:
            self.results.append(self.call())
        except BaseException as error:  # noqa: BLE001 - raised where the call is waited for
            self.error = error


@dataclass(slots=True)
class _Batch:
    """Calls that one thread makes, one after the other."""

    calls: list[_Call[Any]] = field(default_factory=list)
    is_over: anyio.Event = field(default_factory=anyio.Event)

    def go(self) -> None:
        for call_ in self.calls:
            call_.do()


@dataclass(slots=True)
class _Threads:
    """The batch that comes next, the lock that lets one run at a time, and the one for large texts."""

    turn: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(1, fast_acquire=True))
    next: _Batch = field(default_factory=_Batch)
    large: anyio.Lock = field(default_factory=anyio.Lock)


_threads: lowlevel.RunVar[_Threads] = lowlevel.RunVar("_threads")


async def run(call: Callable[[], T]) -> T:
    """Run a call in a thread. Its error is raised here. Once it has begun, it is waited for, also when cancelled."""
    await lowlevel.checkpoint_if_cancelled()
    threads = _of_this_loop()
    call_, trip = _Call(call), threads.next
    trip.calls.append(call_)
    with anyio.CancelScope(shield=True):
        if len(trip.calls) > 1:
            await trip.is_over.wait()
        else:
            await _go(trip, threads)
    if call_.error is not None:
        raise call_.error
    return call_.results[0]


async def parse(call: Callable[[], T], text: str, *, bounds: Bounds = _BOUNDS) -> T:
    """Run a call that parses what others sent: an easy text at once, another one in a thread.

    A thread cannot be ended. So a text that may take hours or gigabytes is tried first in a process that can be, one
    such text after the other; and a thread that takes too long all the same is abandoned.

    Args:
        call: What parses.
        text: What is parsed.
        bounds: How long it may take, and how much memory.

    Raises:
        ExcessivePageError: If it takes more.
    """
    expected = effort(text)
    if expected is Effort.LIGHT:
        return call()
    if expected is Effort.HEAVY:
        return await _in_thread(call, text, bounds)
    async with _of_this_loop().large:
        if trouble := await try_parsing(text, bounds):
            raise ExcessivePageError(f"a page of {len(text):,} characters is not read: {trouble}")
        return await _in_thread(call, text, bounds)


async def _in_thread(call: Callable[[], T], text: str, bounds: Bounds) -> T:
    with anyio.move_on_after(bounds.parse_s):
        return await to_thread.run_sync(call, abandon_on_cancel=True)
    raise ExcessivePageError(f"a page of {len(text):,} characters could not be parsed in {bounds.parse_s:g} s")


async def _go(trip: _Batch, threads: _Threads) -> None:
    """Collect calls until the batch before is over, or turns out to be long."""
    with anyio.move_on_after(_SHORT_S) as waiting:
        await threads.turn.acquire()
    await lowlevel.checkpoint()  # whoever is about to ask comes along, too
    threads.next = _Batch()
    try:
        await to_thread.run_sync(trip.go)
    finally:
        trip.is_over.set()
        if not waiting.cancelled_caught:
            threads.turn.release()


def _of_this_loop() -> _Threads:
    threads = _threads.get(None)
    if threads is None:
        threads = _Threads()
        _threads.set(threads)
    return threads
