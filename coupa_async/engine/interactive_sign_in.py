"""A sign-in on a browser of its own, for a person to do: its window closes when the tenant has let them in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from coupa_async.ports import Backend, Profile, Session


async def interactive_sign_in(
    backend: Backend, profile: Profile, sign_in: Callable[[Session], Awaitable[None]]
) -> None:
    """Have a session signed in and write its state down.

    Args:
        backend: With a window.
        profile: With the file for the state.
        sign_in: Signs the session in, or waits until somebody has.

    Raises:
        SignInError: If nobody signs in in time.
        PageError: If the tenant is not to be had.
        SessionLostError: If the window was closed.
    """
    assert profile.state is not None  # noqa: S101 - a visit is made for its state
    async with backend.session(profile) as session:
        await sign_in(session)
        await session.save_state(profile.state)
