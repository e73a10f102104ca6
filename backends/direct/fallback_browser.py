"""The fallback browser of the direct lane: opened when first needed, and shared, with the same cookies."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup, TaskStatus

from backends.browser.storage_state import write_state
from backends.direct.cookies import Jar, Key, key_of
from coupa_async.ports import Backend, Profile, Session

# A page of its own that says what its browser calls itself: the one way that every backend has to ask.
_ASK_AGENT = "data:text/html,<p></p><script>document.querySelector('p').textContent=navigator.userAgent</script>"
# Over HTTP many orders are worked on at once; a browser takes memory for each.
_AT_ONCE = 4
_AGENT = re.compile(r"<p>([^<]+)</p>")


class FallbackBrowser:
    """One browser session at most.

    Attributes:
        agent: The User-Agent of the browser; empty before it was opened.
    """

    def __init__(self, backend: Backend, profile: Profile, jar: Jar, tasks: TaskGroup) -> None:
        self.agent = ""
        self._backend = backend
        self._profile = profile
        self._jar = jar
        self._tasks = tasks
        self._session: Session | None = None
        self._one = anyio.Lock()
        self._places = anyio.Semaphore(_AT_ONCE)
        self._users = 0
        self._state = profile.directory.with_name(f"{profile.directory.name}.state.json")
        self._known: dict[Key, str] = {}
        self._version = -1

    @property
    def pids(self) -> Sequence[int]:
        """Its root processes."""
        return self._session.pids if self._session else ()

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self._session is not None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Session]:
        """Use the browser with the jar's cookies. Cookies that it renews go into the jar.

        Raises:
            LaunchError: If it does not start.
            BrowserMissingError: If there is no browser to start.
        """
        async with self._places:
            async with self._one:
                session = self._session or await self._tasks.start(self._own, name=f"{self._profile.name}, behind HTTP")
                await self._push(session)
                self._users += 1
            try:
                yield session
            finally:
                self._users -= 1
            await self._pull(session)

    async def _own(self, *, task_status: TaskStatus[Session]) -> None:
        """Own the browser: its context is entered and left in this one task, whichever task asks for it."""
        profile = replace(self._profile, name=f"{self._profile.name}-browser")
        if cookies := self._jar.cookies():  # a profile may be signed in by itself, and an empty state would undo that
            await to_thread.run_sync(lambda: write_state(self._state, cookies, like=self._profile.state))
            profile = replace(profile, state=self._state)
        try:
            async with self._backend.session(profile) as session:
                page = await session.open(_ASK_AGENT, until=lambda document: "Mozilla/" in document.html)
                found = _AGENT.search(page.html)
                self.agent = html.unescape(found[1]) if found else ""
                await self._pull(session)
                self._session = session
                task_status.started(session)
                await anyio.sleep_forever()
        finally:
            self._state.unlink(missing_ok=True)

    async def _push(self, session: Session) -> None:
        """Give the browser the cookies that were renewed over HTTP, when it has no page in work.

        A sign-in of another session does not wait for that.
        """
        fresh = [cookie for cookie in self._jar.cookies() if self._known.get(key_of(cookie)) != cookie.value]
        if not fresh or (self._users and self._version == self._jar.version):
            return
        await session.save_state(self._state)
        await to_thread.run_sync(lambda: write_state(self._state, self._jar.cookies(), like=self._state))
        await session.load_state(self._state)
        await self._pull(session)

    async def _pull(self, session: Session) -> None:
        found = await session.cookies()
        self._jar.merge(item for item in found if self._known.get(key_of(item)) != item.value)
        self._known = {key_of(item): item.value for item in found}
        self._version = self._jar.version
