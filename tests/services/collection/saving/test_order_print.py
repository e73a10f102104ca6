"""An order printed to a PDF in its folder: the right one, under a name of its own, and never an outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends.fake.backend import Answer, Body, FakeSession
from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import (
    BrowserMissingError,
    CoupaError,
    PageTimeoutError,
    SessionLostError,
    SignInRequiredError,
)
from coupa_async.domain.order import AttachmentKind, AttachmentSource, Order, OrderNumber
from coupa_async.domain.outcome import SavedAttachment
from coupa_async.domain.pages.addresses import Way
from coupa_async.domain.pages.page import OrderPage, read_page
from coupa_async.domain.pages.print_view import names_order, print_address
from coupa_async.ports import A4, Document, Profile
from coupa_async.services.collection.reading.found_order import FoundOrder
from coupa_async.services.collection.saving.order_print import OrderPrinter
from coupa_async.services.files.order_folder import OrderFolder

pytestmark = pytest.mark.anyio
BASE = "https://t.coupahost.com"
URL = f"{BASE}/order_headers/1"
VIEW = f"{BASE}/order_headers/print_view?id=1&version=2"
ORDER = Order(number=OrderNumber.parse("PO1"))
LINK = '<a class="s-printButton" href="/order_headers/print_view?id=1&amp;version=2">Print</a>'
GOOD = Document(url=VIEW, html="<h1>Purchase Order #PO1</h1>", status=200)


def order_page(link: str) -> str:
    return f'<html data-controller="order_headers" data-action="show"><body>{link}</body></html>'


class Office:
    """Prints order 1 into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = OrderFolder(folder, folder)
        self.printer = OrderPrinter(BASE, A4, Bounds())
        self.asked: list[str] = []

    async def print(self, answer: Answer, link: str = LINK, *names: str) -> str:
        def told(url: str, session: FakeSession) -> Answer:
            self.asked.append(url)
            return answer

        html = order_page(link)
        page = read_page(html, URL, BASE)
        assert isinstance(page, OrderPage)
        found = FoundOrder(page=page, url=URL, way=Way.DIGITS, html=html)
        session = FakeSession(told, Profile(name="w", directory=Path()))
        saved = [
            SavedAttachment(
                id=name,
                kind=AttachmentKind.FILE,
                source=AttachmentSource.ORDER,
                name=name,
                size_bytes=1,
                sha256="",
                seconds=0,
            )
            for name in names
        ]
        return await self.printer.print(ORDER, found, self.folder, saved, session, lambda: None)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.path.iterdir())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


async def test_an_order_is_printed_under_its_number_beside_its_files(office: Office) -> None:
    assert await office.print(GOOD) == ""
    assert office.asked == [VIEW]
    assert office.files == ["PO1.pdf"]
    assert (office.folder.path / "PO1.pdf").read_bytes().startswith(b"%PDF-")


async def test_a_file_of_that_name_is_not_replaced_and_printing_again_replaces_the_print(office: Office) -> None:
    (office.folder.path / "po1.PDF").write_text("an attachment")
    assert await office.print(GOOD, LINK, "po1.PDF") == ""
    assert await office.print(GOOD, LINK, "po1.PDF") == ""
    assert office.files == ["PO1 (2).pdf", "po1.PDF"]
    assert (office.folder.path / "po1.PDF").read_text() == "an attachment"


@pytest.mark.parametrize(
    ("answer", "link", "note"),
    [
        (GOOD, "", "its page has no view for printing"),
        (GOOD, LINK.replace("/order_headers", "https://elsewhere.example/order_headers"), "no view for printing"),
        (Document(url=VIEW, html="<h1>Purchase Order #PO2, 11</h1>", status=200), LINK, "does not name it"),
        (Document(url=VIEW, html="<h1>PO1: refused</h1>", status=403), LINK, "answered 403"),
        (PageTimeoutError("no page in 30 s"), LINK, "no page in 30 s"),
        (BrowserMissingError("no browser"), LINK, "no browser"),
        (Body(data=b"x"), LINK, "a file came"),
    ],
)
async def test_what_goes_wrong_is_a_note_and_leaves_nothing(
    office: Office, answer: Answer, link: str, note: str
) -> None:
    told = await office.print(answer, link)
    assert told.startswith("not printed as PDF: ")
    assert note in told
    assert office.files == []


async def test_a_session_that_is_signed_out_is_no_note_at_first_and_one_if_it_is_so_each_time(office: Office) -> None:
    out = Document(url=f"{BASE}/sessions/new", html="<form></form>", status=200)
    with pytest.raises(SignInRequiredError):
        await office.print(out)
    assert (await office.print(out)).startswith("not printed as PDF: ")
    assert office.files == []


@pytest.mark.parametrize("error", [SessionLostError("the browser is gone")])
async def test_a_session_that_is_gone_is_no_note(office: Office, error: CoupaError) -> None:
    with pytest.raises(SessionLostError):
        await office.print(error)


@pytest.mark.parametrize(
    ("text", "named"),
    [("PO #1", True), ("Purchase Order PO-1 v2", True), ("PO10", False), ("#PO1.", True), ("US1", False), ("", False)],
)
def test_a_page_names_an_order_by_its_number_as_a_word(text: str, named: bool) -> None:
    assert names_order(f"<p>{text}</p>", OrderNumber.parse("PO1")) is named


def test_a_link_to_a_print_view_is_found_without_its_class() -> None:
    assert print_address(order_page(LINK.replace("s-printButton", "x")), URL, BASE) == VIEW
    assert print_address(order_page('<a href="/order_headers/print_view_all">x</a>'), URL, BASE) == ""
