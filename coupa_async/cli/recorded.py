"""The recorded site as a process beside a command: what ``demo`` runs on, and what ``compare`` does harm to."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import anyio
from anyio import to_thread
from pydantic import SecretStr

from coupa_async.domain.errors import RunError
from coupa_async.scopes import cleanup

_FIXTURES = [sys.executable, "-m", "fixtures"]


FORM, LANDING = "form", "sso-landing"


@dataclass(slots=True, kw_only=True)
class Recorded:
    """The recorded site while it runs.

    Attributes:
        sso_url: The origin of its identity provider.
        mode: How it signs in: by its own ``form``, or ``sso-landing``, which then needs nobody and ends elsewhere.
    """

    base_url: str
    sso_url: str
    username: str
    password: SecretStr
    mode: str = FORM

    @property
    def settings(self) -> dict[str, object]:
        """What the settings of a run on it are."""
        return {
            "base_url": self.base_url,
            "login_url": None,
            "username": self.username,
            "password": self.password,
            "sign_in_origins": (self.sso_url,),
        }

    async def ask(self, what: str, **body: object) -> None:
        """Turn one of the admin's dials."""
        await to_thread.run_sync(self._ask, what, body)

    async def end_sessions(self) -> None:
        """Forget every session; an SSO still knows who was signed in."""
        await self.ask("expire", sso=self.mode == FORM)

    def reset(self, mode: str = FORM) -> None:
        """Bring it back to where it began: nobody is signed in, no fault was met yet. Blocking.

        Args:
            mode: How it signs in from now on.
        """
        self.mode = mode
        self._ask("reset", {})
        self._ask("sign-in", {"mode": self.mode})
        self._ask("expire", {"sso": True})

    def _ask(self, what: str, body: dict[str, object]) -> None:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.base_url}/__admin__/{what}", json.dumps(body).encode(), headers)  # noqa: S310 - ours
        with urlopen(request, timeout=10):  # noqa: S310 - on this machine
            pass


@asynccontextmanager
async def recorded_site() -> AsyncIterator[Recorded]:
    """Run the recorded site while the block runs.

    Raises:
        RunError: If it does not start.
    """
    # The site ends with its stdin, so that it dies with us, however we die.
    async with await anyio.open_process(
        [*_FIXTURES, "serve", "--until-eof"], stderr=None, start_new_session=True
    ) as site:
        try:
            assert site.stdout is not None  # noqa: S101 - a pipe, as asked for
            try:
                where = json.loads(await site.stdout.receive())
            except anyio.EndOfStream as error:
                raise RunError("the recorded site did not start") from error
            secret = SecretStr(where["password"])
            yield Recorded(
                base_url=where["base_url"], sso_url=where["sso_url"], username=where["username"], password=secret
            )
        finally:
            site.terminate()
            await cleanup("the recorded site", site.wait, within_s=5)


async def write_sample(path: Path, *, orders: int = 0) -> None:
    """Write the site's sample workbook, or one of so many orders that nothing goes wrong with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    await anyio.run_process([*_FIXTURES, "workbook", str(path), *(["--orders", str(orders)] if orders else [])])


async def read_truth(*, orders: int = 0) -> list[dict[str, Any]]:
    """Tell what must come of each order of the workbook that :func:`write_sample` writes."""
    done = await anyio.run_process([*_FIXTURES, "truth", *(["--orders", str(orders)] if orders else [])])
    truth: list[dict[str, Any]] = json.loads(done.stdout)
    return truth
