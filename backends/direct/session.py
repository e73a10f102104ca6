"""The direct lane: pages and files over HTTP with a browser session's cookies.

What HTTP cannot do goes to a fallback browser: sign-ins, pictures, PDFs, and pages that scripts draw. In the lane
``auto`` everything goes there if the tenant refuses HTTP but not the browser (a device-bound session, conditional
access, a proxy that only the browser can use). The first page shows that; it is the engine's probe of the sign-in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from backends.browser.chromium import BrowserOptions
from backends.browser.storage_state import read_state, write_state
from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from backends.direct.fallback_browser import FallbackBrowser
from backends.direct.user_agent import agent_of
from coupa_async.domain.errors import ExcessivePageError, UnreachableError
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.pages.page import UnknownPage, is_signed_out, read_page
from coupa_async.domain.pages.sign_in import Trace, sign_in_trace
from coupa_async.domain.policies.retry import is_busy
from coupa_async.ports import (
    A4,
    Backend,
    Cookie,
    Document,
    Download,
    Fill,
    PageTurner,
    Paper,
    Profile,
    Session,
    accept_any,
)
from coupa_async.runtime import worker_threads
from coupa_async.runtime.cleanup import cleanup, plain_errors

_SCRIPTS = "its scripts draw what it announces"
_UNKNOWN = "over HTTP it is none of the known pages"
_REFUSED = "HTTP is refused though the browser is signed in"


class DirectBackend:
    """Sessions over HTTP, each with a fallback browser that is opened when needed."""

    name = "direct"

    def __init__(self, options: BrowserOptions, browser: Backend, base_url: str, *, is_forced: bool) -> None:
        """Make the backend.

        Args:
            options: Time-outs, certificates, and where the browser is.
            browser: Starts the fallback browsers.
            base_url: The tenant's address. Only its origin gets the session's cookies.
            is_forced: Whether refused HTTP is an error, instead of a reason to use the browser.
        """
        self._options = replace(options, targets=options.targets or Targets(base_url=base_url))
        self._browser = browser
        self._base_url = base_url
        self._is_forced = is_forced
        self._agent = ""

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a session. No browser is started yet.

        Raises:
            SettingsError: If the client certificate cannot be used.
        """
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        jar = Jar(self._base_url)
        profile.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if profile.state is not None and profile.state.exists():
            jar.replace(await to_thread.run_sync(read_state, profile.state))
        self._agent = self._agent or await agent_of(self._options, profile.state)
        http = connect(self._options)
        try:
            client = Client(http, jar, self._options, self._agent)
            with plain_errors():
                async with anyio.create_task_group() as tasks:
                    fallback = FallbackBrowser(self._browser, profile, jar, tasks)
                    session = DirectSession(client, fallback, jar, profile, self._base_url, is_forced=self._is_forced)
                    yield session
                    tasks.cancel_scope.cancel("the session is over")
        finally:
            await cleanup(f"the connections of {profile.name}", http.aclose, within_s=self._options.close_timeout_s)


class DirectSession:
    """The tenant over HTTP, with a fallback browser."""

    def __init__(
        self, client: Client, fallback: FallbackBrowser, jar: Jar, profile: Profile, base_url: str, *, is_forced: bool
    ) -> None:
        self._client = client
        self._fallback = fallback
        self._jar = jar
        self._profile = profile
        self._base_url = base_url
        self._is_forced = is_forced
        self._works = False
        self._is_vouched = False
        self._left = ""

    @property
    def pids(self) -> Sequence[int]:
        """See ``ports.Session``."""
        return self._fallback.pids

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """See ``ports.Session``."""
        if self._left:
            return await self._hand_back(url, until, self._left)
        # A page asked for before a sign-in says nothing of HTTP after it.
        is_vouched = self._is_vouched
        try:
            document = await self._client.page(url)
        except UnreachableError as error:
            if self._works or self._is_forced:
                raise
            return await self._leave(url, until, f"HTTP does not get through: {error}")
        if self._is_out(document):
            may_try = is_vouched and self._is_vouched and not self._is_forced
            return await self._leave(url, until, _REFUSED) if may_try else document
        self._works, self._is_vouched = True, False
        if sign_in_trace(url, document.via, document.url, self._base_url) is Trace.PASSED:
            return document  # it says who is signed in, not what was asked: no browser need look at it
        reason = await self._shortcoming(document, until)
        return await self._hand_back(url, until, reason) if reason else document

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """See ``ports.Session``. What scripts show is the browser's."""
        async with self._fallback.use() as browser:
            return await browser.turn_pages(url, turner)

    async def download(self, url: str, into: Path) -> Download:
        """See ``ports.Session``."""
        if not self._left:
            return await self._client.file(url, into)
        async with self._fallback.use() as browser:
            return await browser.download(url, into)

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``."""
        async with self._fallback.use() as browser:
            document = await browser.sign_in(url, fill, until=until, within_s=within_s)
        self._client.agent = self._fallback.agent or self._client.agent
        self._is_vouched = until(document)
        return document

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``."""
        return self._jar.cookies()

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        like = self._profile.state
        if self._fallback.is_open:
            async with self._fallback.use() as browser:
                await browser.save_state(path)
            like = path
        await to_thread.run_sync(partial(write_state, path, self._jar.cookies(), like=like))

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``."""
        self._jar.replace(await to_thread.run_sync(read_state, path))
        self._is_vouched = True

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``."""
        async with self._fallback.use() as browser:
            return await browser.snapshot(url, into)

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        async with self._fallback.use() as browser:
            await browser.print_pdf(html, into)

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``."""
        async with self._fallback.use() as browser:
            return await browser.print_page(url, into, paper=paper)

    def _is_out(self, document: Document) -> bool:
        return is_signed_out(document.url, self._base_url) or document.status in (401, 403)

    async def _shortcoming(self, document: Document, until: Callable[[Document], bool]) -> str:
        """Return what a page lacks that a browser may show; empty if nothing."""
        if until is accept_any or (document.status is not None and is_busy(document.status)):
            return ""
        try:
            lack = partial(self._lack, document, until)
            return await worker_threads.parse(lack, document.html, bounds=self._client.bounds)
        except ExcessivePageError as error:
            return str(error)  # a browser shows no more of it than it can

    def _lack(self, document: Document, until: Callable[[Document], bool]) -> str:
        if isinstance(read_page(document.html, document.url, self._base_url, self._client.bounds), UnknownPage):
            return _UNKNOWN
        return "" if until(document) else _SCRIPTS

    async def _hand_back(self, url: str, until: Callable[[Document], bool], reason: str) -> Document:
        async with self._fallback.use() as browser:
            document = await browser.open(url, until=until)
        return replace(document, fallback_reason=reason)

    async def _leave(self, url: str, until: Callable[[Document], bool], reason: str) -> Document:
        """Try the browser. If it succeeds where HTTP did not, use it for everything from now on."""
        document = await self._hand_back(url, until, reason)
        is_straight = sign_in_trace(url, document.via, document.url, self._base_url) is Trace.NONE
        if is_straight and not self._is_out(document):  # else the browser was signed out as well, until just now
            self._left = reason
        return document
