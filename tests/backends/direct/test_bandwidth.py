"""What a server sees of a bound on the bandwidth in the direct lane."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from backends.direct.paced import paced
from coupa_async.runtime.bandwidth import Bandwidth
from tests.backends.conftest import OPTIONS
from tests.fakes.raw_server import head, raw_server

pytestmark = pytest.mark.anyio
PIECE, PIECES, FILES = bytes(50_000), 60, 6


async def test_several_files_at_once_come_as_fast_as_is_allowed_and_no_faster(tmp_path: Path) -> None:
    per_s = 6_000_000
    sent: list[tuple[float, int]] = []

    async def answer(path: str) -> AsyncIterator[bytes]:
        yield head(f"Content-Length: {len(PIECE) * PIECES}", 'ETag: "1"', kind="application/pdf")
        for _ in range(PIECES):
            yield PIECE
            sent.append((time.monotonic(), len(PIECE)))

    options = replace(OPTIONS, bandwidth=Bandwidth(per_s))
    async with raw_server(answer, send_bytes=1 << 15) as server, connect(options) as http:
        client = Client(http, Jar(server.url), options, "a browser")
        began_s = time.monotonic()

        async def fetch(number: int) -> None:
            download = await client.file(f"{server.url}/{number}", tmp_path / f"{number}.part")
            assert download.size_bytes == len(PIECE) * PIECES

        async with anyio.create_task_group() as tasks:
            for number in range(FILES):
                tasks.start_soon(fetch, number)
        seconds = time.monotonic() - began_s
    whole = FILES * PIECES * len(PIECE)
    assert whole / seconds == pytest.approx(per_s, rel=0.15)
    # And it is the server that is slowed down, not only our disk: in the middle, it sends no faster either.
    middle = [size for at_s, size in sent if 0.2 <= (at_s - began_s) / seconds <= 0.7]
    assert sum(middle) / (0.5 * seconds) == pytest.approx(per_s, rel=0.15)


async def test_a_page_is_paid_for_and_is_not_late_because_of_that(tmp_path: Path) -> None:
    body = b"<p>" + bytes(200_000)

    async def answer(path: str) -> AsyncIterator[bytes]:
        yield head(f"Content-Length: {len(body)}") + body

    options = replace(OPTIONS, bandwidth=Bandwidth(100_000), page_timeout_s=1.0)
    async with raw_server(answer) as server, connect(options) as http:
        client = Client(http, Jar(server.url), options, "a browser")
        began_s = time.monotonic()
        assert (await client.page(f"{server.url}/order")).status == 200
        assert time.monotonic() - began_s >= 1.8


async def test_our_own_waiting_is_no_silence() -> None:
    waits: list[float] = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(100_000)

    bandwidth = Bandwidth(1_000_000)
    bandwidth.reserve(300_000)
    assert [len(piece) async for piece in paced(pieces(), bandwidth, waits.append)] == [100_000] * 3
    assert len(waits) == 3
    assert waits[0] > 0.2


@pytest.mark.parametrize("files", [4])
async def test_a_file_that_waits_for_others_for_longer_than_a_silence_is_not_given_up(
    tmp_path: Path, files: int
) -> None:
    async def answer(path: str) -> AsyncIterator[bytes]:
        yield head("Content-Length: 100000", kind="application/pdf") + bytes(100_000)

    options = replace(OPTIONS, bandwidth=Bandwidth(100_000), page_timeout_s=0.5, download_timeout_s=60.0)
    async with raw_server(answer) as server, connect(options) as http:
        client = Client(http, Jar(server.url), options, "a browser")
        sizes: list[int] = []

        async def fetch(number: int) -> None:
            sizes.append((await client.file(f"{server.url}/{number}", tmp_path / f"{number}.part")).size_bytes)

        async with anyio.create_task_group() as tasks:
            for number in range(files):
                tasks.start_soon(fetch, number)
    assert sizes == [100_000] * files
