"""Asks the tenant for tokens: by the client's own secret, for a person, and again for one of before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from coupa_async.domain.api.answers import error_text
from coupa_async.domain.api.device import GRANT, DeviceCode, next_interval_s, read_device_code
from coupa_async.domain.api.queries import DEVICE, TOKEN
from coupa_async.domain.api.token import Token, read_token
from coupa_async.domain.errors import (
    BusyError,
    CoupaError,
    NotATenantError,
    PageTimeoutError,
    SignInRefusedError,
    UnknownPageError,
    UnreachableError,
)
from coupa_async.domain.pages.tenant_page import is_something_else, page_title
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document

_GOOD = (200, 201)
_OFFLINE = "offline_access"  # the scope of a token that can be renewed without the person
_AGAIN = "coupa-async login --api signs in again"


class Poster(Protocol):
    """Sends a form to the tenant."""

    async def post(self, url: str, form: dict[str, str]) -> Document:
        """Send it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """What the tenant's administrator handed out.

    Attributes:
        client_id: The client's identifier.
        secret: Its secret; ``None`` if it has none, as some have for which a person signs in.
        scopes: What it may read.
        kept: Where the token is kept between runs, readable for the user alone.
        rests_s: Seconds that a fresh token rests before its first use.
    """

    base_url: str
    client_id: str
    secret: SecretStr | None
    scopes: tuple[str, ...]
    kept: Path
    rests_s: float = 5.0


