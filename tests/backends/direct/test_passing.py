"""The way to an answer, as the direct lane and the recorded site's double tell it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from backends.fake.recorded_site import recorded_backend
from coupa_async.domain.errors import NotAFileError, SignInPassedError
from coupa_async.domain.pages.page import OrderPage
from coupa_async.ports import Document, Profile, Session
from coupa_async.services.collection.reading.pages import open_document
from coupa_async.services.collection.sign_in import CoupaSignIn, Credentials
from fixtures.catalogue import load
from fixtures.server import serve
from fixtures.signin import PASSWORD, USERNAME, SignIn
from fixtures.site import Dials, Site
from tests.backends.conftest import BYTES, FallbackBrowser, Open, Tenant

pytestmark = pytest.mark.anyio
FILE = "/attachment/attachment_file/type/5001/x.pdf"


async def test_over_http_every_redirect_is_told_and_no_browser_looks_at_where_a_sign_in_ends(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser, state: Path, tmp_path: Path
) -> None:
    elsewhere = tenant.url.replace("127.0.0.1", "localhost")
    through = (f"{elsewhere}/authorize", f"{tenant.url}/sessions/lightweight_oauth_callback")
    async with direct(state=state) as session:
        assert (await session.open(f"{tenant.url}/page")).via == ()
        tenant.forgets = True
        page = await session.open(f"{tenant.url}/page", until=lambda document: False)
        assert (page.url, page.via) == (f"{tenant.url}/user/home", (f"{tenant.url}/page", *through))
        assert (page.status, page.fallback_reason) == (200, "")
        with pytest.raises(SignInPassedError):
            tenant.forgets = True
            await CoupaSignIn(base_url=tenant.url, login_url=tenant.url).probe(session)
        tenant.forgets = True
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{tenant.url}/part", tmp_path / "5.part")
        assert (caught.value.url, caught.value.via) == (f"{tenant.url}/user/home", (f"{tenant.url}/part", *through))
        assert [item.value for item in await session.cookies() if item.name == "_coupa_session"] == ["vouched-3"]
        download = await session.download(f"{tenant.url}/elsewhere", tmp_path / "6.part")
    assert download.via == (f"{tenant.url}/elsewhere", f"{elsewhere}/storage")
    assert (tmp_path / "6.part").read_bytes() == BYTES
    assert fallback.backend.launches == 0


async def test_a_page_that_is_left_to_the_browser_keeps_the_way_that_the_browser_went(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser
) -> None:
    fallback.via = ("https://login.example/sso",)
    async with direct() as session:
        page = await session.open(f"{tenant.url}/bare", until=lambda it: "<li" in it.html)
    assert page.via == ("https://login.example/sso",)


async def test_a_browser_that_an_sso_had_to_sign_in_does_not_show_that_http_is_refused(
    direct: Open, tenant: Tenant, fallback: FallbackBrowser
) -> None:
    async with direct() as session:
        await session.sign_in(f"{tenant.url}/", lambda document: None, until=lambda document: True)
        tenant.refuses = True
        fallback.via = (f"{tenant.url}/page", "https://login.example/sso", f"{tenant.url}/sessions/saml_post")
        page = await session.open(f"{tenant.url}/page")
        assert page.via == fallback.via
        tenant.refuses, asked = False, len(tenant.asked)
        assert (await session.open(f"{tenant.url}/page")).fallback_reason == ""
        assert len(tenant.asked) == asked + 1


@pytest.fixture(params=["sso-landing", "oidc-landing", "sso"])
def site(request: pytest.FixtureRequest) -> Site:
    return Site(load(), SignIn(request.param), Dials())


@pytest.fixture
async def url(site: Site) -> AsyncIterator[str]:
    async with serve(site) as url:
        yield url


@pytest.fixture
async def signed_in(url: str, tmp_path: Path) -> AsyncIterator[Session]:
    async with recorded_backend(url).session(Profile(name="worker-1", directory=tmp_path)) as item:
        elsewhere = url.replace("127.0.0.1", "localhost")
        credentials = Credentials(username=USERNAME, password=SecretStr(PASSWORD))
        await CoupaSignIn(base_url=url, login_url=url, credentials=credentials, trusted=(elsewhere,)).sign_in(item)
        yield item


async def test_the_double_is_signed_in_silently_by_an_sso_that_knows_it(
    signed_in: Session, site: Site, url: str, tmp_path: Path
) -> None:
    asked = f"{url}/order_headers/15262984"
    assert isinstance((await open_document(signed_in, asked, url))[0], OrderPage)
    site.sign_in.expire()
    with pytest.raises(SignInPassedError) as told:
        await open_document(signed_in, asked, url)
    assert told.value.url == (asked if site.sign_in.mode == "sso" else f"{url}/user/home")
    assert isinstance((await open_document(signed_in, asked, url))[0], OrderPage)
    site.sign_in.expire()
    if site.sign_in.mode == "sso":
        assert "/sessions/" in " ".join((await signed_in.download(f"{url}{FILE}", tmp_path / "a")).via)
    else:
        with pytest.raises(NotAFileError) as caught:
            await signed_in.download(f"{url}{FILE}", tmp_path / "a")
        assert "/sessions/" in " ".join(caught.value.via)
    assert site.sign_in.tries == 1
    assert site.violations == []


async def test_nobody_whom_the_sso_does_not_know_gets_in(site: Site, url: str, tmp_path: Path) -> None:
    async with recorded_backend(url).session(Profile(name="worker-1", directory=tmp_path)) as item:
        page: Document = await item.open(f"{url}/order_headers/15262984")
    assert page.url.startswith(url.replace("127.0.0.1", "localhost"))
