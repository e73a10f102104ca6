"""A backend without a browser: a function in memory answers. The smallest complete example of the protocol.

It passes the contract tests, serves the engine's tests in virtual time, and is a comparison's control arm, in which
only the site itself can fail. It starts no process.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from inspect import isawaitable
from pathlib import Path
from urllib.parse import urljoin

import anyio
from selectolax.lexbor import LexborHTMLParser

from backends.browser.storage_state import read_state, write_state
from coupa_async.domain.errors import CoupaError, LaunchError, NotAFileError, PageError, SessionLostError
from coupa_async.domain.files.content import HEAD_BYTES, TAIL_BYTES
from coupa_async.ports import A4, Cookie, Document, Download, Fill, PageTurner, Paper, Profile, Session, accept_any
from coupa_async.runtime import worker_threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A file that the site answers with."""

    data: bytes
    name: str | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer, ever."""


Answer = Document | Body | CoupaError | Hang


@dataclass(slots=True)
class FakeBackend:
    """Sessions on a site in memory.

    Attributes:
        answer: What the site answers to a URL; called at each request with the session that asks.
        launch_s: How long a start takes.
        fail_launches: How many starts fail before one works.
        open_sessions: Sessions in use. If it is not 0 after a run, something leaked.
        launches: Starts that were tried.
        domain: Of its cookies.
    """

    answer: Callable[[str, FakeSession], Answer | Awaitable[Answer]]
    launch_s: float = 0.0
    fail_launches: int = 0
    name: str = "double"
    open_sessions: int = 0
    launches: int = 0
    domain: str = "double"

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """See ``ports.Backend``."""
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        self.launches += 1
        await anyio.sleep(self.launch_s)
        if self.fail_launches > 0:
            self.fail_launches -= 1
            raise LaunchError("the browser did not start")
        session = FakeSession(self.answer, profile, domain=self.domain)
        if profile.state is not None and profile.state.exists():
            await session.load_state(profile.state)
        self.open_sessions += 1
        try:
            yield session
        finally:
            self.open_sessions -= 1


@dataclass(slots=True)
class FakeSession:
    """One session in memory.

    Attributes:
        jar: Its cookies, by name.
        lost: Whether its browser is gone.
        shown: What was opened, by its URL.
        pids: None: no process is behind it.
    """

    answer: Callable[[str, FakeSession], Answer | Awaitable[Answer]]
    profile: Profile
    jar: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    shown: dict[str, Document] = field(default_factory=dict)
    pids: Sequence[int] = ()
    domain: str = "double"

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """See ``ports.Session``."""
        answer = await self._ask(url)
        if not isinstance(answer, Document):
            raise PageError(f"{url}: a file came instead of a page")
        self.shown[url] = answer
        return answer

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``. A filled form is a cookie a field, named for its selector."""
        document = await self.open(url)
        while not until(document) and (step := fill(document)) is not None:
            self.jar.update(step.fields)
            document = await self.open(url)
        return document

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """See ``ports.Session``. A control is followed where it links to."""
        document = await self.open(url)
        while not turner(document) and (link := _link(document, turner.control())):
            document = await self.open(link)
        return document

    async def download(self, url: str, into: Path) -> Download:
        """See ``ports.Session``."""
        answer = await self._ask(url)
        if isinstance(answer, Document):
            raise NotAFileError(answer.url, answer.via)
        assert isinstance(answer, Body)  # noqa: S101 - the one kind left
        await worker_threads.run(partial(into.write_bytes, answer.data))
        return Download(
            path=into,
            suggested_name=answer.name,
            size_bytes=len(answer.data),
            expected_bytes=len(answer.data),
            sha256=hashlib.sha256(answer.data).hexdigest(),
            head=answer.data[:HEAD_BYTES],
            tail=answer.data[-TAIL_BYTES:],
            via=answer.via or (url,),
        )

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``."""
        self._alive()
        return [Cookie(name=name, value=value, domain=self.domain) for name, value in self.jar.items()]

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        write_state(path, await self.cookies())  # small, and no thread has a place in virtual time

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        self._alive()
        self.jar = {item.name: item.value for item in read_state(path)}

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``. Without a screen there is no picture."""
        self._alive()
        shown = self.shown.get(url) or await self.open(url)
        await anyio.Path(into.with_name(f"{into.name}.html")).write_text(shown.html, encoding="utf-8")
        return shown.url

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``. A PDF by its first bytes only."""
        self._alive()
        await anyio.Path(into).write_bytes(b"%PDF-1.4\n" + html.encode())

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``. A PDF by its first bytes only."""
        document = await self.open(url)
        await self.print_pdf(document.html, into)
        return document

    async def _ask(self, url: str) -> Document | Body:
        self._alive()
        await anyio.lowlevel.checkpoint()
        answer = self.answer(url, self)
        if isawaitable(answer):
            answer = await answer
        if isinstance(answer, Hang):
            await anyio.sleep_forever()
        if isinstance(answer, CoupaError):
            self.lost = self.lost or isinstance(answer, SessionLostError)
            raise answer
        assert not isinstance(answer, Hang)  # noqa: S101 - it has slept for ever
        return answer

    def _alive(self) -> None:
        if self.lost:
            raise SessionLostError("the browser is gone")


def _link(document: Document, selector: str) -> str:
    """Return where an element of a page leads; empty if it leads nowhere."""
    element = LexborHTMLParser(document.html).css_first(selector) if selector else None
    link = element.attributes.get("href") if element is not None else None
    return urljoin(document.url, link) if link else ""
