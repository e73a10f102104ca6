from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from backends.fake.backend import Answer, FakeBackend, FakeSession
from coupa_async.domain.errors import BusyError, SignInRefusedError, SignInStalledError
from coupa_async.ports import Document, Profile
from coupa_async.services.collection.sign_in import CoupaSignIn, Credentials

BASE = "https://acme.example"
FORM = (
    '<form action="/sessions/new"><input id="user_login" name="user"><input id="user_password" name="password" '
    'type="password"><button id="login">Sign in</button></form>'
)
ENTRY = CoupaSignIn(
    base_url=BASE, login_url=BASE, credentials=Credentials(username="ann", password=SecretStr("open-sesame"))
)


def busy(url: str) -> Document:
    return Document(url=url, html="<h1>503</h1>", status=503, retry_after_s=4.0)


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["before the form", "after the form"])
async def test_a_busy_tenant_is_neither_signed_in_to_nor_a_refusal(tmp_path: Path, when: str) -> None:
    """H1: the answer stands at an address that says nothing, or at the form's."""

    def answer(url: str, session: FakeSession) -> Answer:
        if when == "before the form":
            return busy(url)
        return busy(f"{BASE}/sessions/new") if session.jar else Document(url=f"{BASE}/sessions/new", html=FORM)

    async with FakeBackend(answer).session(Profile(name="one", directory=tmp_path)) as session:
        with pytest.raises(BusyError) as told:
            await ENTRY.sign_in(session)
    assert told.value.retry_after_s == 4.0


ELSEWHERE = "https://login.example"


@dataclass
class Site:
    """A tenant whose sign-in meets one form, and what was typed into it."""

    form_url: str
    form: str = FORM
    typed: list[str] = field(default_factory=list)

    def answer(self, url: str, session: FakeSession) -> Answer:
        self.typed = [*session.jar.values()]
        if self.typed:
            return Document(url=f"{BASE}/user/home", html="", status=200)
        return Document(url=self.form_url, html=self.form, status=200)

    async def sign_in(self, entry: CoupaSignIn, folder: Path) -> None:
        async with FakeBackend(self.answer).session(Profile(name="one", directory=folder)) as session:
            await entry.sign_in(session)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("form_url", "login_url", "trusted"),
    [
        (f"{BASE}/sessions/new", BASE, ()),
        (f"{ELSEWHERE}/sso", f"{ELSEWHERE}/start", ()),
        (f"{ELSEWHERE}/sso", BASE, (ELSEWHERE,)),
    ],
)
async def test_the_password_is_typed_at_the_tenant_the_login_url_and_where_the_user_says(
    tmp_path: Path, form_url: str, login_url: str, trusted: tuple[str, ...]
) -> None:
    site = Site(form_url)
    await site.sign_in(replace(ENTRY, login_url=login_url, trusted=trusted), tmp_path)
    assert site.typed == ["ann", "open-sesame"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("site", "trusted", "story"),
    [
        (Site(f"{ELSEWHERE}/sso?x=1"), (), f"{ELSEWHERE} asks for the password"),
        (
            Site("https://login.microsoftonline.com/x"),
            (),
            "set COUPA_SIGN_IN_ORIGINS=https://login.microsoftonline.com",
        ),
        (Site("http://login.example/sso"), ("http://login.example",), "http://login.example asks .* without TLS"),
        (Site("http://acme.example/sessions/new"), (), "http://acme.example asks .* without TLS"),
        (Site(f"{BASE}/sessions/new", FORM.replace("/sessions/new", "http://acme.example/x")), (), "without TLS"),
        (Site(f"{BASE}/sessions/new", FORM.replace("/sessions/new", "//evil.example/x")), (), "https://evil.example"),
        (Site(f"{BASE}/sessions/new", FORM.replace("/sessions/new", "http://[x")), (), "asks for the password"),
    ],
)
async def test_the_password_is_typed_nowhere_else_and_the_refusal_says_what_to_set(
    tmp_path: Path, site: Site, trusted: tuple[str, ...], story: str
) -> None:
    with pytest.raises(SignInRefusedError, match=story) as refused:
        await site.sign_in(replace(ENTRY, trusted=trusted), tmp_path)
    assert site.typed == []
    assert not refused.value.is_of_credentials
    origin = refused.value.origin
    assert str(refused.value).endswith(f"set COUPA_SIGN_IN_ORIGINS={origin}" if origin else "sign in by hand")


@pytest.mark.anyio
async def test_a_refusal_says_whether_it_was_of_the_password_for_that_would_be_refused_again(tmp_path: Path) -> None:
    async def answer(url: str, session: FakeSession) -> Document:
        return Document(url=f"{BASE}/sessions/new", html=FORM, status=200)

    async with FakeBackend(answer).session(Profile(name="one", directory=tmp_path)) as session:
        with pytest.raises(SignInRefusedError) as refused:
            await ENTRY.sign_in(session)
        assert refused.value.is_of_credentials
        with pytest.raises(SignInRefusedError, match="wants a user name") as unknown:
            await replace(ENTRY, credentials=None).sign_in(session)
        assert not unknown.value.is_of_credentials


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("page", "error"),
    [
        ('<form><input type=hidden name=SAMLResponse value=x></form><script>"on its way"</script>', SignInStalledError),
        ("<body></body>", SignInStalledError),
        ("<p>Approve the sign-in on your phone</p><input type=hidden name=ctx>", SignInRefusedError),
        ("<form><input type=text name=otp></form>", SignInRefusedError),
    ],
)
async def test_a_sign_in_is_tried_again_only_where_its_page_asks_nobody_for_anything(
    tmp_path: Path, page: str, error: type[Exception]
) -> None:
    async def answer(url: str, session: FakeSession) -> Document:
        return Document(url=f"{ELSEWHERE}/sso", html=page)

    async with FakeBackend(answer).session(Profile(name="one", directory=tmp_path)) as session:
        with pytest.raises(error, match="sign-in ended at"):
            await replace(ENTRY, trusted=(ELSEWHERE,)).sign_in(session)


@pytest.mark.anyio
async def test_a_form_that_scripts_send_leads_to_its_own_page(tmp_path: Path) -> None:
    site = Site(f"{BASE}/sessions/new", FORM.replace("/sessions/new", "javascript:void(0)"))
    await site.sign_in(ENTRY, tmp_path)
    assert site.typed == ["ann", "open-sesame"]
