"""What every backend tells of the way to an answer, and that a page's frames are not the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.errors import NotAFileError
from coupa_async.ports import Document
from tests.contract.conftest import Open
from tests.contract.pages import elsewhere_of
from tests.contract.site import Site, way

pytestmark = [pytest.mark.anyio]


def is_the_page(document: Document) -> bool:
    return "<h1>page</h1>" in document.html


async def test_a_page_that_answers_itself_was_reached_through_nothing(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert (await session.open(f"{site.url}/round")).via
        assert (await session.open(f"{site.url}/page")).via == ()


@pytest.mark.process
async def test_a_part_of_the_page_that_is_shown_is_asked_for_anew(launch: Open, site: Site) -> None:
    async with launch() as session:
        await session.open(f"{site.url}/page")
        for _ in range(2):
            part = await session.open(f"{site.url}/page#part")
            assert (part.url, part.status, part.via) == (f"{site.url}/page#part", 200, ())
    assert site.hits.count("/page") == 3


async def test_redirects_through_another_origin_and_back_are_told(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/round")
    assert (page.url, page.via) == (f"{site.url}/page", way(site.url, "/round"))


async def test_forms_that_send_themselves_on_the_way_to_a_page_are_told(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/forms", until=is_the_page)
    through = (f"{site.url}/forms", f"{elsewhere_of(site.url)}/assert", f"{site.url}/saml_post")
    assert (page.url, page.via) == (f"{site.url}/page", through)


async def test_a_page_that_sends_the_browser_on_is_told(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/refreshed", until=is_the_page)
    assert (page.url, page.via) == (f"{site.url}/page", (f"{site.url}/refreshed",))


async def test_the_way_to_a_file_is_told_with_the_address_that_handed_it_out(
    launch: Open, site: Site, tmp_path: Path
) -> None:
    async with launch() as session:
        download = await session.download(f"{site.url}/round-file", tmp_path / "5.part")
        assert download.via == (*way(site.url, "/round-file"), f"{site.url}/plain")
        assert (await session.download(f"{site.url}/plain", tmp_path / "6.part")).via == (f"{site.url}/plain",)


async def test_the_way_to_a_page_in_place_of_a_file_is_told(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/round-wall", tmp_path / "5.part")
    assert (caught.value.url, caught.value.via) == (f"{site.url}/sessions/new", way(site.url, "/round-wall"))


@pytest.mark.parametrize("path", ["/framed", "/framed-elsewhere"])
async def test_what_a_frame_on_a_page_is_answered_says_nothing_of_the_page(launch: Open, site: Site, path: str) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}{path}", until=lambda document: '<p id="loaded">' in document.html)
    assert '<p id="loaded">' in page.html
    assert (page.url, page.status, page.retry_after_s, page.via) == (f"{site.url}{path}", 200, None, ())
