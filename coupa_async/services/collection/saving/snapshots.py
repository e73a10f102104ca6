"""Keeps snapshots of pages: made harmless, and readable for the user alone."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.recording.snapshot import harmless
from coupa_async.ports import Session
from coupa_async.runtime.isolated import answer, read_apart
from coupa_async.runtime.temporary_files import staged, temporary_folder

_BOUNDS = Bounds()


async def keep_snapshot(
    session: Session,
    url: str,
    into: Path,
    *,
    keeps: Callable[[str], bool] = lambda shown: True,
    bounds: Bounds = _BOUNDS,
) -> bool:
    """Write a page as ``into``.png and, made harmless, as ``into``.html, both for the user alone.

    The original page is only in a private temporary folder, which a later run removes if this one is killed. If a page
    cannot be made harmless in time, the HTML file has a line that says so.

    Args:
        session: Shows it.
        url: Which page.
        into: Where to, without an ending.
        keeps: Whether a page may be kept, by the address that it turned out to have.
        bounds: Limits on what the page may make the program do.

    Returns:
        Whether it was kept.

    Raises:
        SessionLostError: As ``Session.snapshot``, like all others.
        OSError: If the disk takes no more.
    """
    async with _private_folder() as folder:
        raw = folder / "page"
        if not keeps(await session.snapshot(url, raw)):
            return False
        arguments = [str(folder / "page.html"), str(bounds.page_bytes), str(bounds.parse_s)]
        html, trouble = await read_apart(__name__, arguments, within_s=bounds.parse_s)
        page = html or f"<!DOCTYPE html>\n<p>The page was not kept: {trouble.replace('<', '&lt;')}</p>\n".encode()
        await to_thread.run_sync(_publish, page, into.with_name(f"{into.name}.html"))
        picture = folder / "page.png"
        if await to_thread.run_sync(picture.exists):
            data = await to_thread.run_sync(picture.read_bytes)
            await to_thread.run_sync(_publish, data, into.with_name(f"{into.name}.png"))
    return True


def _publish(data: bytes, target: Path) -> None:
    with staged(target) as ours:
        handle = os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle, which has the mode from the beginning
            file.write(data)
        ours.replace(target)


@asynccontextmanager
async def _private_folder() -> AsyncIterator[Path]:
    stack = ExitStack()
    folder = await to_thread.run_sync(partial(stack.enter_context, temporary_folder()))
    try:
        yield folder
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(stack.close)


def _main(path: str, limit_bytes: str, within_s: str) -> int:
    def read() -> bytes:
        if Path(path).stat().st_size > int(limit_bytes):
            raise ValueError(f"it has over {int(limit_bytes):,} bytes")
        html = Path(path).read_text(encoding="utf-8", errors="replace")
        return harmless(html).encode("utf-8", "replace")

    return answer(read, within_s=float(within_s), known=(ValueError, OSError))


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
