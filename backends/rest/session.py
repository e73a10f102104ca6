"""Sessions on the API: its addresses are asked with a token, all others through the direct lane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from anyio import to_thread

from backends.browser.chromium import BrowserOptions, ResponseHead
from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from backends.rest.token_endpoint import ApiClient
from backends.rest.tokens import Tokens
from coupa_async.domain.api.answers import NotJsonError, read_json, text
from coupa_async.domain.api.device import DeviceCode
from coupa_async.domain.api.errors import NotOverApiError, TokenRefusedError
from coupa_async.domain.api.queries import TOKEN, any_order, attachment_id_of, is_api
from coupa_async.domain.errors import NotAFileError, PageError, RefusedDownloadError
from coupa_async.domain.http.targets import Targets
from coupa_async.domain.pages.page import is_signed_out
from coupa_async.domain.pages.sign_in import origin_of
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
from coupa_async.runtime.cleanup import cleanup

_AGENT = "coupa-async"
_REFUSED = (401, 403)


class RestBackend:
    """Sessions on the API, each with a session of the direct lane for what the API does not give."""

    def __init__(self, options: BrowserOptions, pages: Backend, client: ApiClient, *, is_beside: bool = False) -> None:
        """Make the backend.

        Args:
            options: Time-outs and certificates.
            pages: Opens the tenant's pages, where a person has signed in.
            client: The API's client.
            is_beside: Whether the API is only asked beside the pages, which all else goes to as without it.
        """
        self.name = pages.name if is_beside else "rest"
        self._is_beside = is_beside
        self._options = options
        self._pages = pages
        self._client = client
        self._tokens = Tokens(client)

    def session(self, profile: Profile) -> AbstractAsyncContextManager[Session]:
        """Start a session. Nothing is asked yet.

        Raises:
            SettingsError: If the client certificate cannot be used.
        """
        return self._session(profile)

    @asynccontextmanager
    async def _session(self, profile: Profile) -> AsyncIterator[Session]:
        async with self._connected(profile.name) as client, self._pages.session(profile) as pages:
            yield RestSession(client, self._tokens, pages, self._client.base_url, is_beside=self._is_beside)

    async def sign_in_person(self, show: Callable[[DeviceCode], None]) -> None:
        """Have a person sign in to the API, in whatever browser, and keep the token for later sessions.

        Args:
            show: Called with what the person needs.

        Raises:
            SignInRefusedError: If nobody does, or the tenant gives no token.
            PageError: If it cannot be asked now.
        """
        async with self._connected("the sign-in") as client:
            await self._tokens.sign_in(client, show)

    @asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[Client]:
        http = connect(self._options)
        try:
            yield Client(http, Jar(self._client.base_url), self._options, _AGENT)
        finally:
            await cleanup(f"the API's connections of {name}", http.aclose, within_s=self._options.close_timeout_s)


class RestSession:
    """The API over HTTP, with a session for pages behind it."""

    def __init__(
        self, client: Client, tokens: Tokens, pages: Session, base_url: str, *, is_beside: bool = False
    ) -> None:
        self._is_beside = is_beside
        self._client = client
        self._tokens = tokens
        self._token = ""
        self._pages = pages
        self._base_url = base_url
        self._targets = Targets(base_url=base_url)
        self._opens_files = True

    @property
    def pids(self) -> Sequence[int]:
        """See ``ports.Session``."""
        return self._pages.pids

    async def open(self, url: str, *, until: Callable[[Document], bool] = accept_any) -> Document:
        """See ``ports.Session``. An answer of the API comes as it is, whatever its type and its status."""
        if not is_api(url, self._base_url):
            return await self._pages.open(url, until=until)
        self._token = token = await self._tokens.good(self._client)
        document = await self._with(token).record(url)
        if document.status != 401:
            return document
        self._token = token = await self._tokens.renewed(token, self._client)
        return await self._with(token).record(url)

    async def download(self, url: str, into: Path) -> Download:
        """See ``ports.Session``. A page of the sign-in never comes in a file's place: that is a refusal of the API.

        Raises:
            NotOverApiError: If neither a token nor a sign-in opens the address.
        """
        if is_api(url, self._base_url):
            return await self._content(url, into)
        if self._is_beside or not self._targets.is_tenant(url):
            return await self._pages.download(url, into)
        refused, is_person_in = NotOverApiError(401, url), bool(await self._pages.cookies())
        if self._opens_files or not is_person_in:
            try:
                return await self._with_token(url, into)
            except NotOverApiError as error:
                refused = error
            self._opens_files = refused.status != 401  # then the pages' addresses want a person's sign-in, here as ever
        if not is_person_in:
            raise refused
        try:
            return await self._pages.download(url, into)
        except NotAFileError as error:
            if is_signed_out(error.url, self._base_url):
                raise refused from error
            raise

    async def sign_in(
        self,
        url: str,
        fill: Callable[[Document], Fill | None],
        *,
        until: Callable[[Document], bool],
        within_s: float | None = None,
    ) -> Document:
        """See ``ports.Session``. At the API's own address this gets a new token; no form is filled in."""
        if url != f"{self._base_url}{TOKEN}":
            return await self._pages.sign_in(url, fill, until=until, within_s=within_s)
        self._token = await self._tokens.renewed(self._token, self._client)
        return Document(url=url, html="", status=200)

    async def cookies(self) -> Sequence[Cookie]:
        """See ``ports.Session``. Those of the pages."""
        return await self._pages.cookies()

    async def save_state(self, path: Path) -> None:
        """See ``ports.Session``. That of the pages, if a person has signed in; the token is kept by itself."""
        if self._is_beside or await self._pages.cookies():
            await self._pages.save_state(path)

    async def load_state(self, path: Path) -> None:
        """See ``ports.Session``. That of the pages."""
        if self._is_beside or await to_thread.run_sync(path.exists):
            await self._pages.load_state(path)

    async def snapshot(self, url: str, into: Path) -> str:
        """See ``ports.Session``. Of a page, which a person's sign-in shows.

        Raises:
            PageError: If nobody has signed in.
        """
        await self._check_signed_in(url)
        return await self._pages.snapshot(url, into)

    async def print_pdf(self, html: str, into: Path) -> None:
        """See ``ports.Session``."""
        await self._pages.print_pdf(html, into)

    async def turn_pages(self, url: str, turner: PageTurner) -> Document:
        """See ``ports.Session``. Of a page, which a person's sign-in shows.

        Raises:
            PageError: If nobody has signed in.
        """
        await self._check_signed_in(url)
        return await self._pages.turn_pages(url, turner)

    async def print_page(self, url: str, into: Path, *, paper: Paper = A4) -> Document:
        """See ``ports.Session``. Of a page, which a person's sign-in shows.

        Raises:
            PageError: If nobody has signed in.
        """
        await self._check_signed_in(url)
        return await self._pages.print_page(url, into, paper=paper)

    async def _check_signed_in(self, url: str) -> None:
        if not self._is_beside and not await self._pages.cookies():
            raise PageError(f"{url}: nobody has signed in to see it")

    async def _content(self, url: str, into: Path) -> Download:
        """Fetch an attachment's bytes.

        Raises:
            NotOverApiError: If its record comes instead.
        """
        try:
            return await self._with_token(url, into, is_page=_may_be_record)
        except NotAFileError as error:
            if not _may_be_json(error.text):
                raise
            if _is_record(error.text, attachment_id_of(url)):
                raise NotOverApiError(200, url, is_record=True) from error
        return await self._with_token(url, into)  # a file that is JSON by itself

    async def _with_token(
        self, url: str, into: Path, is_page: Callable[[ResponseHead], bool] = lambda head: head.is_page
    ) -> Download:
        token = await self._tokens.good(self._client)
        try:
            return await self._file(token, url, into, is_page)
        except NotOverApiError as error:
            if error.status != 401 or not is_api(url, self._base_url):
                raise
        token = await self._tokens.renewed(token, self._client)
        try:
            return await self._file(token, url, into, is_page)
        except NotOverApiError as error:
            probe = await self._with(token).record(any_order(self._base_url))
            if probe.status == 401:  # it is the token, once more, and not the file
                raise TokenRefusedError(url) from error
            raise

    async def _file(self, token: str, url: str, into: Path, is_page: Callable[[ResponseHead], bool]) -> Download:
        try:
            return await self._with(token).file(url, into, is_page=is_page)
        except RefusedDownloadError as error:
            if error.status in _REFUSED and self._targets.is_tenant(error.url or url):
                raise NotOverApiError(error.status, error.url or url) from error
            raise
        except NotAFileError as error:
            if self._targets.is_tenant(url) and is_signed_out(error.url, self._base_url):
                raise NotOverApiError(401, url) from error
            raise

    def _with(self, token: str) -> Client:
        """Return the client with a token, for the tenant's own origin and no other."""
        home = origin_of(self._base_url)
        return self._client.with_headers(
            lambda url: {"Authorization": f"Bearer {token}"} if origin_of(url) == home else {}
        )


def _may_be_record(head: ResponseHead) -> bool:
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_marked = head.headers.get("content-disposition", "").strip().lower().startswith("attachment")
    return head.is_page or (kind.endswith("json") and not is_marked)


def _may_be_json(answer: str) -> bool:
    return answer.lstrip()[:1] in ("{", "[")


def _is_record(answer: str, attachment_id: str) -> bool:
    try:
        value = read_json(answer)
    except NotJsonError:
        return False
    return isinstance(value, dict) and text(value, "id") == attachment_id
