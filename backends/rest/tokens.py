"""The API's token: kept for the next run, renewed before its end, and one renewal for all sessions."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable

import anyio
from anyio import to_thread

from backends.browser.storage_state import replace_private
from backends.rest.token_endpoint import ApiClient, Poster, TokenEndpoint
from coupa_async.domain.api.device import DeviceCode
from coupa_async.domain.api.token import Token

_log = logging.getLogger(__name__)


class Tokens:
    """Gives a token that is good, however many ask at the same time."""

    def __init__(self, client: ApiClient, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock
        self._endpoint = TokenEndpoint(client, clock)
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
            await self._load()
            if self._token is None or not self._token.is_good(self._clock()):
                await self._renew(poster)
            return await self._rested()

    async def renewed(self, refused: str, poster: Poster) -> str:
        """Return another token than one that the tenant refused: what somebody else got meanwhile, or a new one."""
        async with self._one:
            await self._load()
            if self._token is None or not refused or self._token.text == refused:
                await self._renew(poster)
            return await self._rested()

    async def _load(self) -> None:
        if not self._was_read:
            self._token, self._was_read = await to_thread.run_sync(self._read), True

    async def _rested(self) -> str:
        assert self._token is not None  # noqa: S101 - there was one, or it was renewed
        if wait_s := self._token.rest_s(self._clock(), rests_s=self._client.rests_s):
            await anyio.sleep(wait_s)
        return self._token.text

    async def sign_in(self, poster: Poster, show: Callable[[DeviceCode], None]) -> None:
        """Have a person sign in, and keep the token of that.

        Raises:
            SignInRefusedError: If nobody does, or the tenant gives none.
            PageError: If it cannot be asked now.
        """
        async with self._one:
            await self._take(await self._endpoint.by_person(poster, show, _wait))

    async def _renew(self, poster: Poster) -> None:
        """Get another token, for whom the old one was: a person's is never followed by one of the client itself."""
        old, kept = self._token, await to_thread.run_sync(self._read)
        if kept is not None and old is not None and kept.text != old.text and kept.is_good(self._clock()):
            self._token = kept  # another run has renewed it
        elif old is not None and old.is_persons:
            await self._take(await self._endpoint.by_refresh(poster, old))
        else:
            self._token = None
            await self._take(await self._endpoint.by_secret(poster))

    async def _take(self, token: Token) -> None:
        self._token, self._was_read = token, True
        await to_thread.run_sync(self._keep, token)

    def _key(self) -> list[str]:
        return [self._client.base_url, self._client.client_id, " ".join(self._client.scopes)]

    def _read(self) -> Token | None:
        """Read the token that an earlier run kept for this client and these scopes. Blocking."""
        try:
            kept = json.loads(self._client.kept.read_text(encoding="utf-8"))
            if kept["of"] == self._key():
                return Token(
                    text=str(kept["token"]),
                    got_s=float(kept["got_s"]),
                    lasts_s=float(kept["lasts_s"]),
                    refresh=str(kept.get("refresh", "")),
                    is_persons=kept.get("is_persons") is True,
                )
        except (OSError, ValueError, KeyError, TypeError):
            pass  # none is kept yet, or none that can be read: a new one is got
        return None

    def _keep(self, token: Token) -> None:
        kept = {"of": self._key(), "token": token.text, "got_s": token.got_s, "lasts_s": token.lasts_s}
        kept |= {"refresh": token.refresh, "is_persons": token.is_persons}
        try:
            replace_private(self._client.kept, json.dumps(kept))
        except OSError as error:
            _log.warning("%s: the API's token is not kept for the next run: %s", self._client.kept, error)


async def _wait(interval_s: float) -> None:
    await anyio.sleep(interval_s)
