"""The download of a Selenium tab, from its announcement to its end."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio import to_thread

from backends.browser.chromium import ANNOUNCE_S
from backends.selenium.bidi import BidiConnection
from coupa_async.domain.errors import BrokenDownloadError, PageError
from coupa_async.runtime.disk_space import Room

_PARTIAL = ".crdownload"
_LOOK_S = 1.0
_numbers = count()


class Transfer:
    """One download.

    Attributes:
        name: That the browser was told to give its file; of one name, Chromium keeps the last file.
        is_over: Set when it has ended, well or badly.
    """

    def __init__(self, bidi: BidiConnection) -> None:
        self.name = ""
        self.is_over = anyio.Event()
        self._bidi = bidi
        self._id = ""
        self._is_announced = anyio.Event()
        self._end: Mapping[str, Any] = {}

    def name_file(self) -> str:
        """Choose a name for its file."""
        self.name = f"download-{next(_numbers)}"
        return self.name

    def has_begun(self, params: Mapping[str, Any]) -> None:
        """Take note of ``browsingContext.downloadWillBegin``."""
        self._id = str(params.get("download") or "")
        self._is_announced.set()

    def has_ended(self, params: Mapping[str, Any]) -> None:
        """Take note of ``browsingContext.downloadEnd``."""
        self._end = params
        self._is_announced.set()
        self.is_over.set()

    async def finish(self, into: Path, heard: Callable[[], None], room: Room, files: Path | None) -> None:
        """Wait for its end and bring its file to ``into``.

        Raises:
            BrokenDownloadError: If it broke off.
            FileTooLargeError: If it grows too large.
        """
        with anyio.move_on_after(ANNOUNCE_S):
            await self._is_announced.wait()
        if not self._is_announced.is_set():
            raise BrokenDownloadError("the transfer broke off before the browser announced it")
        await self._wait(heard, room, files)
        if self._end["status"] != "complete":
            raise BrokenDownloadError("the transfer broke off (canceled)")
        if files is None:
            # Not by the name it was given: a transfer that the browser took up again has its own.
            name = PureWindowsPath(self._end["filepath"]).name  # reads both systems' paths
            await self._bidi.call("the Grid's file", partial(self._from_grid, name, into), within_s=math.inf)
        else:
            await to_thread.run_sync(shutil.move, self._end["filepath"], into)

    async def cancel(self) -> None:
        """Make the browser end it, because it would go on without its tab. BiDi has no command for that."""
        if not self._id or self.is_over.is_set():
            return
        with suppress(PageError):  # it ended meanwhile
            params = {"guid": self._id}
            await self._bidi.command("goog:cdp.sendCommand", method="Browser.cancelDownload", params=params)

    async def remove_part(self, files: Path | None) -> None:
        """Remove what has come of its file."""
        if files is not None and self.name:
            part = files / f"{self.name}{_PARTIAL}"
            await to_thread.run_sync(partial(part.unlink, missing_ok=True))

    async def _wait(self, heard: Callable[[], None], room: Room, files: Path | None) -> None:
        """Wait for its end, and say whenever its file has grown: no event tells how far it has come.

        A Grid node's files cannot be seen from here: there, only the whole time is bounded.
        """
        part, size_bytes = files / f"{self.name}{_PARTIAL}" if files is not None else None, 0
        while not self.is_over.is_set():
            with anyio.move_on_after(_LOOK_S):
                await self.is_over.wait()
            now_bytes = await to_thread.run_sync(_size_of, part) if part is not None else size_bytes + 1
            if part is not None:
                room.check_size(now_bytes)
            if now_bytes > size_bytes:
                heard()
            size_bytes = now_bytes

    def _from_grid(self, name: str, into: Path) -> None:
        """Fetch the file from a Grid's managed downloads: https://www.selenium.dev/documentation/grid/."""
        driver: Any = self._bidi.driver
        with TemporaryDirectory() as folder:  # beside `into`, a file of that name may be another's
            driver.download_file(name, folder)
            shutil.move(Path(folder) / name, into)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # not begun, or ended meanwhile
