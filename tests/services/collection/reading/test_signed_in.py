"""Answers that were reached through a sign-in, on a site in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backends.fake.backend import Answer, Body, FakeBackend, FakeSession
from coupa_async.domain.errors import (
    BusyError,
    CoupaError,
    NotAFileError,
    SignInPassedError,
    SignInRequiredError,
    UnknownPageError,
)
from coupa_async.domain.order import Attachment, AttachmentKind, AttachmentSource, Order, OrderNumber
from coupa_async.domain.outcome import FailedAttachment
from coupa_async.domain.policies.retry import Backoff
from coupa_async.ports import Document, Profile, Session
from coupa_async.services.collection.reading.pages import open_any, open_document
from coupa_async.services.collection.reading.signed_in import ask_for_file
from coupa_async.services.collection.saving.fetch import RetryLimits, Staged, fetch
from coupa_async.services.collection.sign_in import CoupaSignIn
from coupa_async.services.files.order_folder import OrderFolder
from coupa_async.services.files.storage import Storage

pytestmark = pytest.mark.anyio
BASE = "https://acme.example"
ORDER, HOME, PROBE = f"{BASE}/order_headers/1", f"{BASE}/user/home", f"{BASE}/order_headers"
FILE = f"{BASE}/attachment/attachment_file/type/5/a.pdf"
THROUGH = ("https://login.example/sso", f"{BASE}/sessions/saml_post")
PAGE = (
    '<html data-controller="order_headers" data-action="show"><div class="attachments"><ul class="attachments-list">'
    '<li class="show none">None</li></ul></div></html>'
)
PDF = Body(data=b"%PDF-1.4\n1\n%%EOF\n", name="a.pdf")
Answers = Callable[[str, FakeSession], Answer]


def order(url: str = ORDER, *, via: tuple[str, ...] = ()) -> Document:
    return Document(url=url, html=PAGE, status=200, via=via)


def home(*, via: tuple[str, ...] = (), status: int = 200) -> Document:
    return Document(url=HOME, html='<html data-controller="user"><h1>Home</h1></html>', status=status, via=via)


def first(*answers: Answer) -> Answers:
    """Answer with each in turn, and with the last one from then on."""
    left = list(answers)
    return lambda url, session: left.pop(0) if len(left) > 1 else left[0]


@asynccontextmanager
async def session(answer: Answers, folder: Path) -> AsyncIterator[Session]:
    async with FakeBackend(answer).session(Profile(name="one", directory=folder)) as it:
        yield it


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([order()], None),
        ([home(via=(ORDER, *THROUGH))], SignInPassedError),
        ([order(via=(ORDER, *THROUGH))], SignInPassedError),
        ([home(), order()], SignInPassedError),  # a backend that does not tell the way
        ([home(), home(via=(ORDER, *THROUGH))], SignInPassedError),
        ([home()], UnknownPageError),
        ([home(via=(ORDER,))], UnknownPageError),  # the tenant leads there by itself
        ([home(status=503)], BusyError),
        ([home(), Document(url=f"{BASE}/sessions/new", html="", status=200)], SignInRequiredError),
        ([Document(url="https://login.example/sso", html="", status=200, via=(ORDER,))], SignInRequiredError),
    ],
)
async def test_a_page_behind_a_sign_in_is_no_answer(
    tmp_path: Path, answers: list[Answer], kind: type[CoupaError] | None
) -> None:
    async with session(first(*answers), tmp_path) as it:
        if kind is None:
            await open_document(it, ORDER, BASE)
            return
        with pytest.raises(kind) as told:
            await open_document(it, ORDER, BASE)
        assert type(told.value) is kind
        assert kind is not UnknownPageError or f"from here to {HOME}, each time" in str(told.value)


async def test_a_requisition_behind_a_sign_in_is_none_either(tmp_path: Path) -> None:
    asked = f"{BASE}/requisition_headers/7"
    async with session(first(home(via=(asked, *THROUGH))), tmp_path) as it:
        with pytest.raises(SignInPassedError, match=r"the way to .*/requisition_headers/7 led through a sign-in"):
            await open_any(it, asked, BASE)


def file(*, via: tuple[str, ...]) -> Body:
    return Body(data=PDF.data, name=PDF.name, via=via)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([PDF], None),
        ([file(via=(FILE, "https://store.example/a.pdf"))], None),
        ([file(via=(FILE, *THROUGH, FILE))], SignInPassedError),
        ([home(via=(FILE, *THROUGH))], SignInPassedError),
        ([home(), PDF], SignInPassedError),
        ([home(), home(via=(FILE, *THROUGH))], SignInPassedError),
        ([home()], NotAFileError),
        ([order()], NotAFileError),
        ([Document(url=f"{BASE}/sessions/new", html="")], SignInRequiredError),
        ([Document(url="https://login.example/sso", html="", via=(FILE,))], SignInRequiredError),
    ],
)
async def test_a_file_behind_a_sign_in_is_no_answer(
    tmp_path: Path, answers: list[Answer], kind: type[CoupaError] | None
) -> None:
    async with session(first(*answers), tmp_path) as it:
        if kind is None:
            await ask_for_file(it, FILE, tmp_path / "5.part", BASE)
            return
        with pytest.raises(kind) as told:
            await ask_for_file(it, FILE, tmp_path / "5.part", BASE)
        assert type(told.value) is kind


def test_what_is_said_of_a_sign_in_on_the_way_holds_no_keys() -> None:
    assert "key" not in str(SignInPassedError(f"{FILE}?supplier_view_key=1", f"{HOME}?key=2"))


async def test_a_page_of_a_store_that_was_asked_itself_says_nothing_of_our_sign_in(tmp_path: Path) -> None:
    asked = "https://store.example/a.pdf"
    async with session(first(Document(url="https://store.example/login", html="", via=(asked,))), tmp_path) as it:
        with pytest.raises(NotAFileError):
            await ask_for_file(it, asked, tmp_path / "5.part", BASE)


@pytest.fixture
def folder(tmp_path: Path) -> OrderFolder:
    storage = Storage(tmp_path / "out")
    storage.prepare()
    return storage.begin(Order(number=OrderNumber.parse("PO1")), "", "", is_made=True)


async def test_only_the_file_that_the_tenant_never_hands_out_has_failed(tmp_path: Path, folder: OrderFolder) -> None:
    tries = RetryLimits(max_attempts=3, backoff=Backoff(base_s=0.01), jitter=lambda: 0.5)
    attachment = Attachment(id="5", name="a.pdf", kind=AttachmentKind.FILE, url=FILE)

    async def fetched(*answers: Answer) -> Staged | FailedAttachment:
        async with session(first(*answers), tmp_path) as it:
            return await fetch(attachment, AttachmentSource.ORDER, it, folder, base_url=BASE, tries=tries)

    assert isinstance(await fetched(home()), FailedAttachment)
    assert isinstance(await fetched(PDF), Staged)
    with pytest.raises(SignInPassedError):
        await fetched(home(via=(FILE, *THROUGH)))


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([home(via=(PROBE, *THROUGH)), order(PROBE)], SignInPassedError),
        ([home(), order(PROBE)], SignInPassedError),
        ([order(PROBE)], None),
        ([home(via=(PROBE,))], None),  # a user whom the list of orders is not shown
        ([Document(url=PROBE, html="", status=403)], SignInRequiredError),
        ([Document(url=f"{BASE}/login", html="", status=200)], SignInRequiredError),
    ],
)
async def test_a_probe_tells_a_session_that_it_has_signed_in_itself(
    tmp_path: Path, answers: list[Answer], kind: type[CoupaError] | None
) -> None:
    entry = CoupaSignIn(base_url=BASE, login_url=BASE)
    async with session(first(*answers), tmp_path) as it:
        if kind is None:
            await entry.probe(it)
            return
        with pytest.raises(kind) as told:
            await entry.probe(it)
        assert type(told.value) is kind
        if kind is SignInPassedError:
            await entry.probe(it)


async def test_who_is_alone_with_a_session_takes_a_sign_in_on_the_way_for_one(tmp_path: Path) -> None:
    entry = CoupaSignIn(base_url=BASE, login_url=BASE)
    async with session(first(home(via=(PROBE, *THROUGH)), order(PROBE)), tmp_path) as it:
        await entry.look(it)
    async with session(first(home(via=(PROBE, *THROUGH))), tmp_path) as it:
        with pytest.raises(SignInRequiredError):
            await entry.look(it)


async def test_how_long_a_session_lasts_is_told_by_the_tenant_alone(tmp_path: Path) -> None:
    entry = CoupaSignIn(base_url=BASE, login_url=BASE)
    there = Document(url="https://login.example/", html="var num_secs = 5;", status=200)
    async with session(first(there), tmp_path) as it:
        assert await entry.length_s(it) is None
    here = Document(url=HOME, html="var num_secs = 5;", status=200)
    async with session(first(here), tmp_path) as it:
        assert await entry.length_s(it) == 5
