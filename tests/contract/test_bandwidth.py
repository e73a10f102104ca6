"""A bound on the bandwidth, as a session keeps to it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coupa_async.ports import Profile
from coupa_async.runtime.bandwidth import Bandwidth
from tests.contract.conftest import OPTIONS, make
from tests.contract.pages import LARGE
from tests.contract.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.process]
PER_S = 1_000_000


async def test_files_come_no_faster_than_the_bandwidth_allows_and_are_not_called_silent(
    backend_name: str, profile: Profile, site: Site, tmp_path: Path
) -> None:
    bandwidth = Bandwidth(PER_S)
    options = replace(OPTIONS, bandwidth=bandwidth, page_timeout_s=1.0, download_timeout_s=60.0)
    backend = make(backend_name, options, base_url=site.url)
    sizes: list[int] = []
    async with backend.session(profile) as session:
        await session.open(f"{site.url}/page")

        async def fetch(number: int) -> None:
            download = await session.download(f"{site.url}/large", tmp_path / f"{number}.part")
            sizes.append(download.size_bytes)

        began_s = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for number in range(2):
                tasks.start_soon(fetch, number)
        seconds = time.monotonic() - began_s
    assert sizes == [len(LARGE)] * 2
    assert 0.4 * PER_S < sum(sizes) / seconds < 1.15 * PER_S
    assert bandwidth.share == PER_S  # nobody takes part any more, or only connections of our own
