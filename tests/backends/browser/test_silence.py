"""Connections over which nothing comes any more: a laptop that slept is told of none of them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from backends.direct.client import Client
from backends.direct.connection import connect
from backends.direct.cookies import Jar
from coupa_async.domain.errors import DownloadTimeoutError
from tests.backends.conftest import BYTES, LONG, OPTIONS, Tenant

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tenant: Tenant) -> AsyncIterator[Client]:
    """Waits for 0.4 s."""
    options = replace(OPTIONS, page_timeout_s=0.2, download_timeout_s=30.0)
    async with connect(options) as http:
        yield Client(http, Jar(tenant.url), options, "a browser")


async def test_a_transfer_that_falls_silent_is_taken_up_where_it_did(
    client: Client, tenant: Tenant, tmp_path: Path
) -> None:
    with anyio.fail_after(5):
        download = await client.file(f"{tenant.url}/asleep", tmp_path / "5.part")
    assert tenant.ranges[0] == ""
    assert 0 < int(tenant.ranges[1].removeprefix("bytes=").removesuffix("-")) < len(LONG)
    assert (tmp_path / "5.part").read_bytes() == LONG
    assert download.sha256 == hashlib.sha256(LONG).hexdigest()


async def test_a_file_that_never_begins_is_not_waited_for_as_long_as_a_whole_one(
    client: Client, tenant: Tenant, tmp_path: Path
) -> None:
    with anyio.fail_after(5), pytest.raises(DownloadTimeoutError, match="nothing came"):
        await client.file(f"{tenant.url}/mute", tmp_path / "5.part")


async def test_a_file_that_comes_slowly_is_waited_for(client: Client, tenant: Tenant, tmp_path: Path) -> None:
    download = await client.file(f"{tenant.url}/drip", tmp_path / "5.part")
    assert (download.size_bytes, download.path.read_bytes()) == (10, BYTES[:10])
