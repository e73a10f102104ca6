"""The first signal drains, the second cancels."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskStatus

from coupa_async.domain.events import Draining
from coupa_async.engine.signals import OpenSignals, open_signals
from coupa_async.ports import Observer
from coupa_async.runtime.cleanup import plain_errors


class Shutdown:
    """Turns signals into the end of a run.

    Attributes:
        signal: The first signal that came; ``None`` while none did.
    """

    def __init__(self, notify: Observer, *, grace_s: float, signals: OpenSignals = open_signals) -> None:
        """Make one.

        Args:
            notify: Receives the event that the run drains.
            grace_s: Seconds for the orders in flight after the first signal.
            signals: Where they come from.
        """
        self.signal: signal.Signals | None = None
        self._notify = notify
        self._grace_s = grace_s
        self._open_signals = signals
        self._feeding: anyio.CancelScope | None = None
        self._working: anyio.CancelScope | None = None

    def stops(self, feeding: anyio.CancelScope, working: anyio.CancelScope) -> None:
        """Set what the signals stop.

        Args:
            feeding: Cancelled at the first: no further order is started.
            working: Gets a deadline at the first and is cancelled at the second.
        """
        self._feeding, self._working = feeding, working

    async def listen(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Wait for signals."""
        with self._open_signals() as signals:
            task_status.started()
            async for number in signals:
                self.take(number)

    def take(self, number: signal.Signals) -> None:
        """Do what one signal asks for."""
        first, self.signal = self.signal is None, self.signal or number
        if self._feeding is None or self._working is None:
            return
        if first:
            self._feeding.cancel(f"{number.name}: no further orders")
            self._working.deadline = anyio.current_time() + self._grace_s
            self._notify(Draining(reason=number.name, grace_s=self._grace_s))
        else:
            self._working.cancel(f"{number.name} again")


async def until_asked_twice(signals: OpenSignals, work: Callable[[], Awaitable[None]]) -> signal.Signals | None:
    """Run the last steps of a run. The first signal lets them finish, as they soon will; the second cancels them.

    Returns:
        The signal that cancelled them; ``None`` if they came to their end.
    """
    cancelled_by: list[signal.Signals] = []

    async def listen(*, task_status: TaskStatus[None]) -> None:
        with signals() as stream:
            task_status.started()
            await anext(aiter(stream))
            cancelled_by.append(await anext(aiter(stream)))
            tasks.cancel_scope.cancel("asked twice to stop")

    with plain_errors():
        async with anyio.create_task_group() as tasks:
            await tasks.start(listen, name="signals")
            await work()
            tasks.cancel_scope.cancel("done")
    return cancelled_by[0] if cancelled_by else None
