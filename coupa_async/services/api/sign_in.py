"""The sign-in of the API: a token instead of forms."""

from __future__ import annotations

from coupa_async.domain.api.errors import TokenRefusedError
from coupa_async.domain.api.queries import TOKEN, any_order
from coupa_async.domain.errors import SignInRefusedError
from coupa_async.ports import Document, Session
from coupa_async.services.api.ask import ask_for_orders


class ApiSignIn:
    """How a session of the API signs in."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def sign_in(self, session: Session) -> None:
        """Get a new token, and see that it is taken.

        Raises:
            SignInRefusedError: If the tenant gives none, or does not take it.
            PageError: If the tenant cannot be reached now.
        """
        await session.sign_in(f"{self._base_url}{TOKEN}", lambda page: None, until=_any)
        try:
            await self.probe(session)
        except TokenRefusedError as error:
            raise SignInRefusedError(f"Coupa gives a token, and then does not take it: {error}") from error

    async def probe(self, session: Session) -> None:
        """Ask for one order, whichever.

        Raises:
            SignInRequiredError: If the token is not taken.
            SignInRefusedError: If it covers no orders, or the tenant gives none.
            PageError: If the tenant cannot be reached now.
        """
        await ask_for_orders(session, any_order(self._base_url), self._base_url)


def _any(page: Document) -> bool:
    return True
