"""The sign-in gate: only one worker signs in; the others wait and use its result.

Two sign-ins at once would spoil each other: ``docs/design/coupa-pages.md``, "Sign-in". The gate also holds all workers
while the tenant cannot be reached, because no order is to blame for that.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Protocol

import anyio

from coupa_async.domain.errors import (
    BusyError,
    CoupaError,
    NotATenantError,
    OutageError,
    PageError,
    SettingsError,
    SignInError,
    SignInPassedError,
    SignInRefusedError,
    SignInRequiredError,
    SignInStalledError,
    UnreachableError,
)
from coupa_async.domain.events import PersonWaitedFor, SignedIn, SignInStarted, TenantLost
from coupa_async.engine.limits import SignInLimits
from coupa_async.ports import Observer, Session
from coupa_async.runtime.cleanup import cleanup

_log = logging.getLogger(__name__)
_STALE = 0.7  # of a session's length unused; the rest is for a probe to renew it


class SignInFlow(Protocol):
    """How a session signs in at the tenant."""

    async def sign_in(self, session: Session) -> None:
        """Sign one session in.

        Raises:
            SignInError: If the tenant refuses.
            PageError: If the tenant cannot be reached now.
        """
        ...

    async def probe(self, session: Session) -> None:
        """Open a page that every signed-in user may see.

        Raises:
            SignInRequiredError: If the session is signed out.
            SignInPassedError: If it was, and has just been signed in on the way. Other sessions were not.
            PageError: If the tenant cannot be reached now, which says nothing about the session.
        """
        ...


class SignInGate:
    """Lets workers pass while the sign-in is good. However many need a sign-in, one does it.

    Attributes:
        state: Where the storage state is kept for all sessions, and for the next run.
        generation: How many sign-ins there were.
        length_s: Seconds that the tenant keeps an unused session; ``None`` while no page has said so.
        waited_s: Seconds that persons took to sign in. No order and no run is to be charged with them.
    """

    def __init__(
        self,
        flow: SignInFlow,
        state: Path,
        notify: Observer,
        *,
        jitter: Callable[[], float],
        limits: SignInLimits,
        person: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Make a gate.

        Args:
            flow: How to sign in.
            state: Where the storage state is kept.
            notify: Receives the events.
            jitter: A source of random numbers in [0, 1).
            limits: How long it tries.
            person: Has a person sign in and write ``state``, if the flow is refused; ``None`` if no person is there.
        """
        self.state = state
        self.generation = 0
        self.length_s: float | None = None
        self.waited_s = 0.0
        self._flow = flow
        self._notify = notify
        self._jitter = jitter
        self._limits = limits
        self._person = person
        self._refusal: SignInRefusedError | None = None
        self._was_reached = False
        self._back_s = float("-inf")
        self._one = anyio.Lock()

    def session_lasts(self, seconds: float) -> None:
        """Note how long the tenant keeps an unused session."""
        self.length_s = seconds

    def is_stale(self, used_s: float) -> bool:
        """Return whether a session was unused for so long that it may soon end."""
        return self.length_s is not None and anyio.current_time() - used_s > _STALE * self.length_s

    @property
    def is_open(self) -> bool:
        """Whether nobody signs in or waits for the tenant."""
        return not self._one.statistics().locked

    async def wait_until_open(self) -> None:
        """Wait while another worker signs in or waits for the tenant."""
        if self._one.statistics().locked:
            async with self._one:
                pass

    async def check(self, session: Session) -> None:
        """Check that a session is signed in; wait for the tenant if it cannot be reached.

        Raises:
            SignInRequiredError: If it is not, or was just signed in on the way: :meth:`renew` shares that.
            OutageError: If the tenant cannot be reached for long.
        """
        while True:
            since_s = anyio.current_time()
            try:
                await self._flow.probe(session)
            except PageError as error:
                await self.outage(session, error, since_s=since_s)
            else:
                self._was_reached = True
                return

    async def is_in(self, session: Session) -> bool:
        """Return whether a session is signed in; wait for the tenant if it cannot be reached.

        Raises:
            OutageError: If the tenant cannot be reached for long.
        """
        try:
            await self.check(session)
        except SignInRequiredError:
            return False
        return True

    async def outage(self, session: Session, error: PageError, *, since_s: float) -> bool:
        """Hold everybody until the tenant can be reached.

        Args:
            session: The session to try with.
            error: The error that raised the doubt.
            since_s: When the attempt that met the error began.

        Returns:
            Whether there was an outage.

        Raises:
            SignInRequiredError: If it can be reached, and wants a sign-in.
            OutageError: If it cannot for long.
        """
        async with self._one:
            if since_s <= self._back_s:
                return True  # others have waited for the end of the same outage
            began_s = anyio.current_time()
            _log.info("can Coupa be reached? %s", error)
            for attempt in count(1):
                try:
                    await self._flow.probe(session)
                except PageError as probed:
                    await self._wait(probed, attempt, began_s)
                else:
                    self._was_reached = True
                    self._back_s = anyio.current_time() if attempt > 1 else self._back_s
                    return attempt > 1
        raise AssertionError("the loop above has no end")

    async def renew(self, session: Session, worker: str, *, generation: int, error: CoupaError) -> int:
        """Sign a signed-out session in: with the state of a newer sign-in if there is one, else by a sign-in.

        A session that an SSO has signed in on the way is not signed in again if a check shows that it is signed in.

        Args:
            session: The signed-out session.
            worker: The name of its worker.
            generation: The generation of the state that this session holds.
            error: How that was noticed.

        Returns:
            The generation of the state that it holds now.

        Raises:
            SignInError: If the tenant refuses, or cannot be reached for long.
        """
        async with self._one:
            if self.generation > generation:
                await session.load_state(self.state)
                return self.generation
            if self._refusal is not None:
                raise self._refusal  # never hammered, however many wait here
            started_s = anyio.current_time()
            self._notify(SignInStarted(worker=worker, reason=str(error)))
            try:
                await self._persist(session, is_in=isinstance(error, SignInPassedError))
                await session.save_state(self.state)
            except SignInRefusedError as refusal:
                if self._person is None:
                    self._refusal = refusal
                    raise
                _log.info("a person is asked to sign in: %s", refusal)
                await self._wait_for(self._person)
                await session.load_state(self.state)
            self.generation += 1
            self._notify(SignedIn(worker=worker, seconds=anyio.current_time() - started_s))
            return self.generation

    async def keep(self, session: Session, *, generation: int) -> None:
        """Save the state of a session that is about to end, because its cookies were renewed while it was in use.

        Args:
            session: The session.
            generation: The generation of the state that it holds. Only the newest is saved.
        """
        async with self._one:
            if generation < self.generation:
                return
            await cleanup("the sign-in's state", lambda: session.save_state(self.state), within_s=self._limits.keep_s)

    async def _wait_for(self, person: Callable[[], Awaitable[None]]) -> None:
        began_s = anyio.current_time()
        try:
            await person()
        finally:
            waited_s = anyio.current_time() - began_s
            self.waited_s += waited_s
            self._notify(PersonWaitedFor(seconds=waited_s))

    async def _persist(self, session: Session, *, is_in: bool) -> None:
        """Sign in; wait for the tenant if it cannot be reached."""
        began_s, tries, outs = anyio.current_time(), 0, 0
        while True:
            try:
                if is_in:
                    with suppress(SignInRequiredError):
                        return await self._flow.probe(session)
                return await self._flow.sign_in(session)
            except (UnreachableError, BusyError, NotATenantError) as error:  # nobody there has looked at this try
                outs += 1
                await self._wait(error, outs, began_s)
            except PageError as error:
                tries += 1
                if tries == self._limits.sign_ins:
                    # What stands still may be left to a person; what does not answer may not.
                    kind = SignInRefusedError if isinstance(error, SignInStalledError) else SignInError
                    raise kind(f"sign-in was tried {tries} times: {error}") from error
                await anyio.sleep(self._delay_s(error, tries))

    def _delay_s(self, error: PageError, attempt: int) -> float:
        asked_s = error.retry_after_s if isinstance(error, BusyError) else None
        return self._limits.backoff.delay_s(attempt, self._jitter()) if asked_s is None else asked_s

    async def _wait(self, error: PageError, attempt: int, began_s: float) -> None:
        if isinstance(error, NotATenantError) and not self._was_reached:
            raise SettingsError(str(error)) from error  # later it is something on the way, which may pass
        limits = self._limits
        longest_s = limits.again_s if self._was_reached else limits.first_s
        if anyio.current_time() - began_s >= longest_s:
            raise OutageError(
                f"{error}: tried for {longest_s:.0f} s: check network, proxy and COUPA_BASE_URL, then run again"
            ) from error
        if attempt == 1:
            self._notify(TenantLost(reason=str(error), patience_s=longest_s))
        await anyio.sleep(self._delay_s(error, attempt))