class TokenEndpoint:
    """The addresses of a tenant that give tokens to one client."""

    def __init__(self, client: ApiClient, clock: Callable[[], float]) -> None:
        """Make it.

        Args:
            client: Who asks.
            clock: Tells the time, s.
        """
        self._client = client
        self._clock = clock

    async def by_secret(self, poster: Poster) -> Token:
        """Get a token for the client itself.

        Raises:
            SignInRefusedError: If the tenant gives none.
            PageError: If it cannot be asked now.
        """
        if self._client.secret is None:
            raise SignInRefusedError(f"COUPA_CLIENT_SECRET is not set, and nobody has signed in to the API: {_AGAIN}")
        answer = await self._ask(poster, TOKEN, grant_type="client_credentials", scope=self._scopes())
        if (token := self._token(answer)) is None:
            raise await self._refusal(poster, answer)
        return token

    async def by_refresh(self, poster: Poster, token: Token) -> Token:
        """Get another token for the person who signed in for this one.

        Raises:
            SignInRefusedError: If that needs the person.
            PageError: If the tenant cannot be asked now.
        """
        if not token.refresh:
            raise SignInRefusedError(f"the sign-in to the API has ended: {_AGAIN}")
        answer = await self._ask(poster, TOKEN, grant_type="refresh_token", refresh_token=token.refresh)
        if (found := self._token(answer)) is not None:
            return replace(found, refresh=found.refresh or token.refresh, is_persons=True)
        if "invalid_grant" in (why := error_text(answer.html)):
            raise SignInRefusedError(f"the sign-in to the API has ended ({why}): {_AGAIN}")
        raise await self._refusal(poster, answer)

    async def by_person(
        self, poster: Poster, show: Callable[[DeviceCode], None], sleep: Callable[[float], Awaitable[None]]
    ) -> Token:
        """Have a person sign in, at an address and with a code that are shown.

        Args:
            poster: Sends forms.
            show: Called with both.
            sleep: Waits between two questions.

        Raises:
            SignInRefusedError: If the person, or the tenant, says no, or nobody comes in time.
            PageError: If the tenant cannot be asked now.
        """
        device = await self._device(poster)
        show(device)
        interval_s, ends_s = device.interval_s, self._clock() + device.lasts_s
        while self._clock() < ends_s:
            await sleep(interval_s)
            try:
                answer = await self._ask(poster, TOKEN, grant_type=GRANT, device_code=device.code)
            except (UnreachableError, PageTimeoutError):
                continue  # the person may be at it all the same
            except BusyError as error:
                await sleep(error.retry_after_s or interval_s)
                continue
            if (token := self._token(answer)) is not None:
                return replace(token, is_persons=True)
            pause_s = next_interval_s(answer.html, interval_s)
            if pause_s is None:
                raise await self._refusal(poster, answer)
            interval_s = pause_s
        raise SignInRefusedError(f"nobody signed in with the code in time: {_AGAIN}")

    async def _device(self, poster: Poster) -> DeviceCode:
        scopes = f"{self._scopes()} {_OFFLINE}"
        answer = await self._ask(poster, DEVICE, scope=scopes)
        if "invalid_scope" in error_text(answer.html):
            answer = await self._ask(poster, DEVICE, scope=self._scopes())
        if answer.status in _GOOD and (device := read_device_code(answer.html)) is not None:
            return device
        if answer.status == 404:
            raise SignInRefusedError(
                f"{self._client.base_url}{DEVICE}: this Coupa has no sign-in by code: ask for a client with a secret"
            )
        raise await self._refusal(poster, answer, DEVICE)

    async def _ask(self, poster: Poster, path: str, **form: str) -> Document:
        """Send a form with who we are.

        Raises:
            BusyError: If the tenant answers 429 or 5xx.
        """
        client, url = self._client, f"{self._client.base_url}{path}"
        who = {"client_id": client.client_id}
        if client.secret is not None:
            who["client_secret"] = client.secret.get_secret_value()
        answer = await poster.post(url, who | form)
        if answer.status is not None and is_busy(answer.status):
            raise BusyError(url, answer.status, answer.retry_after_s)
        return answer

    def _token(self, answer: Document) -> Token | None:
        return read_token(answer.html, self._clock()) if answer.status in _GOOD else None

    def _scopes(self) -> str:
        return " ".join(self._client.scopes)

    async def _refusal(self, poster: Poster, answer: Document, path: str = TOKEN) -> CoupaError:
        """Return what is wrong: the client, a scope, the person's answer, or the address."""
        client, why = self._client, error_text(answer.html)
        if not why:
            if is_something_else(answer.html, client.base_url):
                return NotATenantError(client.base_url, page_title(answer.html))
            return UnknownPageError(
                f"{client.base_url}{path}: answered {answer.status}, and not with a token: check COUPA_BASE_URL"
            )
        if "access_denied" in why:
            return SignInRefusedError("the sign-in to the API was declined: have it allowed where the code is typed")
        if "expired_token" in why:
            return SignInRefusedError(f"nobody signed in with the code in time: {_AGAIN}")
        if "unauthorized_client" in why or "unsupported_grant_type" in why:
            return SignInRefusedError(
                f"Coupa gives the API client no token ({answer.status}, {why}): ask for its grant type: client "
                "credentials for a client with a secret, device code for coupa-async login --api"
            )
        if "invalid_scope" in why:
            return SignInRefusedError(
                f"the API client has no scope {await self._missing(poster, path)}: have it added, or leave it out of "
                "COUPA_SCOPES"
            )
        if "invalid_client" in why or answer.status == 401:
            if client.secret is None:
                return SignInRefusedError(
                    f"COUPA_CLIENT_ID is not accepted without a secret ({why}): check it, or set COUPA_CLIENT_SECRET"
                )
            return SignInRefusedError(f"COUPA_CLIENT_ID and COUPA_CLIENT_SECRET are not accepted ({why}): check both")
        return SignInRefusedError(f"Coupa gives the API client no token ({answer.status}, {why})")

    async def _missing(self, poster: Poster, path: str) -> str:
        """Return the scopes that the client lacks; all, if it does not lack any by itself."""
        form = {"grant_type": "client_credentials"} if path == TOKEN else {}
        answers = {scope: await self._ask(poster, path, **form, scope=scope) for scope in self._client.scopes}
        missing = [scope for scope, answer in answers.items() if answer.status not in _GOOD]
        return " ".join(missing or self._client.scopes)
