"""Downloads over which nothing comes any more, and what a browser does not fetch at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    DownloadError,
    DownloadTimeoutError,
    ExcessivePageError,
    FileTooLargeError,
    ForbiddenAddressError,
    NotAFileError,
)
from coupa_async.domain.http.targets import Targets
from coupa_async.ports import Backend, Profile
from tests.contract.conftest import OPTIONS, make
from tests.contract.pages import PIECE
from tests.contract.site import Site

pytestmark = [pytest.mark.anyio, pytest.mark.process]
SILENCE_S = 4.0
Files = Callable[[], list[str]]


@pytest.fixture
def patient(backend_name: str, site: Site) -> Backend:
    """Waits for a file for long, and for its next byte for 4 s."""
    options = replace(OPTIONS, page_timeout_s=SILENCE_S / 2, download_timeout_s=60.0)
    return make(backend_name, options, base_url=site.url)


@pytest.mark.parametrize("path", ["/hang", "/asleep-file"])
async def test_a_file_that_falls_silent_is_given_up_and_leaves_nothing(
    patient: Backend, profile: Profile, site: Site, tmp_path: Path, path: str
) -> None:
    async with patient.session(profile) as session:
        began_s = anyio.current_time()
        with anyio.fail_after(30), pytest.raises(DownloadTimeoutError, match="nothing came for 4 s"):
            await session.download(f"{site.url}{path}", tmp_path / "5.part")
        assert anyio.current_time() - began_s >= SILENCE_S
        download = await session.download(f"{site.url}/plain", tmp_path / "6.part")  # the session is as good as before
        assert download.size_bytes
        assert not list((profile.directory / "downloads").glob("*.crdownload"))


async def test_a_file_that_comes_slowly_is_waited_for(
    patient: Backend, profile: Profile, site: Site, tmp_path: Path
) -> None:
    async with patient.session(profile) as session:
        began_s = anyio.current_time()
        download = await session.download(f"{site.url}/drip-file", tmp_path / "5.part")
    assert anyio.current_time() - began_s > SILENCE_S
    assert download.size_bytes == 12 * len(PIECE)


async def test_what_leads_to_another_scheme_is_no_file_and_is_not_waited_for(
    patient: Backend, profile: Profile, site: Site, tmp_path: Path
) -> None:
    async with patient.session(profile) as session:
        with anyio.fail_after(20), pytest.raises(DownloadError):
            await session.download(f"{site.url}/to-ftp", tmp_path / "5.part")


async def test_a_file_is_not_fetched_from_where_the_tenant_has_nothing_to_send_us(
    backend_name: str, profile: Profile, site: Site, tmp_path: Path
) -> None:
    options = replace(OPTIONS, targets=Targets(base_url=site.url))
    async with make(backend_name, options, base_url=site.url).session(profile) as session:
        with anyio.fail_after(10), pytest.raises(ForbiddenAddressError, match=r"169\.254\.169\.254"):
            await session.download(f"{site.url}/to-metadata", tmp_path / "5.part")
        assert (await session.download(f"{site.url}/plain", tmp_path / "6.part")).size_bytes


@pytest.mark.parametrize("path", ["/big", "/endless-file"])
async def test_a_file_that_is_too_large_is_refused_by_what_is_announced_and_by_what_comes(
    backend_name: str, profile: Profile, site: Site, tmp_path: Path, path: str
) -> None:
    options = replace(OPTIONS, page_timeout_s=20.0, download_timeout_s=60.0, bounds=Bounds(file_bytes=2**20))
    async with make(backend_name, options, base_url=site.url).session(profile) as session:
        with anyio.fail_after(30), pytest.raises(FileTooLargeError):
            await session.download(f"{site.url}{path}", tmp_path / "5.part")
        assert (await session.download(f"{site.url}/plain", tmp_path / "6.part")).size_bytes
        await nothing_flows(site)


async def test_a_page_that_is_too_large_is_refused_and_no_more_of_it_comes(
    backend_name: str, profile: Profile, site: Site, tmp_path: Path
) -> None:
    options = replace(OPTIONS, page_timeout_s=10.0, bounds=Bounds(page_bytes=2**20))
    async with make(backend_name, options, base_url=site.url).session(profile) as session:
        for path in ("/huge", "/endless-page", "/grows"):
            with anyio.fail_after(20), pytest.raises(ExcessivePageError, match=f"{path}: the page has"):
                await session.open(f"{site.url}{path}", until=lambda document: False)
            await nothing_flows(site)
        with pytest.raises(NotAFileError):
            await session.download(f"{site.url}/endless-page", tmp_path / "5.part")
        await nothing_flows(site)
        assert "page" in (await session.open(f"{site.url}/page")).html
        assert (await session.download(f"{site.url}/plain", tmp_path / "6.part")).size_bytes


async def nothing_flows(site: Site) -> None:
    """Wait until the site sends nothing any more: what is given up is asked for no more."""
    with anyio.fail_after(5):
        while site.flowing:  # noqa: ASYNC110 - the site has no event for it
            await anyio.sleep(0.05)


async def test_a_page_cannot_forge_what_is_read_of_it(patient: Backend, profile: Profile, site: Site) -> None:
    async with patient.session(profile) as session:
        document = await session.open(f"{site.url}/forged")
    assert document.url == f"{site.url}/forged"
    assert "<p>true</p>" in document.html
