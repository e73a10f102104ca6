"""The gate: one sign-in for all workers while everybody else waits, and its state for all.

SSO is a chain of redirects in which a repeated SAML post fails (domain facts §1), so two sign-ins at once would spoil
each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from coupa_async.domain.errors import PageError, SignInError
from coupa_async.domain.events import SignedIn, SignInStarted
from coupa_async.domain.policy import Backoff
from coupa_async.ports import Observer, Session

_BACKOFF = Backoff(base_s=2.0, cap_s=30.0)


class Gate:
    """Lets workers pass while the session is good. Single-flight: however many ask, one signs in."""

    def __init__(
        self,
        sign_in: Callable[[Session], Awaitable[None]],
        state: Path,
        tell: Observer,
        *,
        dice: Callable[[], float],
        backoff: Backoff = _BACKOFF,
        max_attempts: int = 4,
    ) -> None:
        """Make a gate.

        Args:
            sign_in: Signs one session in; raises ``SignInError`` if the tenant refuses, ``PageError`` if it is not
                to be had now.
            state: Where the storage state is kept for all sessions, and for the next run.
            tell: Who is told.
            dice: A source of random numbers in [0, 1).
            backoff: Delays between tries when the tenant is not to be had.
            max_attempts: Tries when the tenant is not to be had. A refusal is never tried twice.
        """
        self.state = state
        self.generation = 0
        self._sign_in = sign_in
        self._tell = tell
        self._dice = dice
        self._backoff = backoff
        self._max_attempts = max_attempts
        self._one = anyio.Lock()

    async def passage(self) -> None:
        """Wait while somebody signs in."""
        if self._one.statistics().locked:
            async with self._one:
                pass

    async def renew(self, session: Session, worker: str, *, seen: int, reason: str) -> int:
        """Have a signed-out session signed in: with the state of a newer sign-in if there is one, else by signing in.

        Args:
            session: The session that saw a sign-in page.
            worker: Whose it is.
            seen: The generation of the state that this session holds.
            reason: What it saw.

        Returns:
            The generation of the state that it holds now.

        Raises:
            SignInError: If the tenant refuses, or is not to be had for long.
        """
        async with self._one:
            if self.generation > seen:
                await session.load_state(self.state)
                return self.generation
            started_s = anyio.current_time()
            self._tell(SignInStarted(worker=worker, reason=reason))
            await self._persist(session)
            await session.save_state(self.state)
            self.generation += 1
            self._tell(SignedIn(worker=worker, seconds=anyio.current_time() - started_s))
            return self.generation

    async def _persist(self, session: Session) -> None:
        for attempt in range(1, self._max_attempts + 1):
            try:
                return await self._sign_in(session)
            except PageError as error:
                if attempt == self._max_attempts:
                    raise SignInError(f"sign-in was tried {attempt} times: {error}") from error
                await anyio.sleep(self._backoff.delay_s(attempt, self._dice()))
        return None
