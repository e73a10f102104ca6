"""All lines of an order, on however many pages; what cannot be read is said."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from backends.fake.backend import Answer, FakeSession
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.data.lines import OrderLines
from coupa_async.domain.errors import BusyError, CoupaError, PageTimeoutError, SignInRequiredError, UnreachableError
from coupa_async.domain.pages.data.line_pages import LinesPage, read_lines_page
from coupa_async.domain.pages.page import OrderPage, read_page
from coupa_async.ports import Document, Profile
from coupa_async.services.collection.reading import lines
from coupa_async.services.collection.reading.lines import LineReader, ReadLines, read_all_lines

pytestmark = pytest.mark.anyio
BASE = "https://t.coupahost.com"
URL = f"{BASE}/order_headers/1"


def page(numbers: Sequence[int], *pager: str, order: int = 1) -> str:
    rows = "".join(
        f'<tr id="order_line_row_{number}"><td class="line_num">{number}</td><td class="lineAttachments"><ul>'
        f'<li class="attachment" id="attachment_{9000 + number}"><span class="attachment-file" '
        f'data-url="/attachment/attachment_file/type/{9000 + number}/f{number}.pdf"><b title="f{number}.pdf"></b>'
        "</span></li></ul></td></tr>"
        for number in numbers
    )
    return (
        f'<html data-controller="order_headers" data-action="show" data-id="{order}"><body><h1 id="pageHeader">'
        f'Purchase Order #PO{order}</h1><div class="attachments"><ul><li class="show none">None</li></ul></div>'
        f'<div><table id="order_line_table_tag">{rows}</table>{"".join(pager)}</div></body></html>'
    )


def sizes(address: str) -> str:
    return f'<p class="per_page"><b>15</b> <a href="{address}">45</a> <a href="{address}">90</a></p>'


def forward(address: str) -> str:
    return f'<p class="pagination"><a rel="next" href="{address}">Next</a></p>'


def info(first: int, last: int, total: int) -> str:
    return f'<p class="page_entries_info">{first} - {last} of {total}</p>'


async def read(pages: dict[str, str | CoupaError | Document], bounds: Bounds | None = None) -> ReadLines:
    """The lines of order 1, of which ``""`` is the page."""
    first = str(pages[""])

    def answer(url: str, session: FakeSession) -> Answer:
        found = pages[url.removeprefix(URL)]
        return Document(url=url, html=found, status=200) if isinstance(found, str) else found

    shown = read_page(first, URL, BASE)
    assert isinstance(shown, OrderPage)
    session = FakeSession(answer, Profile(name="w", directory=Path()))
    return await read_all_lines(first, shown, URL, session, lambda: None, base_url=BASE, bounds=bounds or Bounds())


def numbers(lines: OrderLines) -> list[int]:
    return [int(line.field("line")) for line in lines.lines]


async def test_the_control_for_most_lines_goes_first_then_page_after_page() -> None:
    pages: dict[str, str | CoupaError | Document] = {
        "": page(range(1, 16), sizes("?all"), forward("?no"), info(1, 15, 97)),
        "?all": page(range(1, 91), forward("?last"), info(1, 90, 97)),
        "?last": page(range(91, 98), info(91, 97, 97)),
    }
    found = await read(pages)
    assert numbers(found.lines) == list(range(1, 98))
    assert found.lines.note == ""
    assert [item.name for item in found.attachments] == [f"f{number}.pdf" for number in range(16, 98)]
    assert {item.line for item in found.attachments} == {str(number) for number in range(16, 98)}


async def test_a_page_without_paging_costs_no_request() -> None:
    def none(url: str, session: FakeSession) -> Answer:
        raise AssertionError(url)

    for html in (page(range(1, 16)), page([]), page(range(1, 16), info(1, 15, 15)), page(range(1, 4), sizes("?all"))):
        shown = read_page(html, URL, BASE)
        assert isinstance(shown, OrderPage)
        session = FakeSession(none, Profile(name="w", directory=Path()))
        found = await read_all_lines(html, shown, URL, session, lambda: None, base_url=BASE, bounds=Bounds())
        assert (found.lines.note, found.attachments) == ("", ())


async def test_a_control_for_more_lines_that_changes_nothing_leaves_the_pages() -> None:
    first = page(range(1, 16), sizes(URL), forward("?2"), info(1, 15, 20))
    found = await read({"": first, "?2": page(range(16, 21), info(16, 20, 20))})
    assert numbers(found.lines) == list(range(1, 21))


@pytest.mark.parametrize(
    ("pager", "note"),
    [
        ([info(1, 15, 40)], "15 of 40 lines were read"),
        ([info(1, 15, 40), forward("?gone")], "15 of 40 lines were read"),
        ([forward("?gone")], "15 lines were read, and there are more"),
        ([info(1, 15, 40), forward("?other")], "15 of 40 lines were read"),
        ([info(1, 15, 40), forward("?half")], "30 of 40 lines were read"),
        (['<p class="pagination"><a class="next" data-method="post" href="?half">Next</a></p>', info(1, 15, 40)], "15"),
    ],
)
async def test_lines_that_cannot_be_turned_to_are_said_with_both_numbers(pager: list[str], note: str) -> None:
    found = await read(
        {
            "": page(range(1, 16), *pager),
            "?gone": PageTimeoutError("no page"),
            "?other": page(range(50, 60), order=2),
            "?half": page(range(16, 31)),
        }
    )
    assert found.lines.note.startswith(note)
    assert numbers(found.lines)[:15] == list(range(1, 16))
    assert len(found.lines.lines) == (30 if note.startswith("30") else 15)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (UnreachableError("gone"), UnreachableError),
        (Document(url=URL, html="<html></html>", status=503), BusyError),
        (Document(url=f"{BASE}/sessions/new", html="<html></html>", status=200), SignInRequiredError),
    ],
)
async def test_what_passes_is_tried_again_with_the_whole_order(
    answer: CoupaError | Document, error: type[CoupaError]
) -> None:
    with pytest.raises(error):
        await read({"": page(range(1, 16), forward("?2"), info(1, 15, 20)), "?2": answer})


async def test_no_more_lines_are_read_than_an_order_may_have() -> None:
    pages: dict[str, str | CoupaError | Document] = {
        "": page(range(1, 16), forward("?2")),
        "?2": page(range(16, 31), forward("?3")),
    }
    found = await read(pages, Bounds(page_lines=20))
    assert numbers(found.lines) == list(range(1, 21))
    assert found.lines.note == "20 lines were read, and there are more"


async def whole(html: str, answers: dict[str, str | CoupaError], **more: bool) -> tuple[OrderPage, list[str]]:
    """The order's page after its lines were read on as for a run that does not ask for them, and what was opened."""
    opened: list[str] = []

    def answer(url: str, session: FakeSession) -> Answer:
        opened.append(url.removeprefix(URL))
        found = {"": html, **answers}[url.removeprefix(URL)]
        return Document(url=url, html=found, status=200) if isinstance(found, str) else found

    shown = read_page(html, URL, BASE)
    assert isinstance(shown, OrderPage)
    session = FakeSession(answer, Profile(name="w", directory=Path()))
    reader = LineReader(asked=False, base_url=BASE, bounds=Bounds(), **more)
    found, _ = await reader.whole(shown, html, URL, session, lambda: None)
    return found, opened


