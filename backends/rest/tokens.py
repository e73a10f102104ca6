"""The API's token: kept for the next run, renewed before its end, and one renewal for all sessions."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import anyio
from anyio import to_thread
from pydantic import SecretStr

from backends.browser.storage_state import replace_private
from coupa_async.domain.api.answers import error_text
from coupa_async.domain.api.queries import TOKEN
from coupa_async.domain.api.token import Token, read_token
from coupa_async.domain.errors import BusyError, NotATenantError, SignInRefusedError, UnknownPageError
from coupa_async.domain.pages.tenant_page import is_something_else, page_title
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import Document

_log = logging.getLogger(__name__)


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
        secret: Its secret.
        scopes: What it may read.
        kept: Where the token is kept between runs, readable for the user alone.
        rests_s: Seconds that a fresh token rests before its first use.
    """

    base_url: str
    client_id: str
    secret: SecretStr
    scopes: tuple[str, ...]
    kept: Path
    rests_s: float = 5.0


class Tokens:
    """Gives a token that is good, however many ask at the same time."""

    def __init__(self, client: ApiClient, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._token: Token | None = None
        self._was_read = False
        self._one = anyio.Lock()

    async def good(self, poster: Poster) -> str:
        """Return a token that may be used now.

        Raises:
            SignInRefusedError: If the tenant gives none.
            PageError: If it cannot be asked now.
        """
        async with self._one:
            if not self._was_read:
                self._token, self._was_read = await to_thread.run_sync(self._read), True
            if self._token is None or not self._token.is_good(self._clock()):
                await self._renew(poster)
            return await self._rested()

    async def renewed(self, refused: str, poster: Poster) -> str:
        """Return another token than one that the tenant refused: what somebody else got meanwhile, or a new one."""
        async with self._one:
            if self._token is None or self._token.text == refused:
                await self._renew(poster)
            return await self._rested()

    async def _rested(self) -> str:
        assert self._token is not None  # noqa: S101 - there was one, or it was renewed
        if wait_s := self._token.rest_s(self._clock(), rests_s=self._client.rests_s):
            await anyio.sleep(wait_s)
        return self._token.text

    async def _renew(self, poster: Poster) -> None:
        client, url = self._client, f"{self._client.base_url}{TOKEN}"
        self._token = None
        answer = await self._ask(poster, client.scopes)
        if answer.status is not None and is_busy(answer.status):
            raise BusyError(url, answer.status, answer.retry_after_s)
        token = read_token(answer.html, self._clock()) if answer.status in (200, 201) else None
        if token is None:
            raise await self._refusal(poster, answer)
        self._token = token
        await to_thread.run_sync(self._keep, token)

    async def _ask(self, poster: Poster, scopes: tuple[str, ...]) -> Document:
        form = {
            "client_id": self._client.client_id,
            "client_secret": self._client.secret.get_secret_value(),
            "grant_type": "client_credentials",
            "scope": " ".join(scopes),
        }
        return await poster.post(f"{self._client.base_url}{TOKEN}", form)

    async def _refusal(self, poster: Poster, answer: Document) -> Exception:
        """Return what is wrong: the client, a scope, or the address."""
        client, url = self._client, f"{self._client.base_url}{TOKEN}"
        why = error_text(answer.html)
        if not why:
            if is_something_else(answer.html, client.base_url):
                return NotATenantError(client.base_url, page_title(answer.html))
            return UnknownPageError(f"{url}: answered {answer.status}, and not with a token: check COUPA_BASE_URL")
        if "invalid_scope" in why:
            missing = [scope for scope in client.scopes if (await self._ask(poster, (scope,))).status not in (200, 201)]
            named = " ".join(missing or client.scopes)
            return SignInRefusedError(
                f"the API client has no scope {named}: have it added, or leave it out of COUPA_SCOPES"
            )
        if "invalid_client" in why or answer.status == 401:
            return SignInRefusedError(f"COUPA_CLIENT_ID and COUPA_CLIENT_SECRET are not accepted ({why}): check both")
        return SignInRefusedError(f"Coupa gives the API client no token ({answer.status}, {why})")

    def _key(self) -> list[str]:
        return [self._client.base_url, self._client.client_id, " ".join(self._client.scopes)]

    def _read(self) -> Token | None:
        """Read the token that an earlier run kept for this client and these scopes. Blocking."""
        try:
            kept = json.loads(self._client.kept.read_text(encoding="utf-8"))
            if kept["of"] == self._key():
                return Token(text=str(kept["token"]), got_s=float(kept["got_s"]), lasts_s=float(kept["lasts_s"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # none is kept yet, or none that can be read: a new one is got
        return None

    def _keep(self, token: Token) -> None:
        kept = {"of": self._key(), "token": token.text, "got_s": token.got_s, "lasts_s": token.lasts_s}
        try:
            replace_private(self._client.kept, json.dumps(kept))
        except OSError as error:
            _log.warning("%s: the API's token is not kept for the next run: %s", self._client.kept, error)
