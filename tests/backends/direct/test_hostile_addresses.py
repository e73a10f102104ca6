"""Addresses, redirects, headers and names that lead the direct lane astray: refused, in one clear error."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from coupa_async.domain.errors import (
    CoupaError,
    ForbiddenAddressError,
    PageError,
    PageTimeoutError,
    RefusedDownloadError,
    UnreachableError,
)
from coupa_async.domain.http.targets import Targets
from tests.backends.conftest import OPTIONS
from tests.backends.direct.conftest import asking, serving
from tests.fakes.raw_server import head, raw_server, whole

pytestmark = pytest.mark.anyio

BAD_ADDRESSES = [
    *("http://[x", "http://[::1", "http://a:99999999999/x", "http://a:b/", "//[x/y"),
    *("ftp://127.0.0.1/x", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "about:blank"),
    *("http://user:pw@files.example/x", "http://10.0.0.1/x", "http://169.254.169.254/latest", "http://0x0a000001/"),
    "http://a b/",
]


@pytest.mark.parametrize("location", BAD_ADDRESSES)
async def test_a_redirect_to_where_nothing_is_fetched_is_refused_at_once(location: str, tmp_path: Path) -> None:
    async with asking(serving(moved=whole(b"", f"Location: {location}", status="302 Found"))) as (client, server):
        with anyio.fail_after(2), pytest.raises(ForbiddenAddressError) as caught:
            await client.file(f"{server.url}/moved", tmp_path / "5.part")
        assert caught.value.url
        if "10.0.0.1" not in location and "169.254" not in location and "0x0a" not in location:
            with anyio.fail_after(2), pytest.raises(PageError):
                page = await client.page(f"{server.url}/moved")
                assert page.url == location  # a user name in it does not keep it from being a sign-in
                raise PageError
    assert not (tmp_path / "5.part").exists()


async def test_a_page_that_redirects_into_another_network_is_a_sign_in_there_that_was_not_asked() -> None:
    location = "http://10.0.0.1/adfs?SAMLRequest=x"
    async with asking(serving(moved=whole(b"", f"Location: {location}", status="302 Found"))) as (client, server):
        page = await client.page(f"{server.url}/moved")
    assert (page.url, page.html, page.via) == (location, "", (f"{server.url}/moved",))


@pytest.mark.parametrize("url", [*BAD_ADDRESSES, "http://", "http:///x", "", "\ud800", "http://x" * 9000])
async def test_an_address_that_cannot_be_asked_is_one_clear_error(url: str, tmp_path: Path) -> None:
    async with asking(serving()) as (client, _):
        with anyio.fail_after(2), pytest.raises(ForbiddenAddressError):
            await client.file(url, tmp_path / "5.part")
        with anyio.fail_after(2), pytest.raises(PageError):
            await client.page(url)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/there", "/there"),
        ("there?a=b c", "/there?a=b%20c"),
        ("  /there  ", "/there"),
        ("/caf\xc3\xa9", "/caf%C3%A9"),
        ("/caf\xe9", "/caf%C3%A9"),
        ("//{host}/there", "/there"),
        ("http:/there", "/there"),
        ("#fragment", "/moved"),
        ("/a\x01b", "/a%01b"),
        ("/there#fragment", "/there"),
    ],
)
async def test_a_redirect_is_followed_as_browsers_do(location: str, asked: str) -> None:
    async with raw_server(lambda path: answer(path)) as server, connect(OPTIONS) as http:

        async def answer(path: str) -> AsyncIterator[bytes]:
            if server.paths == ["/moved"]:
                host = server.url.removeprefix("http://")
                yield whole(b"", f"Location: {location.replace('{host}', host)}", status="302 Found")
            else:
                yield whole(b"there")

        page = await Client(http, Jar(server.url), OPTIONS, "a browser").page(f"{server.url}/moved")
    assert (server.paths, page.html) == (["/moved", asked], "there")


@pytest.mark.parametrize("location", ["/a\x00b", "/a\rb"])
async def test_a_redirect_with_control_characters_in_it_is_no_http(location: str) -> None:
    async with asking(serving(moved=whole(b"", f"Location: {location}", status="302 Found"))) as (client, server):
        with anyio.fail_after(2), pytest.raises(PageError):
            await client.page(f"{server.url}/moved")


async def test_redirects_without_end_are_given_up() -> None:
    async with asking(serving(on=whole(b"", "Location: /on", status="302 Found"))) as (client, server):
        with pytest.raises(PageError, match="on and on"):
            await client.page(f"{server.url}/on")
        assert len(server.heads) == 20


@pytest.mark.parametrize(
    "line",
    [
        "Content-Length: -1", "Content-Length: 9" + "9" * 400, "Content-Length: 5, 6", "Content-Length: x",
        "Content-Length: \xb2", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked\r\nContent-Length: x",
        "Content-Encoding: gzip", "Content-Encoding: " + "gzip," * 50 + "gzip", "No colon", "X: \x00", " : x",
    ],
)  # fmt: skip
async def test_headers_that_make_no_sense_are_one_error_or_none(line: str, tmp_path: Path) -> None:
    async def answer(path: str) -> AsyncIterator[bytes]:
        yield head(line, "Connection: close", kind="application/pdf" if "file" in path else "text/html") + b"hello"
        await anyio.sleep(0.1)
        raise anyio.EndOfStream

    options = replace(OPTIONS, page_timeout_s=0.5, download_timeout_s=1.0)
    async with asking(answer, options) as (client, server):
        for what in (client.page(f"{server.url}/page"), client.file(f"{server.url}/file", tmp_path / "5.part")):
            try:
                with anyio.fail_after(5):
                    await what
            except CoupaError as error:
                assert not isinstance(error, UnreachableError)  # noqa: PT017 - only if it is one


async def test_a_flood_of_cookies_is_held_and_sent_in_bounds() -> None:
    flood = [f"Set-Cookie: c{number}=1; path=/" for number in range(2500)]
    odd = ["Set-Cookie: u=\xc3\xa9; path=/", "Set-Cookie: big=" + "x" * 5000]
    answers = serving(flood=whole(b"ok", *odd, *flood, *odd), next=whole(b"ok"))
    async with asking(answers) as (client, server):
        await client.page(f"{server.url}/flood")
        await client.page(f"{server.url}/next")
    sent = next(line for line in server.heads[-1].splitlines() if line.startswith("Cookie: ")).split("; ")
    assert len(sent) == 180
    assert "c2499=1" in sent
    assert "u=é" in sent


async def test_a_user_name_in_an_address_is_never_sent() -> None:
    async with asking(serving(page=whole(b"ok"))) as (client, server):
        await client.page(server.url.replace("://", "://ann:secret@") + "/page")
    assert "authorization" not in server.heads[0].lower()


@pytest.mark.parametrize("ahead_s", [600, -600])
async def test_a_date_to_come_back_at_counts_from_the_servers_own_clock(ahead_s: int, tmp_path: Path) -> None:
    def date(at_s: float) -> str:
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(at_s))

    now_s = time.time() + ahead_s
    lines = (f"Date: {date(now_s)}", f"Retry-After: {date(now_s + 3)}")
    async with asking(serving(busy=whole(b"busy", *lines, status="503 Busy"))) as (client, server):
        assert (await client.page(f"{server.url}/busy")).retry_after_s == 3.0
        with pytest.raises(RefusedDownloadError) as caught:
            await client.file(f"{server.url}/busy", tmp_path / "5.part")
    assert caught.value.retry_after_s == 3.0


class Names:
    """A resolver: what each name stands for, the first time that it is asked, the second …"""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): addresses for name, addresses in names.items()}
        real = anyio.getaddrinfo

        async def getaddrinfo(host: str, port: object, **options: object) -> object:
            found = self.names.get(host)
            address = (found.pop(0) if len(found) > 1 else found[0]) if found else host
            return await real(address, port, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr("anyio._core._sockets.getaddrinfo", getaddrinfo)


@asynccontextmanager
async def client_of(base_url: str, *allowed: str) -> AsyncIterator[Client]:
    options = replace(OPTIONS, targets=Targets(base_url=base_url, allowed_hosts=allowed))
    async with connect(options) as http:
        yield Client(http, Jar(base_url), options, "a browser")


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"]], ids=["at once", "rebound"])
async def test_a_name_that_stands_for_this_machine_is_not_asked(
    answers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(monkeypatch, store_example=answers)
    async with raw_server(serving(file=whole(b"file", kind="application/pdf"))) as server:
        url = server.url.replace("127.0.0.1", "store.example") + "/file"
        async with client_of("https://8.8.8.8") as client:
            # A name that stands for something else a moment later is asked where it was judged, if anybody is there.
            told = (UnreachableError, PageTimeoutError) if len(answers) > 1 else ForbiddenAddressError
            with anyio.fail_after(5), pytest.raises(told, match=r"store\.example"):
                await client.file(url, tmp_path / "5.part")
        assert server.heads == []


@pytest.mark.parametrize("why", ["allowed", "the tenant is there", "the tenant's name is there"])
async def test_a_store_inside_is_asked_where_the_user_or_the_tenant_says_so(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(monkeypatch, store_example=["127.0.0.1"], coupa_corp=["127.0.0.1"])
    base_url = {"allowed": "https://8.8.8.8", "the tenant is there": "http://127.0.0.2"}.get(why, "http://coupa.corp")
    async with raw_server(serving(file=whole(b"file", kind="application/pdf"))) as server:
        url = server.url.replace("127.0.0.1", "store.example") + "/file"
        async with client_of(base_url, *(["store.example"] if why == "allowed" else [])) as client:
            assert (await client.file(url, tmp_path / "5.part")).size_bytes == 4


async def test_where_it_went_wrong_is_told_with_the_error(closed_port: int, tmp_path: Path) -> None:
    there = f"http://localhost:{closed_port}/store"
    async with asking(serving(moved=whole(b"", f"Location: {there}?sig=secret", status="302 Found"))) as (
        client,
        server,
    ):
        with pytest.raises(UnreachableError, match=there) as caught:
            await client.file(f"{server.url}/moved", tmp_path / "5.part")
    assert caught.value.url == f"{there}?sig=secret"
    assert "secret" not in str(caught.value)
