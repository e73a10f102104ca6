"""The fake backend on the recorded site, which it asks over plain HTTP.

This is the control arm of a comparison: what fails here is not a browser's fault. It runs no scripts. So it asks the
site for pages as they are after their scripts, and sends the forms that scripts would send. On asyncio only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import aiohttp
from selectolax.lexbor import LexborHTMLParser

from backends.browser.chromium import ResponseHead
from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.domain.errors import BrokenDownloadError, CoupaError, RefusedDownloadError, UnreachableError
from coupa_async.ports import Document

_HOPS = 10
_SSO_COOKIE = "sso"  # the second origin's; a jar by name has no other way to tell
_TIMEOUT = aiohttp.ClientTimeout(total=60)


def recorded_backend(base_url: str) -> FakeBackend:
    """Make the fake backend that asks the recorded site at ``base_url``."""
    return FakeBackend(answers(base_url))


def answers(base_url: str) -> Callable[[str, FakeSession], Awaitable[Answer]]:
    """Make the function that answers for the site."""

    async def answer(url: str, session: FakeSession) -> Answer:
        typed = {selector: session.jar.pop(selector) for selector in [*session.jar] if "[" in selector}
        is_file = "/attachment/" in urlsplit(url).path
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=_TIMEOUT) as client:
                walk = _Walk(client, session, base_url)
                head, data = await walk.get(url)
                if typed:
                    head, data = await walk.submit(head, data, typed)
        except BrokenDownloadError as broken:
            return broken if is_file else UnreachableError(f"{url}: {broken}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return UnreachableError(f"{url}: {error or type(error).__name__}")
        return _as_answer(head, data, tuple(walk.via), is_file=is_file)

    return answer


def _as_answer(head: ResponseHead, data: bytes, via: tuple[str, ...], *, is_file: bool) -> Document | Body | CoupaError:
    wait_s = head.retry_after_s(datetime.now(UTC))
    if is_file and head.status != 200:
        return RefusedDownloadError(head.status, wait_s)
    if head.is_page or not is_file:
        html = data.decode(errors="replace")
        return Document(url=head.url, html=html, status=head.status, retry_after_s=wait_s, via=via)
    return Body(data=data, name=head.file_name, via=(*via, head.url))


class _Walk:
    """Requests from link to link, with the session's cookies on the tenant's own origin only.

    Attributes:
        via: What was asked on the way to the last answer.
    """

    def __init__(self, client: aiohttp.ClientSession, session: FakeSession, base_url: str) -> None:
        self.via: list[str] = []
        self._client = client
        self._session = session
        self._base_url = base_url

    async def get(self, url: str, data: dict[str, str] | None = None) -> tuple[ResponseHead, bytes]:
        """Send a request and follow redirects."""
        for _ in range(_HOPS):
            is_own = url.startswith(f"{self._base_url}/")
            jar = {name: value for name, value in self._session.jar.items() if (name == _SSO_COOKIE) != is_own}
            headers = {"X-Scripts": "done", "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
            method = "GET" if data is None else "POST"
            async with self._client.request(method, url, data=data, headers=headers, allow_redirects=False) as reply:
                self._session.jar.update({name: item.value for name, item in reply.cookies.items()})
                if 300 <= reply.status < 400:
                    self.via.append(url)
                    url, data = urljoin(url, reply.headers["Location"]), None
                    continue
                names = {name.lower(): value for name, value in reply.headers.items()}
                head = ResponseHead(url=url, status=reply.status, headers=names)
                try:
                    body = await reply.read()
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    raise BrokenDownloadError(f"the transfer broke off ({error or type(error).__name__})") from error
            if not (head.is_page and b".submit()</script>" in body):
                return head, body
            self.via.append(url)
            url, data = _filled(head, body, {})
        raise aiohttp.ClientError(f"more than {_HOPS} redirects")

    async def submit(self, head: ResponseHead, data: bytes, typed: dict[str, str]) -> tuple[ResponseHead, bytes]:
        """Send the page's form as a browser would, with what was typed into it; a page without one is the answer."""
        if LexborHTMLParser(data.decode()).css_first("form") is None:
            return head, data
        self.via.append(head.url)
        return await self.get(*_filled(head, data, typed))


def _filled(head: ResponseHead, data: bytes, typed: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return where a page's form is sent to, and its fields."""
    form = LexborHTMLParser(data.decode()).css("form")[0]
    fields = {str(item.attributes["name"]): item.attributes.get("value") or "" for item in form.css("input[name]")}
    for selector, text in typed.items():
        if (entry := form.css_first(selector)) is not None:
            fields[str(entry.attributes["name"])] = text
    return urljoin(head.url, form.attributes.get("action") or ""), fields
