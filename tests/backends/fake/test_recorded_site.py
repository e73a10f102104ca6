"""The double on the recorded site: signed in, its files whole, its faults seen."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from backends.fake.recorded_site import recorded_backend
from coupa_async.domain.errors import BrokenDownloadError, NotAFileError, RefusedDownloadError, UnreachableError
from coupa_async.domain.pages.page import OrderPage
from coupa_async.ports import Profile, Session
from coupa_async.services.collection.reading.pages import open_document
from coupa_async.services.collection.sign_in import CoupaSignIn, Credentials
from fixtures.catalogue import FILES, load
from fixtures.faults import Fault
from fixtures.server import serve
from fixtures.signin import PASSWORD, USERNAME, SignIn
from fixtures.site import Dials, Site

pytestmark = pytest.mark.anyio
FILE = "/attachment/attachment_file/type/5001/x.pdf"


@pytest.fixture
def site() -> Site:
    return Site(load(), SignIn("form"), Dials())


@pytest.fixture
async def url(site: Site) -> AsyncIterator[str]:
    async with serve(site) as url:
        yield url


@pytest.fixture
async def session(url: str, tmp_path: Path) -> AsyncIterator[Session]:
    async with recorded_backend(url).session(Profile(name="worker-1", directory=tmp_path)) as item:
        credentials = Credentials(username=USERNAME, password=SecretStr(PASSWORD))
        await CoupaSignIn(base_url=url, login_url=url, credentials=credentials).sign_in(item)
        yield item


async def test_an_order_is_read_with_the_comments_that_scripts_mount(session: Session, url: str) -> None:
    page, _, _ = await open_document(session, f"{url}/order_headers/15262985", url)
    assert isinstance(page, OrderPage)
    assert [attachment.name for attachment in page.attachments] == ["Contract.pdf", "Approval.msg", "Photo.png"]


async def test_a_file_comes_whole_under_its_name_also_from_storage_and_without_cookies_there(
    session: Session, site: Site, url: str, tmp_path: Path
) -> None:
    got = await session.download(f"{url}{FILE}", tmp_path / "a")
    assert got.suggested_name == "Offer 2025-118.pdf"
    assert hashlib.sha256((tmp_path / "a").read_bytes()).digest() == (
        hashlib.sha256((FILES / "offer.pdf").read_bytes()).digest()
    )
    await session.download(f"{url}/attachment/attachment_file/type/5060/x.pdf", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == (FILES / "contract.pdf").read_bytes()
    assert site.violations == []


async def test_what_the_site_does_wrong_is_told_by_its_class(
    session: Session, site: Site, url: str, tmp_path: Path
) -> None:
    async def get(fault: Fault) -> None:
        site.faults.put(FILE, fault)
        await session.download(f"{url}{FILE}", tmp_path / "a")

    with pytest.raises(RefusedDownloadError) as refused:
        await get(Fault(kind="status", status=503, retry_after="7"))
    assert (refused.value.status, refused.value.retry_after_s) == (503, 7.0)
    for kind in ("truncate", "reset", "chunked"):
        with pytest.raises(BrokenDownloadError):
            await get(Fault(kind=kind))
    with pytest.raises(NotAFileError):
        await get(Fault(kind="wall"))
    site.cut(60)
    with pytest.raises(UnreachableError):
        await session.open(f"{url}/order_headers/15262984")


async def test_an_expired_session_ends_at_the_sign_in_page(session: Session, site: Site, url: str) -> None:
    site.sign_in.expire()
    assert (await session.open(f"{url}/order_headers/15262984")).url.startswith(f"{url}/sessions/new")
