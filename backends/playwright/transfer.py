"""The download of a Playwright tab, from its announcement to its end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread
from playwright.async_api import Download as Announced

from backends.browser.chromium import ANNOUNCE_S
from backends.browser.tab_pool import Spawn
from coupa_async.domain.errors import BrokenDownloadError
from coupa_async.runtime.disk_space import Room


class Transfer:
    """One download."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._announced: list[Announced] = []
        self._is_announced = anyio.Event()
        self._received_bytes = 0
        self._heard: Callable[[], None] = _nobody
        self._room: Room | None = None

    def expect(self, heard: Callable[[], None], room: Room) -> None:
        """Set who is told of progress, and who refuses a file that is too large."""
        self._heard, self._room = heard, room

    def has_begun(self, announced: Announced) -> None:
        """Take note of Playwright's ``download``."""
        self._heard()
        self._announced.append(announced)
        self._is_announced.set()

    def has_progressed(self, event: dict[str, Any]) -> None:
        """Take note of ``Page.downloadProgress``; a transfer that is too large is ended."""
        received_bytes = event.get("receivedBytes")
        if not isinstance(received_bytes, int | float) or received_bytes <= self._received_bytes:
            return
        self._received_bytes = int(received_bytes)
        self._heard()
        if self._room is not None and self._room.is_over(self._received_bytes):
            for announced in self._announced:
                self._spawn(announced.cancel)

    async def finish(self, into: Path, room: Room, *, is_remote: bool) -> None:
        """Wait for its end and bring its file to ``into``.

        Raises:
            BrokenDownloadError: If it broke off.
            FileTooLargeError: If it grows too large.
        """
        with anyio.move_on_after(ANNOUNCE_S):
            await self._is_announced.wait()
        if not self._announced:
            raise BrokenDownloadError("the transfer broke off before the browser announced it")
        announced = self._announced[0]
        if failure := await announced.failure():
            room.check_size(self._received_bytes)
            raise BrokenDownloadError(f"the transfer broke off ({failure})")
        if is_remote:
            await announced.save_as(into)
        else:  # a rename, where `save_as` would copy
            await to_thread.run_sync(shutil.move, await announced.path(), into)

    async def cancel(self) -> None:
        """Make the browser end it, and remove the part of its file."""
        for announced in self._announced:
            await announced.cancel()


def _nobody() -> None:
    """Take no note of what came: no file is asked for."""
