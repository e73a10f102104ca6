"""Runs of the program on the recorded site and its API, all in one process: nothing is started, all of it is real."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from backends.direct.connection import trust
from backends.fake.backend import Answer, FakeBackend, FakeSession
from backends.fake.recorded_site import answers
from coupa_async.app.configuration.settings import Settings
from coupa_async.app.runs.open_run import RunRequest
from coupa_async.app.runs.run_orders import run_orders
from coupa_async.app.runs.summary import Summary
from coupa_async.domain.events import Event, Warned
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.policies.retry import Backoff
from coupa_async.domain.selection import EVERYTHING, Selection
from coupa_async.engine.limits import EngineLimits
from coupa_async.ports import Document
from coupa_async.services.records.journal import FILE_NAME, Journal
from fixtures.api.oauth import CLIENT_ID, CLIENT_SECRET
from fixtures.catalogue import Catalogue, load
from fixtures.server import serve
from fixtures.signin import PASSWORD, USERNAME, SignIn
from fixtures.site import Dials, Site
from fixtures.workbook import write_sample

# A client that may ask, and one whose requests nobody counts.
CLIENT: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": SecretStr(CLIENT_SECRET)}


@dataclass
class Office:
    """Runs of one sheet.

    Attributes:
        site: The recorded site.
        url: Its address.
        folder: Where all runs leave what they leave.
        warnings: What the latest run said.
    """

    site: Site
    url: str
    folder: Path
    warnings: list[str] = field(default_factory=list)

    @property
    def sheet(self) -> Path:
        return self.folder / "sample.xlsx"

    async def run(self, out: str, lane: str = "api", *, only: Sequence[str] = (), **given: object) -> Summary:
        """Run the sheet's orders, or those with these keys."""
        own = {"token_rest_s": 0, "workers": 2, "patience_s": 1, "requests_per_s": 10_000, "settle_s": 2}
        sign_in = {
            "username": USERNAME,
            "password": SecretStr(PASSWORD),
            "sign_in_origins": (self.url.replace("127.0.0.1", "localhost"),),
        }
        who = CLIENT if lane == "api" else sign_in
        settings = Settings.read(
            **{"base_url": self.url, "lane": lane, "backend": "double", "output_dir": self.folder / out}
            | {"storage_state": self.folder / "state.json"} | who | own | given
        )  # fmt: skip
        self.warnings.clear()
        self.site.log.clear()

        def note(event: Event, /) -> None:
            if isinstance(event, Warned):
                self.warnings.append(event.text)

        selection = Selection(due=EVERYTHING, only=frozenset(only))
        return await run_orders(RunRequest(settings=settings, input=self.sheet, selection=selection), [note])

    def results(self, out: str) -> dict[str, OrderResult]:
        """What the journal has, by key."""
        with Journal(self.folder / out / FILE_NAME) as journal:
            return {result.number.key: result for result, _ in journal.results()}

    def asked(self) -> Counter[str]:
        """How often the latest run asked for each kind of address."""
        return Counter(_kind(entry["path"]) for entry in self.site.log)


def _kind(path: str) -> str:
    parts = ["N" if part.isdecimal() else part for part in path.split("/")]
    return "file" if parts[1] == "attachment" else "/".join(parts)


def _answers(base_url: str) -> Callable[[str, FakeSession], Awaitable[Answer]]:
    """Answer for the site, and for the page on which a browser says what it is."""
    site = answers(base_url)

    async def answer(url: str, session: FakeSession) -> Answer:
        return Document(url=url, html="<p>Mozilla/5.0</p>") if url.startswith("data:") else await site(url, session)

    return answer


@asynccontextmanager
async def opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue | None = None
) -> AsyncIterator[Office]:
    """Serve the site, with the double in place of every browser, and tries that follow each other at once."""
    catalogue = catalogue or load()
    site = Site(catalogue, SignIn("form"), Dials())
    write_sample(catalogue, folder / "sample.xlsx")
    quick = partial(EngineLimits, backoff=Backoff(base_s=0.01, cap_s=0.05), restart_backoff=Backoff(base_s=0.01))
    trusted = trust()  # reading the system's certificates is the most of a small run
    async with serve(site) as url:
        monkeypatch.setattr("backends.direct.connection.trust", lambda: trusted)
        browser = FakeBackend(_answers(url), domain="127.0.0.1")
        monkeypatch.setattr("backends.open_backend", lambda name, options: browser)
        monkeypatch.setattr("coupa_async.app.compose.EngineLimits", quick)
        yield Office(site, url, folder)
