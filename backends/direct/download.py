"""A partial download: written through a bounded buffer, hashed on the way, and resumed where it broke off."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

from backends.browser.chromium import ResponseHead
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import BrokenDownloadError, StorageError
from coupa_async.domain.files.content import HEAD_BYTES
from coupa_async.domain.files.endings import last_bytes
from coupa_async.ports import Download
from coupa_async.runtime import worker_threads
from coupa_async.runtime.disk_errors import is_held, private, shown, translate_os_error
from coupa_async.runtime.disk_space import Room

_BOUNDS = Bounds()
_BUFFER_BYTES = 1 << 20


class PartialDownload:
    """The part of a file that has come.

    Attributes:
        size_bytes: How many bytes are written.
    """

    def __init__(self, path: Path, bounds: Bounds = _BOUNDS) -> None:
        self.size_bytes = 0
        self._path = path
        self._room = Room(path, bounds)
        self._head: ResponseHead | None = None
        self._first = b""
        self._last = b""
        self._digest = hashlib.sha256()

    @property
    def can_go_on(self) -> bool:
        """Whether the server can send the rest of exactly this file."""
        return self.size_bytes > 0 and bool(self._tag)

    def wanted(self) -> dict[str, str]:
        """Return the headers that ask for the missing part (RFC 9110 §14.2, §13.1.5)."""
        return {"Range": f"bytes={self.size_bytes}-", "If-Range": self._tag} if self.can_go_on else {}

    def begin(self, head: ResponseHead) -> None:
        """Go on with an answer that has the missing part; start again with one that has the whole file.

        Raises:
            BrokenDownloadError: If it has another part.
            FileTooLargeError: If it announces more than is allowed.
        """
        if head.status == 206 and self.size_bytes:
            if not head.headers.get("content-range", "").startswith(f"bytes {self.size_bytes}-"):
                raise BrokenDownloadError("the transfer broke off, and what came then was not the rest")
            return
        self._room.check_size(head.length)
        self._head, self._digest, self._first, self._last, self.size_bytes = head, hashlib.sha256(), b"", b"", 0

    async def fill(self, chunks: AsyncIterator[bytes], moved: Callable[[], None]) -> None:
        """Write what comes. Bytes that came before an error are written, too.

        Args:
            chunks: The bytes.
            moved: Called for each piece.

        Raises:
            FileTooLargeError: If it is more than is allowed, or than the disk has room for.
            FileInUseError: If another program holds the file.
            StorageError: If the disk takes no more at all.
        """
        held: list[bytes] = []
        size = 0
        try:
            async for chunk in chunks:
                moved()
                held.append(chunk)
                size += len(chunk)
                if size >= _BUFFER_BYTES:
                    await worker_threads.run(partial(self._write, held))
                    held, size = [], 0
        finally:
            await worker_threads.run(partial(self._write, held))

    def download(self, via: tuple[str, ...] = ()) -> Download:
        """Return the complete download, which came by way of these addresses."""
        assert self._head is not None  # noqa: S101 - it has begun
        return Download(
            path=self._path,
            suggested_name=self._head.file_name,
            size_bytes=self.size_bytes,
            expected_bytes=self._head.length,
            sha256=self._digest.hexdigest(),
            head=self._first,
            tail=self._last,
            via=via,
        )

    @property
    def _tag(self) -> str:
        """The strong validator of the file; empty if the server offers no ranges."""
        headers = self._head.headers if self._head else {}
        tag = headers.get("etag", "")
        offered = headers.get("accept-ranges", "").lower() == "bytes" and "content-encoding" not in headers
        return tag if offered and tag.isascii() and tag.startswith('"') else ""

    def _write(self, chunks: Sequence[bytes]) -> None:
        coming_bytes = self.size_bytes + sum(map(len, chunks))
        whole_bytes = max(coming_bytes, (self._head.length if self._head else None) or 0)
        try:
            self._room.check(self.size_bytes, whole_bytes)
            with open(self._path, "ab" if self.size_bytes else "wb", opener=private) as file:
                for chunk in chunks:
                    file.write(chunk)
                    self._digest.update(chunk)
                    self._first += chunk[: HEAD_BYTES - len(self._first)]
                    self.size_bytes += len(chunk)
            self._last = last_bytes(self._last, chunks)
        except OSError as error:
            self._room.full(error, self.size_bytes, whole_bytes)
            if is_held(error):
                raise translate_os_error(error, self._path) from error
            text = f"{shown(self._path)}: {error.strerror}: free space or permissions, then run again"
            raise StorageError(text) from error
