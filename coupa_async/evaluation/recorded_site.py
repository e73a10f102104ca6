"""Runs the recorded site in a process beside a command, for ``demo``, ``compare`` and ``evidence``."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

import anyio
from anyio import to_thread
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from pydantic import SecretStr

from coupa_async.domain.errors import OutputError, RunError
from coupa_async.runtime.cleanup import cleanup
from coupa_async.runtime.processes import apart

_log = logging.getLogger(__name__)
_FIXTURES = [sys.executable, "-m", "fixtures"]
_START_S = 60.0  # a virus scanner reads every file of a new program first
_END_S = 5.0
_LINE_BYTES = 10_000
# What reading the one line, in which the site says where it is, may come to when there is none.
_NOT_STARTED = (
    anyio.BrokenResourceError, anyio.DelimiterNotFound, anyio.IncompleteRead, KeyError, TimeoutError, TypeError,
    ValueError,
)  # fmt: skip


FORM, LANDING = "form", "sso-landing"


@dataclass(slots=True, kw_only=True)
class RecordedSite:
    """The recorded site while it runs.

    Attributes:
        sso_url: The origin of its identity provider.
        mode: How it signs in: by its own ``form``, or by ``sso-landing``: an SSO that needs no person and
            ends on the landing page.
    """

    base_url: str
    sso_url: str
    username: str
    password: SecretStr
    client_id: str = ""
    client_secret: SecretStr | None = None
    mode: str = FORM

    @property
    def settings(self) -> dict[str, object]:
        """Return the settings of a run on it."""
        return {
            "base_url": self.base_url,
            "login_url": None,
            "username": self.username,
            "password": self.password,
            "sign_in_origins": (self.sso_url,),
        }

    def settings_of(self, lane: str) -> dict[str, object]:
        """Return the settings of a run on it in a lane; only ``api`` has a client, for ``auto`` would use it, too."""
        client = {"client_id": self.client_id, "client_secret": self.client_secret}
        return self.settings | (client if lane == "api" else {})

    async def ask(self, what: str, **body: object) -> None:
        """Change one setting of its admin page."""
        await to_thread.run_sync(self._ask, what, body)

    async def end_sessions(self) -> None:
        """Forget every session; an SSO still knows who was signed in."""
        await self.ask("expire", sso=self.mode == FORM)

    def reset(self, mode: str = FORM) -> None:
        """Reset it: nobody is signed in, and no fault has happened yet. Blocking.

        Args:
            mode: How it signs in from now on.
        """
        self.mode = mode
        self._ask("reset", {})
        self._ask("sign-in", {"mode": self.mode})
        self._ask("expire", {"sso": True})

    def _ask(self, what: str, body: dict[str, object]) -> None:
        """Ask its admin.

        Raises:
            RunError: If it has ended.
        """
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.base_url}/__admin__/{what}", json.dumps(body).encode(), headers)  # noqa: S310 - ours
        try:
            with urlopen(request, timeout=10):  # noqa: S310 - on this machine
                pass
        except OSError as error:
            raise RunError(f"the recorded site at {self.base_url} does not answer: {error}") from error


@asynccontextmanager
async def recorded_site() -> AsyncIterator[RecordedSite]:
    """Run the recorded site while the block runs.

    Raises:
        RunError: If it does not start.
    """
    with tempfile.TemporaryFile() as said:
        # The site ends with its stdin, so that it dies with us, however we die.
        command = [*_FIXTURES, "serve", "--until-eof"]
        try:
            process = await anyio.open_process(command, stderr=said, **apart())
        except OSError as error:
            raise _not_done("serve", str(error)) from error
        async with process as site:
            try:
                yield await _where(site, said)
            finally:
                with suppress(ProcessLookupError):  # it has ended by itself
                    site.terminate()
                await cleanup("the recorded site", site.wait, within_s=_END_S)
        if words := _last_words(_read(said)):
            _log.warning("the recorded site said: %s", words)


async def _where(site: Process, said: IO[bytes]) -> RecordedSite:
    assert site.stdout is not None  # noqa: S101 - a pipe, as asked for
    try:
        with anyio.fail_after(_START_S):
            where = json.loads(await BufferedByteReceiveStream(site.stdout).receive_until(b"\n", _LINE_BYTES))
        return RecordedSite(
            base_url=where["base_url"],
            sso_url=where["sso_url"],
            username=where["username"],
            password=SecretStr(where["password"]),
            client_id=where["client_id"],
            client_secret=SecretStr(where["client_secret"]),
        )
    except _NOT_STARTED as error:
        silence = f"silent for {_START_S:.0f} s" if isinstance(error, TimeoutError) else "it does not say where it is"
        raise _not_done("serve", _last_words(_read(said)) or silence) from error


def state_beside(sample: Path) -> Path:
    """Return where a run on the site keeps its sign-in: not beside those of the user's own tenants."""
    return sample.with_name("state.json")


async def write_sample(path: Path, *, orders: int = 0) -> None:
    """Write the site's sample workbook, or one with a number of orders with which nothing goes wrong.

    Raises:
        OutputError: If its folder cannot be made.
        RunError: If it is not written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"output folder {path.parent}: {error.strerror}: choose another with -o") from error
    await _done("workbook", str(path), *(["--orders", str(orders)] if orders else []))


async def read_expected_orders(*, orders: int = 0) -> list[dict[str, Any]]:
    """Return the expected result of each order of the workbook that :func:`write_sample` writes.

    Raises:
        RunError: If the site does not say.
    """
    truth: list[dict[str, Any]] = json.loads(await _done("truth", *(["--orders", str(orders)] if orders else [])))
    return truth


async def _done(*words: str) -> bytes:
    """Run the site's program and return what it prints."""
    try:
        done = await anyio.run_process([*_FIXTURES, *words], check=False)
    except OSError as error:
        raise _not_done(words[0], str(error)) from error
    if done.returncode:
        raise _not_done(words[0], _last_words(done.stderr) or f"exit code {done.returncode}")
    return done.stdout


def _not_done(verb: str, why: str) -> RunError:
    return RunError(f"the recorded site did not start: {why}: see what python -m fixtures {verb} says")


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _last_words(said: bytes) -> str:
    """Return the last line that a process wrote, which is the last line of a traceback."""
    lines = [line.strip() for line in said.decode("utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")
