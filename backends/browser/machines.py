"""The machines that have the browsers, where these run elsewhere: sessions are spread evenly over those that answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from typing import TypeVar

import anyio

from coupa_async.domain.errors import LaunchError

_REST_S, _LONGEST_REST_S = 30.0, 600.0
_OTHERS_WAIT_S = 20.0
_SCHEMES = ("ws://", "wss://", "http://", "https://")
T = TypeVar("T")


def addresses_of(text: str | None) -> tuple[str, ...]:
    """Return the addresses that a setting names, separated by commas or spaces.

    A comma within an address, as between its launch options, separates none.
    """
    addresses: list[str] = []
    for word in (text or "").replace(",", " ").split():
        if word.startswith(_SCHEMES) or not addresses:
            addresses.append(word)
        else:
            addresses[-1] += f",{word}"
    return tuple(addresses)


def shown_address(address: str) -> str:
    """Return an address without its options."""
    return address.partition("?")[0]


def nothing() -> None:
    """Give nothing back: the browser is of this machine."""


class Machines:
    """The servers that give browsers, and how many each has given.

    A server that gives none is left out for half a minute, then longer and longer, and asked again after that.
    """

    def __init__(self, addresses: Sequence[str], warn: Callable[[str], None]) -> None:
        """Begin.

        Args:
            addresses: Of the servers.
            warn: Is told once of a server that gives no browser, and once of its return.
        """
        self._sessions = dict.fromkeys(addresses, 0)
        self._rests: dict[str, tuple[float, float]] = {}
        self._warn = warn

    async def begin(self, launch: Callable[[str], Awaitable[T]], *, within_s: float) -> tuple[T, Callable[[], None]]:
        """Begin a session on the server with the fewest.

        Args:
            launch: Begins it on a server; raises ``LaunchError`` if that gives no browser.
            within_s: Seconds that it may take on one server; less where there are others to be asked.

        Returns:
            The session, and what to call when it is over.

        Raises:
            LaunchError: If no server gives a browser: the last one's.
        """
        failure: LaunchError | TimeoutError = LaunchError("no server is named that has browsers")
        has_others = len(self._sessions) > 1
        for address in self._in_turn():
            with ExitStack() as unless_begun:
                self._sessions[address] += 1
                unless_begun.callback(self._leave, address)
                try:
                    with anyio.fail_after(min(within_s, _OTHERS_WAIT_S) if has_others else within_s):
                        session = await launch(address)
                except (LaunchError, TimeoutError) as error:
                    late = LaunchError(f"no browser from {shown_address(address)}: no answer in time")
                    failure = error if isinstance(error, LaunchError) else late
                    self._failed(address, failure)
                    continue
                leave = unless_begun.pop_all().close
            if self._rests.pop(address, None) is not None and has_others:
                self._warn(f"{shown_address(address)} gives browsers again")
            return session, leave
        raise failure

    def _in_turn(self) -> list[str]:
        """Return the servers to ask: first the one with the fewest sessions, last of all those that are left out."""
        now_s = anyio.current_time()

        def turn(address: str) -> tuple[bool, int]:
            return self._rests.get(address, (0.0, 0.0))[1] > now_s, self._sessions[address]

        return sorted(self._sessions, key=turn)

    def _leave(self, address: str) -> None:
        self._sessions[address] -= 1

    def _failed(self, address: str, error: Exception) -> None:
        if len(self._sessions) > 1 and address not in self._rests:
            self._warn(f"{shown_address(address)} gives no browser and is left out for a while: {error}")
        rest_s = min(2 * self._rests.get(address, (_REST_S / 2, 0.0))[0], _LONGEST_REST_S)
        self._rests[address] = (rest_s, anyio.current_time() + rest_s)
