from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from backends.double import Answer, DoubleBackend, DoubleSession
from coupa_async.domain.errors import BusyError
from coupa_async.ports import Document, Profile
from coupa_async.services.entry import Credentials, Entry

BASE = "https://acme.example"
FORM = (
    '<form action="/sessions/new"><input id="user_login" name="user"><input id="user_password" name="password" '
    'type="password"><button id="login">Sign in</button></form>'
)
ENTRY = Entry(base_url=BASE, login_url=BASE, credentials=Credentials(username="ann", password=SecretStr("open-sesame")))


def busy(url: str) -> Document:
    return Document(url=url, html="<h1>503</h1>", status=503, retry_after_s=4.0)


@pytest.mark.anyio
@pytest.mark.parametrize("when", ["before the form", "after the form"])
async def test_a_busy_tenant_is_neither_signed_in_to_nor_a_refusal(tmp_path: Path, when: str) -> None:
    """H1: the answer stands at an address that says nothing, or at the form's."""

    def answer(url: str, session: DoubleSession) -> Answer:
        if when == "before the form":
            return busy(url)
        return busy(f"{BASE}/sessions/new") if session.jar else Document(url=f"{BASE}/sessions/new", html=FORM)

    async with DoubleBackend(answer).session(Profile(name="one", directory=tmp_path)) as session:
        with pytest.raises(BusyError) as told:
            await ENTRY.sign_in(session)
    assert told.value.retry_after_s == 4.0
