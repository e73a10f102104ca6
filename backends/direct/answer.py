"""What a server answered: its head as it came, and its body in pieces, decompressed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import anyio
import anyio.lowlevel

from backends.browser.chromium import ResponseHead
from coupa_async.domain.http.content_coding import PIECE_BYTES, Decoder

_REDIRECTS = (301, 302, 303, 307, 308)
_SHORT_BYTES, _SHORT_S = 1 << 16, 0.5  # what a redirect's body may cost before its connection is given up instead


class Answer:
    """An answer with its body unread.

    Attributes:
        head: Its status and headers. Each byte of a value is a character of its own, for who reads it knows its coding.
        cookies: Its Set-Cookie headers.
        location: Where it redirects to; empty if it does not.
    """

    def __init__(self, response: aiohttp.ClientResponse, url: str) -> None:
        self._response = response
        headers: dict[str, str] = {}
        self.cookies: list[str] = []
        for key, value in response.raw_headers:
            name = key.decode("latin-1").lower()
            text = value.decode("latin-1")
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
            if name == "set-cookie":
                self.cookies.append(_readable(value))
        self.head = ResponseHead(url=url, status=response.status, headers=headers)
        location = headers.get("location", "") if response.status in _REDIRECTS else ""
        self.location = _readable(location.encode("latin-1"))

    @property
    def received_bytes(self) -> int:
        """The bytes of its body that have come, as they were sent."""
        return self._response.content.total_bytes

    def pieces(self) -> AsyncIterator[bytes]:
        """Return the body as it comes.

        Raises:
            aiohttp.ClientError: If it does not come whole.
            NotCompressedError: If it is not compressed as its head says.
        """
        coding = self.head.headers.get("content-encoding", "")
        return self._decoded(Decoder(coding)) if coding else self._response.content.iter_any()

    async def _decoded(self, decoder: Decoder) -> AsyncIterator[bytes]:
        async for data in self._response.content.iter_any():
            for piece in decoder.feed(data):
                yield piece
                if len(piece) >= PIECE_BYTES:  # out of much less that came: nothing was waited for
                    await anyio.lowlevel.checkpoint()
        decoder.end()

    async def leave_fit(self) -> None:
        """Read the body if it is short, so that its connection can be used again."""
        if self._response.content.is_eof():
            return
        size = 0
        with anyio.move_on_after(_SHORT_S):
            async for piece in self._response.content.iter_any():
                size += len(piece)
                if size > _SHORT_BYTES:
                    return

    def release(self) -> None:
        """Give the connection back if the whole body was read, and close it otherwise."""
        self._response.release()


def _readable(value: bytes) -> str:
    """Decode a header that is sent on: as UTF-8, which most servers mean, else as Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
