"""Stands before every page: refuses what must not be asked, and says in each answer what a browser may do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from coupa_async.services.languages.catalogue import best_language, catalogue
from coupa_async.web.serving.access import Access, Refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Site = Callable[[Scope, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# Not "no-referrer": with it, browsers send forms with the origin "null".
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class AccessMiddleware:
    """ASGI middleware around the whole site."""

    def __init__(self, site: Site, access: Access, seen: Callable[[], None]) -> None:
        """Make one.

        Args:
            site: What is guarded.
            access: Decides.
            seen: Called for each request that was let through: somebody is there.
        """
        self._site = site
        self._access = access
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._access.refuse(scope["method"], scope["path"], headers)
        if refusal is not None:
            language = best_language(headers.get("accept-language", ""))
            await refuse(refusal, _with_headers(send, is_kept=False), language)
            return
        self._seen()
        await self._site(scope, receive, _with_headers(send, is_kept="/static/" in scope["path"]))


async def refuse(refusal: Refusal, send: Send, language: str) -> None:
    """Answer with a refusal, and close the connection: what else comes on it is not read."""
    body = f"{catalogue(language).gettext(refusal.text)}\n".encode()
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": refusal.status, "headers": [*head, (b"connection", b"close")]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send, *, is_kept: bool) -> Send:
    own = _HEADERS | {"cache-control": "no-cache" if is_kept else "no-store"}

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            theirs = [(name, value) for name, value in message.get("headers", []) if name.decode().lower() not in own]
            message["headers"] = [*theirs, *((name.encode(), value.encode()) for name, value in own.items())]
        await send(message)

    return sent