@pytest.mark.parametrize("has_lists", [True, False])
async def test_files_of_lines_on_other_pages_are_found_where_lines_are_not_asked_for(has_lists: bool) -> None:
    first = page(range(1, 16), forward("?2"), info(1, 15, 20))
    if not has_lists:  # a tenant may draw them only where there is something in them
        first = first.replace("lineAttachments", "").replace('<ul><li class="attachment"', "<ul hidden><li")
    found, opened = await whole(first, {"?2": page(range(16, 21), info(16, 20, 20))})
    assert [item.name for item in found.attachments][-5:] == [f"f{number}.pdf" for number in range(16, 21)]
    assert found.missing == ""
    assert opened == ["", "?2"]


@pytest.mark.parametrize(
    ("pager", "said"),
    [
        ([info(1, 15, 40)], "15 of 40 lines were read: the others may have files"),
        ([forward("?gone")], "15 lines were read, and there are more: the others may have files"),
        ([info(1, 15, 40), forward("?half")], "30 of 40 lines were read: the others may have files"),
        (["<p>1 - 15 of 40</p>"], "15 of 40 lines were read: the others may have files"),
        (
            ["<p>1 - 15 of 40", '<a rel="next" href="?half">Next</a></p>'],
            "30 of 40 lines were read: the others may have files",
        ),
        (
            ['<p class="page_entries_info">Page 1 of 3</p>'],
            "15 lines were read, and there are more: the others may have files",
        ),
    ],
)
async def test_lines_that_were_not_looked_at_for_files_are_missing_from_the_page(pager: list[str], said: str) -> None:
    found, _ = await whole(
        page(range(1, 16), *pager), {"?gone": PageTimeoutError("no page"), "?half": page(range(16, 31))}
    )
    assert found.missing == said


async def test_an_order_whose_lines_are_all_shown_or_whose_lines_files_are_not_wanted_costs_no_request() -> None:
    short = page(range(1, 16))
    paged = page(range(1, 16), sizes("?all"), info(1, 15, 15))
    for html in (short, paged, page(range(1, 5), sizes("?all"))):
        found, opened = await whole(html, {})
        assert (found.missing, opened) == ("", [])
    found, opened = await whole(page(range(1, 16), forward("?2"), info(1, 15, 40)), {}, wants_files=False)
    assert (found.missing, opened) == ("", [])


async def test_a_page_of_many_lines_is_parsed_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def looking(html: str, bounds: Bounds) -> LinesPage:
        threads.append(threading.current_thread())
        return read_lines_page(html, bounds)

    monkeypatch.setattr(lines, "read_lines_page", looking)
    found, _ = await whole(page(range(1, 900), info(1, 899, 900)), {})
    assert found.missing == "899 of 900 lines were read: the others may have files"
    assert threading.main_thread() not in threads
