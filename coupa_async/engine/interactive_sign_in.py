"""A sign-in by a person, in a browser window of its own, which closes when the person is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from coupa_async.ports import Backend, Profile, Session


async def interactive_sign_in(
    backend: Backend, profile: Profile, sign_in: Callable[[Session], Awaitable[None]]
) -> None:
    """Sign a session in and save its state.

    Args:
        backend: One whose browser has a window.
        profile: Names the file for the state.
        sign_in: Signs the session in, or waits until somebody has.

    Raises:
        SignInError: If nobody signs in in time.
        PageError: If the tenant cannot be reached.
        SessionLostError: If the window was closed.
    """
    assert profile.state is not None  # noqa: S101 - a visit is made for its state
    async with backend.session(profile) as session:
        await sign_in(session)
        await session.save_state(profile.state)
