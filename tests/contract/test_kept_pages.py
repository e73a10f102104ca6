"""What every backend promises of pages that are kept, printed, or turned to their next part."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from backends.fake.backend import FakeBackend
from coupa_async.ports import A4, LETTER, Backend, Document
from tests.contract.conftest import Open
from tests.contract.site import Site

pytestmark = [pytest.mark.anyio]


async def test_a_snapshot_has_picture_and_html(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await session.open(f"{site.url}/page")
        await session.open(f"{site.url}/late")  # another page since
        assert await session.snapshot(f"{site.url}/page", tmp_path / "shot.1") == f"{site.url}/page"
    assert "<h1>page</h1>" in (tmp_path / "shot.1.html").read_text()
    assert (tmp_path / "shot.1.png").read_bytes().startswith(b"\x89PNG")


async def test_html_is_printed_without_network(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await session.print_pdf(f"<h1>hello</h1><img src='{site.url}/picture'>", tmp_path / "p.pdf")
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF-")
    assert "/picture" not in site.hits


@pytest.mark.process
async def test_a_large_page_is_printed_whole_and_not_copied_as_a_whole(launch: Open, tmp_path: Path) -> None:
    break_page = '<p style="break-before: page">'
    html = f"<p>first<!--{'x' * (6 << 20)}-->{break_page}second<!--{'x' * (2 << 20)}-->{break_page}third"
    async with launch() as session:
        await session.print_pdf("<p>warm", tmp_path / "warm.pdf")
        tracemalloc.start()
        try:
            await session.print_pdf(html, tmp_path / "p.pdf")
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    printed = (tmp_path / "p.pdf").read_bytes()
    assert printed.count(b"/Type /Page\n") == 3
    assert peak_bytes < len(html)


class Turner:
    """Looks at the parts of a page until it has seen one."""

    def __init__(self, last: int) -> None:
        self.last, self.seen, self.clicked = last, list[int](), list[int]()

    def __call__(self, document: Document, /) -> bool:
        shown = int(document.html.partition('id="part">')[2][0])
        self.seen += [shown] if shown not in self.seen else []
        return shown == self.last

    @property
    def lacks(self) -> Mapping[str, int]:
        return {"part": len(self.seen)}

    def control(self) -> str:
        if self.seen[-1] in self.clicked:
            return ""
        self.clicked.append(self.seen[-1])
        return ".on"


async def test_the_parts_of_a_page_are_turned_to_by_its_own_controls(launch: Open, site: Site) -> None:
    turner = Turner(last=3)
    async with launch() as session:
        page = await session.turn_pages(f"{site.url}/parts", turner)
        assert (await session.open(f"{site.url}/page")).status == 200
    assert turner.seen == [1, 2, 3]
    assert (page.status, '<p id="part">3</p>' in page.html) == (200, True)


@pytest.mark.process
async def test_turning_a_page_that_has_no_more_parts_has_an_end(launch: Open, site: Site) -> None:
    with anyio.fail_after(40):
        async with launch() as session:
            page = await session.turn_pages(f"{site.url}/parts", Turner(last=4))
    assert '<p id="part">3</p>' in page.html


async def test_a_page_is_printed_on_the_paper_that_is_asked_for(
    launch: Open, site: Site, backend: Backend, tmp_path: Path
) -> None:
    async with launch() as session:
        for name, paper in {"a4": A4, "letter": LETTER}.items():
            page = await session.print_page(f"{site.url}/to-print", tmp_path / name, paper=paper)
            assert (page.url, page.status, "<h1>to print</h1>" in page.html) == (f"{site.url}/to-print", 200, True)
        busy = await session.print_page(f"{site.url}/busy", tmp_path / "busy", paper=A4)
    assert busy.status == 503
    for name, points in {"a4": (595, 842), "letter": (612, 792)}.items():
        data = (tmp_path / name).read_bytes()
        assert data.startswith(b"%PDF-")
        if not isinstance(backend, FakeBackend):
            box = re.search(rb"/MediaBox ?\[0 0 ([0-9.]+) ([0-9.]+)", data)
            assert box is not None
            assert [float(side) for side in box.groups()] == pytest.approx(points, abs=1.5)
