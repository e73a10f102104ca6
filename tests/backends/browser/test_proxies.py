"""A browser behind a proxy that wants a user and a password."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from backends import open_backend
from coupa_async.ports import Profile
from tests.contract.conftest import OPTIONS
from tests.fakes.raw_server import RawServer, raw_server, whole

pytestmark = [pytest.mark.anyio, pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("name", ["playwright", "selenium"])
async def test_a_browser_tells_the_proxy_who_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers: list[RawServer] = []

    async def proxy(path: str) -> AsyncIterator[bytes]:
        if "proxy-authorization: basic" in servers[0].heads[-1].lower():
            yield whole(b"<p>let in")
        else:
            yield whole(b"<p>who?", 'Proxy-Authenticate: Basic realm="x"', status="407 Who")

    async with raw_server(proxy) as server:
        servers.append(server)
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(variable, server.url.replace("://", "://ann:p%40ss@"))
        for variable in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(variable, "localhost,127.0.0.1")
        backend = open_backend("playwright", replace(OPTIONS, page_timeout_s=10.0))
        with anyio.fail_after(90):
            async with backend.session(Profile(name="worker-1", directory=tmp_path / "profile")) as session:
                document = await session.open("http://tenant.example/order_headers/1")
                again = await session.open("http://tenant.example/order_headers/2")
    assert (document.status, again.status) == (200, 200)
    assert "let in" in document.html
