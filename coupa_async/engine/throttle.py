"""The throttle: one limit for all requests of all sessions to the tenant, and sessions that obey it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio

from coupa_async.domain.errors import CoupaError, DownloadTimeoutError, PageTimeoutError, RefusedDownloadError
from coupa_async.domain.events import PaceChanged
from coupa_async.domain.http.targets import Targets, host_of
from coupa_async.domain.policies.throttle import LimiterState, ThrottleLimits
from coupa_async.ports import (
    A4,
    Backend,
    Cookie,
    Document,
    Download,
    Fill,
    Observer,
    PageTurner,
    Paper,
    Profile,
    Session,
    accept_any,
)

_OVERRUN = 429
_LATE = (408, 503, 504)
_NOTIFY_EVERY_S = 1.0


class AdaptiveLimiter:
    """Grants request slots in the order in which they are asked for."""

    def __init__(self, limits: ThrottleLimits, notify: Observer) -> None:
        self._tempo = LimiterState.begin(limits)
        self._notify = notify
        self._notified = (self.limit, -math.inf)
        self._busy = 0
        self._waiting: deque[anyio.Event] = deque()
        self._next_s = -math.inf
        self._pauses = 0
        self._elsewhere: dict[str, AdaptiveLimiter] = {}

    @property
    def limit(self) -> int:
        """How many requests may be in flight."""
        return int(self._tempo.in_flight)

    def elsewhere(self, host: str) -> AdaptiveLimiter:
        """Make a limiter for another host. It begins as this one did, and its changes are not reported."""
        return self._elsewhere.setdefault(host, AdaptiveLimiter(self._tempo.limits, lambda event: None))

    @asynccontextmanager
    async def turn(self, is_its: Callable[[CoupaError], bool] = lambda error: True) -> AsyncIterator[RequestSlot]:
        """Wait for a slot. The answer to its request changes the limits for the next ones.

        Args:
            is_its: Whether an error concerns this limiter's host.
        """
        await self._place()
        try:
            await self._moment()
            turn = RequestSlot(self, anyio.current_time())
            try:
                yield turn
            except (PageTimeoutError, DownloadTimeoutError) as error:
                if is_its(error):
                    turn.was_late()
                raise
            except RefusedDownloadError as error:
                if is_its(error):
                    turn.was_answered(error.status, error.retry_after_s)
                raise
        finally:
            self._busy -= 1
            self._admit()

    def take(self, tempo: LimiterState, *, reason: str = "", pause_s: float = 0.0) -> None:
        """Change the limits.

        Args:
            tempo: The new state.
            reason: Why the limits were cut; empty if they were not.
            pause_s: Seconds without any request.
        """
        now_s, before = anyio.current_time(), self._tempo
        self._tempo = tempo
        if pause_s or tempo.per_s < before.per_s:
            # Whoever has a moment already is to find another one, in the same order.
            self._pauses += 1
            self._next_s = max(now_s + pause_s, min(self._next_s, now_s + 1 / tempo.per_s))
        if tempo.cut_s > before.cut_s:
            self._say(now_s, reason)
        elif self.limit != self._notified[0] and now_s - self._notified[1] >= _NOTIFY_EVERY_S:
            self._say(now_s, "")
        self._admit()

    @property
    def tempo(self) -> LimiterState:
        """The present state."""
        return self._tempo

    @property
    def is_full(self) -> bool:
        """Whether as many requests are in flight as may be."""
        return self._busy >= self.limit

    def _say(self, now_s: float, reason: str) -> None:
        self._notified = (self.limit, now_s)
        per_s = None if math.isinf(self._tempo.per_s) else self._tempo.per_s
        self._notify(PaceChanged(limit=self.limit, requests_per_s=per_s, reason=reason))

    async def _place(self) -> None:
        """Wait until another request may be in flight."""
        if not self._waiting and not self.is_full:
            self._busy += 1
            return
        called = anyio.Event()
        self._waiting.append(called)
        try:
            await called.wait()
        except BaseException:
            if called.is_set():
                self._busy -= 1
                self._admit()
            else:
                self._waiting.remove(called)
            raise

    def _admit(self) -> None:
        while self._waiting and not self.is_full:
            self._busy += 1
            self._waiting.popleft().set()

    async def _moment(self) -> None:
        """Wait until the rate allows another request and no pause is going on."""
        pauses = -1
        while pauses != self._pauses:
            pauses, now_s = self._pauses, anyio.current_time()
            at_s = max(now_s, self._next_s)
            per_s, unused = self._tempo.per_s, self._tempo.limits.burst - 1
            self._next_s = max(self._next_s, now_s - unused / per_s) + 1 / per_s
            if at_s > now_s:
                await anyio.sleep_until(at_s)


class RequestSlot:
    """The slot of one request."""

    def __init__(self, pace: AdaptiveLimiter, asked_s: float) -> None:
        self._pace = pace
        self._asked_s = asked_s

    def was_answered(self, status: int | None, retry_after_s: float | None, *, is_timed: bool = False) -> None:
        """Report an answer.

        Args:
            status: Its status; ``None`` where it cannot be seen.
            retry_after_s: Seconds that it asks us to wait.
            is_timed: Whether its duration shows the tenant's load: a page's does, a file's does not.
        """
        pace, asked_s, now_s = self._pace, self._asked_s, anyio.current_time()
        pause_s = retry_after_s or 0.0
        if status == _OVERRUN or (status in _LATE and retry_after_s is not None):
            pace.take(pace.tempo.refused(now_s, asked_s, pause_s), reason=f"it answered {status}", pause_s=pause_s)
        elif status in _LATE:
            pace.take(pace.tempo.timed_out(now_s, asked_s), reason=f"it answered {status}", pause_s=pause_s)
        else:
            tempo = pace.tempo.answered(now_s, is_full=pace.is_full)
            tempo = tempo.took(now_s - asked_s, now_s, asked_s) if is_timed else tempo
            pace.take(tempo, reason="its answers take longer", pause_s=pause_s)

    def was_late(self) -> None:
        """Report that no answer came in time."""
        now_s = anyio.current_time()
        self._pace.take(self._pace.tempo.timed_out(now_s, self._asked_s), reason="it did not answer in time")


class ThrottledBackend:
    """A backend whose sessions obey the throttle."""

    def __init__(
        self, backend: Backend, pace: AdaptiveLimiter, targets: Targets | None = None, *, times_answers: bool = True
    ) -> None:
        """Make the backend.

        Args:
            backend: Starts the sessions.
            pace: The tenant's limiter.
            targets: Tells the tenant's addresses from others; each other host has a limiter of its own. ``None`` takes
                all for the tenant's.
            times_answers: Whether an answer's duration shows the tenant's load, and not a bound of our own.
        """
        self.name = backend.name
        self._backend = backend
        self._pace = pace
        self._targets = targets
        self._times_answers = times_answers

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """See ``ports.Backend``."""
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        async with self._backend.session(profile) as session:
            yield ThrottledSession(session, self._pace, self._targets, times_answers=self._times_answers)


class ThrottledSession:
    """A session whose pages and files wait for a slot. Sign-ins, and calls without requests, do not wait."""

    def __init__(
        self, session: Session, pace: AdaptiveLimiter, targets: Targets | None = None, *, times_answers: bool = True
    ) -> None:
        self._session = session
        self._pace = pace
        self._targets = targets
        self._times_answers = times_answers

    @property
    def pids(self) -> Sequence[int]:
        """See ``ports.Session``."""
        return self._session.pids

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """See ``ports.Session``."""
        async with self._pace.turn() as turn:
            document = await self._session.open(url, until=until)
            is_timed = self._times_answers and not document.fallback_reason
            turn.was_answered(document.status, document.retry_after_s, is_timed=is_timed)
        return document

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """See ``ports.Session``."""
        async with self._pace.turn() as turn:
            document = await self._session.turn_pages(url, turner)
            turn.was_answered(document.status, document.retry_after_s)
        return document

    async def download(self, url: str, into: Path) -> Download:
        """See ``ports.Session``."""
        pace = self._pace_of(url)
        async with pace.turn(lambda error: self._pace_of(error.url or url) is pace) as turn:
            download = await self._session.download(url, into)
            turn.was_answered(None, None)
        return download

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``."""
        return await self._session.sign_in(url, fill, until=until, within_s=within_s)

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``."""
        return await self._session.cookies()

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await self._session.save_state(path)

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        await self._session.load_state(path)

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``."""
        return await self._session.snapshot(url, into)

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        await self._session.print_pdf(html, into)

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``."""
        async with self._pace.turn() as turn:
            document = await self._session.print_page(url, into, paper=paper)
            turn.was_answered(document.status, document.retry_after_s)
        return document

    def _pace_of(self, url: str) -> AdaptiveLimiter:
        if self._targets is None or self._targets.is_tenant(url):
            return self._pace
        return self._pace.elsewhere(host_of(url))
