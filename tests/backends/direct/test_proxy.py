"""The direct lane behind a proxy: with its user name and password, and to no place that is refused without one."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from coupa_async.domain.errors import ForbiddenAddressError, UnreachableError
from coupa_async.domain.http.targets import Targets
from tests.backends.conftest import OPTIONS
from tests.fakes.raw_server import RawServer, raw_server, whole

pytestmark = pytest.mark.anyio
SECRET = "proxy-authorization: basic " + base64.b64encode(b"ann:p@ss").decode().lower()


async def proxy(path: str) -> AsyncIterator[bytes]:
    yield whole(b"no", status="407 No") if "refusing" in path else whole(b"<p>page")


@pytest.fixture
async def behind_proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RawServer]:
    async with raw_server(proxy) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, server.url.replace("://", "://ann:p%40ss@"))
        monkeypatch.setenv("NO_PROXY", "")
        yield server


async def test_the_proxys_user_and_password_are_sent_to_it_and_it_knows_the_names(behind_proxy: RawServer) -> None:
    async with connect(OPTIONS) as http:
        client = Client(http, Jar("http://tenant.example"), OPTIONS, "a browser")
        assert (await client.page("http://tenant.example/page")).html == "<p>page"
    assert behind_proxy.paths == ["http://tenant.example/page"]
    assert SECRET in behind_proxy.heads[0].lower()


async def test_a_proxy_that_refuses_is_told_and_its_password_is_not(behind_proxy: RawServer) -> None:
    async with connect(OPTIONS) as http:
        client = Client(http, Jar("https://refusing.example"), OPTIONS, "a browser")
        with pytest.raises(UnreachableError, match="the proxy refused the connection") as caught:
            await client.page("https://refusing.example/page")
    assert SECRET in behind_proxy.heads[0].lower()
    assert "p@ss" not in str(caught.value)


async def test_a_proxy_is_not_asked_for_what_is_refused_by_its_address_alone(behind_proxy: RawServer) -> None:
    options = replace(OPTIONS, targets=Targets(base_url="http://tenant.example"))
    async with connect(options) as http:
        client = Client(http, Jar("http://tenant.example"), options, "a browser")
        with pytest.raises(ForbiddenAddressError, match="private network"):
            await client.file("http://10.0.0.1/file", behind_proxy)  # type: ignore[arg-type]
    assert behind_proxy.heads == []
