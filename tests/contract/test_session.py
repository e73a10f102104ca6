"""What every backend promises, row by row."""

from __future__ import annotations

import hashlib
import re
import socket
import tracemalloc
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import anyio
import psutil
import pytest

from backends.fake.backend import FakeBackend
from coupa_async.domain.errors import (
    BrokenDownloadError,
    DownloadTimeoutError,
    NotAFileError,
    PageTimeoutError,
    RefusedDownloadError,
    UnreachableError,
)
from coupa_async.ports import A4, LETTER, Backend, Document, Session
from tests.contract.conftest import Open
from tests.contract.pages import BIG_BYTES, FILES, HTM, PDF
from tests.contract.site import NAMES, Site
from tests.systems import not_on_wine

pytestmark = [pytest.mark.anyio]


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files" / "5.part"


async def test_a_page_is_opened_with_its_url_html_and_status(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/page")
    assert (page.url, page.status, page.retry_after_s) == (f"{site.url}/page", 200, None)
    assert "<h1>page</h1>" in page.html


async def test_a_redirect_ends_where_it_leads(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert (await session.open(f"{site.url}/moved")).url == f"{site.url}/page"
        assert (await session.open(f"{site.url}/wall")).url == f"{site.url}/sessions/new"


async def test_a_date_to_come_back_at_counts_from_the_answers_own(launch: Open, site: Site) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}/busy-at")
    assert (page.status, page.retry_after_s) == (503, 3.0)


@pytest.mark.parametrize("path", ["/busy", "/bare-busy"])
async def test_a_busy_answer_says_so_and_for_how_long(launch: Open, site: Site, path: str) -> None:
    async with launch() as session:
        page = await session.open(f"{site.url}{path}")
    assert (page.status, page.retry_after_s, page.url) == (503, 7.0, f"{site.url}{path}")


async def test_an_answer_404_is_a_page(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert (await session.open(f"{site.url}/nowhere")).status == 404


async def test_what_a_script_adds_later_is_waited_for(launch: Open, site: Site) -> None:
    def has_late(document: Document) -> bool:
        return "<p id=" in document.html and 'id="late"' in document.html.replace("id=late", 'id="late"')

    async with launch() as session:
        page = await session.open(f"{site.url}/late", until=has_late)
    assert has_late(page)


async def test_waiting_for_a_page_to_be_complete_has_an_end(launch: Open, site: Site) -> None:
    with anyio.fail_after(30):
        async with launch() as session:
            page = await session.open(f"{site.url}/page", until=lambda document: "never" in document.html)
    assert page.status == 200


async def test_nobody_listening_is_unreachable(launch: Open) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with launch() as session:
        with pytest.raises(UnreachableError, match="refused"):
            await session.open(f"http://127.0.0.1:{port}/closed")


@pytest.mark.process
async def test_a_host_without_a_name_is_told_from_a_refused_connection(launch: Open) -> None:
    async with launch() as session:
        with pytest.raises(UnreachableError, match="DNS"):
            await session.open("http://no-such-host.invalid/page")


@pytest.mark.process
async def test_a_page_that_never_comes_is_a_timeout_and_the_session_goes_on(launch: Open, site: Site) -> None:
    async with launch() as session:
        with pytest.raises(PageTimeoutError):
            await session.open(f"{site.url}/hang")
        assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.process
async def test_a_dialog_is_dismissed(launch: Open, site: Site) -> None:
    with anyio.fail_after(30):
        async with launch() as session:
            assert "after" in (await session.open(f"{site.url}/alert", until=lambda it: "after" in it.html)).html
            assert (await session.open(f"{site.url}/page")).status == 200


@pytest.mark.parametrize("path", ["/plain", "/inline", "/bare", "/moved-file", "/text", "/picture", "/hostile"])
async def test_a_file_is_downloaded_whatever_a_browser_would_show(
    launch: Open, site: Site, into: Path, path: str
) -> None:
    async with launch() as session:
        download = await session.download(f"{site.url}{path}", into)
    data = into.read_bytes()
    assert download.size_bytes == download.expected_bytes == len(data)
    assert download.suggested_name == NAMES.get(path, "plain.pdf" if path == "/moved-file" else None)
    assert data == (PDF if path not in ("/text", "/picture") else data)
    assert list(into.parent.iterdir()) == [into]


@pytest.mark.parametrize(
    "path", ["/latin", "/windows", "/utf-8", "/percent", "/encoded", "/quoted", "/broken", "/hostile"]
)
async def test_a_name_is_read_alike_however_its_header_is_written(
    launch: Open, site: Site, into: Path, path: str
) -> None:
    async with launch() as session:
        download = await session.download(f"{site.url}{path}", into)
    assert download.suggested_name == NAMES[path]
    assert into.read_bytes() == PDF


@pytest.mark.parametrize("path", [HTM, "/label"])
async def test_a_page_that_is_named_as_a_file_is_downloaded(launch: Open, site: Site, into: Path, path: str) -> None:
    async with launch() as session:
        download = await session.download(f"{site.url}{path}", into)
        assert into.read_bytes() == FILES[path].data
        assert download.suggested_name == NAMES.get(path)
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/attachment/attachment_file/file/8/Report.htm", into)
        assert caught.value.url == f"{site.url}/sessions/new"


async def test_an_empty_file_is_a_file_of_no_bytes(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        assert (await session.download(f"{site.url}/empty", into)).size_bytes == 0


async def test_a_page_in_place_of_a_file_is_told_with_its_address(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/html", into)
        assert caught.value.url == f"{site.url}/html"
        with pytest.raises(NotAFileError) as caught:
            await session.download(f"{site.url}/walled-file", into)
        assert caught.value.url == f"{site.url}/sessions/new"
    assert not into.exists()


async def test_a_refused_file_says_its_status_and_the_next_one_comes(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        for _ in range(3):
            with pytest.raises(RefusedDownloadError) as caught:
                await session.download(f"{site.url}/refused", into)
            assert caught.value.status == 500
        await session.download(f"{site.url}/plain", into)
    assert into.read_bytes() == PDF


async def test_a_transfer_that_breaks_off_is_told(launch: Open, site: Site, into: Path) -> None:
    async with launch() as session:
        with anyio.fail_after(30):
            with pytest.raises(BrokenDownloadError):
                await session.download(f"{site.url}/cut", into)
        await session.download(f"{site.url}/plain", into)


@pytest.mark.process
async def test_no_transfer_that_breaks_off_is_waited_for(launch: Open, site: Site, tmp_path: Path) -> None:
    """Only one in forty or so ever was: hence so many."""
    async with launch() as session:
        for turn in range(40):
            async with anyio.create_task_group() as tasks:
                for tab, late_ms in enumerate((0, 1, 2, 5)):
                    tasks.start_soon(_cut, session, f"{site.url}/cut?late_ms={late_ms}", tmp_path / f"{turn}-{tab}")


async def _cut(session: Session, url: str, into: Path) -> None:
    with pytest.raises(BrokenDownloadError):
        await session.download(url, into)


@pytest.mark.process
async def test_a_file_that_never_comes_is_a_timeout_and_the_session_goes_on(
    launch: Open, site: Site, into: Path
) -> None:
    async with launch() as session:
        with pytest.raises(DownloadTimeoutError):
            await session.download(f"{site.url}/hang", into)
        await session.download(f"{site.url}/plain", into)


async def test_several_files_come_side_by_side_each_to_its_place(launch: Open, site: Site, into: Path) -> None:
    paths = ["/plain", "/text", "/inline", "/picture", "/bare", "/hostile"] * 3
    async with launch() as session, anyio.create_task_group() as tasks:
        for number, path in enumerate(paths):
            job = partial(session.download, f"{site.url}{path}", into.with_name(f"{number}.part"))
            tasks.start_soon(job)
    for number, path in enumerate(paths):
        data = into.with_name(f"{number}.part").read_bytes()
        assert hashlib.sha256(data).digest() == hashlib.sha256(FILES[path].data).digest()


@not_on_wine("its sockets are too slow for the time that a test gives a file")
async def test_a_big_file_comes_whole_in_flat_memory(launch: Open, site: Site, into: Path, backend: Backend) -> None:
    before = psutil.Process().memory_info().rss
    async with launch() as session:
        download = await session.download(f"{site.url}/big", into)
    assert download.size_bytes == BIG_BYTES
    if not isinstance(backend, FakeBackend):  # whose site is in our memory
        assert psutil.Process().memory_info().rss - before < 60e6


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
