"""The direct lane against servers that send what no honest one does: one clear error each, in bounded memory."""

from __future__ import annotations

import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    NotAFileError,
    PageError,
    PageTimeoutError,
)
from tests.backends.conftest import OPTIONS
from tests.backends.direct.conftest import asking, serving
from tests.fakes.raw_server import chunk, head, whole

pytestmark = pytest.mark.anyio
MIB = 2**20


SMALL = replace(OPTIONS, bounds=Bounds(page_bytes=MIB))


async def endless(first: bytes, piece: bytes) -> AsyncIterator[bytes]:
    yield first
    while True:
        yield piece


def zipped(level: int = 9) -> tuple[bytes, bytes]:
    """Make gzip that never ends: its beginning, and what stands for 8 MiB of zeros each time that it comes again."""
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    first = packer.compress(bytes(8 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first, packer.compress(bytes(8 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)


FIRST, MORE = zipped()


TWICE = chunk(zlib.compress(FIRST + MORE * 90, 9, 31))


ENDLESS = {
    "page": lambda: endless(head("Transfer-Encoding: chunked"), chunk(b"<p>endless</p>" * 5000)),
    "unsized": lambda: endless(head("Connection: close"), b"<p>endless</p>" * 5000),
    "bomb": lambda: endless(
        head("Content-Encoding: gzip", "Transfer-Encoding: chunked") + chunk(FIRST), chunk(MORE * 8)
    ),
    "twice": lambda: endless(
        head("Content-Encoding: gzip, gzip", "Transfer-Encoding: chunked"), TWICE
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("what", ["page", "file"])
async def test_a_page_without_end_is_one_error_in_bounded_memory(tmp_path: Path, kind: str, what: str) -> None:
    options = replace(OPTIONS, page_timeout_s=20.0)
    async with asking(lambda path: ENDLESS[kind](), options) as (client, server):
        tracemalloc.start()
        try:
            with anyio.fail_after(30):
                if what == "page":
                    with pytest.raises(PageError, match="more than 67,108,864 bytes"):
                        await client.page(f"{server.url}/endless")
                else:
                    with pytest.raises(NotAFileError):
                        await client.file(f"{server.url}/endless", tmp_path / "5.part")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 200 * MIB


async def test_a_page_of_just_the_bound_is_a_page() -> None:
    answers = serving(fits=whole(b"x" * MIB), over=whole(b"x" * (MIB + 1)))
    async with asking(answers, SMALL) as (client, server):
        assert len((await client.page(f"{server.url}/fits")).html) == MIB
        with pytest.raises(PageError, match="more than 1,048,576 bytes"):
            await client.page(f"{server.url}/over")


@pytest.mark.parametrize("body", ["short", "endless", "trickling", "silent"])
async def test_a_redirects_body_is_not_waited_for_and_a_short_one_costs_no_connection(body: str) -> None:
    moved = head("Location: /there", "Transfer-Encoding: chunked", status="302 Found")

    async def trickle() -> AsyncIterator[bytes]:
        yield moved
        while True:
            yield chunk(b"x")
            await anyio.sleep(0.05)

    async def silent() -> AsyncIterator[bytes]:
        yield moved
        await anyio.sleep_forever()

    bodies = {
        "short": lambda: serving(moved=moved + chunk(b"moved") + b"0\r\n\r\n")("/moved"),
        "endless": lambda: endless(moved, chunk(b"x" * 65_536)),
        "trickling": trickle,
        "silent": silent,
    }
    answers = serving(there=whole(b"there"))
    async with asking(lambda path: bodies[body]() if path == "/moved" else answers(path)) as (client, server):
        began_s = time.monotonic()
        page = await client.page(f"{server.url}/moved")
        assert time.monotonic() - began_s < 2
        assert (page.html, page.via) == ("there", (f"{server.url}/moved",))
        assert server.connections == (1 if body == "short" else 2)


async def test_a_page_that_trickles_is_given_up_in_time(tmp_path: Path) -> None:
    async def trickle(path: str) -> AsyncIterator[bytes]:
        yield head("Transfer-Encoding: chunked")
        while True:
            yield chunk(b"x")
            await anyio.sleep(0.1)

    options = replace(OPTIONS, page_timeout_s=0.5)
    async with asking(trickle, options) as (client, server):
        with anyio.fail_after(5), pytest.raises(PageTimeoutError, match="no page in"):
            await client.page(f"{server.url}/slow")
        with anyio.fail_after(5), pytest.raises(NotAFileError):  # which its head tells
            await client.file(f"{server.url}/slow", tmp_path / "5.part")


async def test_headers_that_trickle_or_never_end_are_given_up() -> None:
    async def trickle(path: str) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X: y\r\n"
            await anyio.sleep(0.05)

    options = replace(OPTIONS, page_timeout_s=0.5)
    async with asking(trickle, options) as (client, server):
        with anyio.fail_after(5), pytest.raises(PageTimeoutError):
            await client.page(f"{server.url}/slow")
    async with asking(lambda path: endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65_536)) as (client, server):
        with anyio.fail_after(5), pytest.raises(PageError, match="not HTTP"):
            await client.page(f"{server.url}/header")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("idna", "�"), ("punycode", "�"), ("rot13", "�"), ("hex", "�"), ("zlib", "�"), ("unicode_escape", "�"),
        ("utf-7", "�"), ("undefined", "�"), ("no-such", "�"), ("", "�"), ("utf-8", "�"), ('"windows-1252"', "é"),
        ("ISO-8859-1", "é"), ("latin1", "é"), ("us-ascii", "é"), ("x" * 5000, "�"), ("windows-1251", "й"),
    ],
)  # fmt: skip
async def test_a_page_is_decoded_by_the_charsets_that_browsers_know(charset: str, text: str) -> None:
    async with asking(serving(page=whole(b"<p>\xe9", kind=f"text/html; charset={charset}"))) as (client, server):
        assert (await client.page(f"{server.url}/page")).html == f"<p>{text}"


async def test_a_byte_order_mark_is_no_text() -> None:
    async with asking(serving(page=whole("\ufeff<p>é".encode()))) as (client, server):
        assert (await client.page(f"{server.url}/page")).html == "<p>é"
