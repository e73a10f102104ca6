"""What every backend promises of sign-in, cookies and the state that travels between browsers, row by row."""

from __future__ import annotations

import json
import stat
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from coupa_async.ports import Backend, Cookie, Document, Fill, Profile, Session
from tests.contract.conftest import BROWSERS, Open, make
from tests.contract.pages import LASTS_S
from tests.contract.site import Site

pytestmark = [pytest.mark.anyio]


def fill(document: Document) -> Fill | None:
    if not document.url.endswith("/sessions/new"):
        return None
    return Fill(fields=(("#user", "ann"), ("#pw", "secret")), submit="#go")


async def sign_in(session: Session, site: Site) -> Document:
    return await session.sign_in(
        f"{site.url}/sessions/new", fill, until=lambda document: not document.url.endswith("/sessions/new")
    )


async def test_a_form_is_filled_in_and_its_cookie_told(launch: Open, site: Site) -> None:
    async with launch() as session:
        assert "hello" in (await sign_in(session, site)).html
        cookies = {item.name: item.value for item in await session.cookies()}
    assert cookies == {"session": "secret"}


async def test_a_state_survives_the_session_and_is_private(
    backend: Backend, profile: Profile, site: Site, tmp_path: Path
) -> None:
    state = tmp_path / "state" / "state.json"
    state.parent.mkdir()
    async with backend.session(profile) as session:
        await sign_in(session, site)
        await session.save_state(state)
    if sys.platform != "win32":
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
    other = Profile(name="worker-2", directory=tmp_path / "other", state=state)
    async with backend.session(other) as session:
        assert "secret" in (await session.open(f"{site.url}/whoami")).html
    third = Profile(name="worker-3", directory=tmp_path / "third")
    async with backend.session(third) as session:
        assert "nobody" in (await session.open(f"{site.url}/whoami")).html
        await session.load_state(state)
        assert "secret" in (await session.open(f"{site.url}/whoami")).html


async def test_a_state_has_the_form_that_every_backend_reads(launch: Open, site: Site, tmp_path: Path) -> None:
    async with launch() as session:
        await sign_in(session, site)
        await session.save_state(tmp_path / "state.json")
    (cookie,) = json.loads((tmp_path / "state.json").read_text())["cookies"]
    assert (cookie["name"], cookie["value"], cookie["path"]) == ("session", "secret", "/")


async def test_cookies_are_told_with_all_that_the_tenant_said_of_them(launch: Open, site: Site) -> None:
    async with launch() as session:
        await session.open(f"{site.url}/cookies")
        found = {item.name: item for item in await session.cookies()}
    plain = Cookie(name="plain", value="1", domain="127.0.0.1")
    assert found["plain"] == plain
    assert found["hidden"] == replace(plain, name="hidden", http_only=True, path="/deep", same_site="Strict")
    lasting = found["lasting"]
    assert lasting.expires_s == pytest.approx(time.time() + LASTS_S, abs=60)
    assert replace(lasting, expires_s=None) == replace(plain, name="lasting")


@pytest.mark.process
@pytest.mark.parametrize("other", BROWSERS)
async def test_a_state_of_one_backend_serves_every_other(launch: Open, site: Site, tmp_path: Path, other: str) -> None:
    state = tmp_path / "state.json"
    async with launch() as session:
        await sign_in(session, site)
        await session.open(f"{site.url}/cookies")
        await session.save_state(state)
        left = await session.cookies()
    async with make(other).session(Profile(name="worker-2", directory=tmp_path / "other", state=state)) as session:
        taken = await session.cookies()
        assert "secret" in (await session.open(f"{site.url}/whoami")).html
    assert sorted(map(whole, taken), key=str) == sorted(map(whole, left), key=str)


def whole(cookie: Cookie) -> Cookie:
    """A cookie whose time is in whole seconds, as WebDriver has it."""
    return cookie if cookie.expires_s is None else replace(cookie, expires_s=float(int(cookie.expires_s)))
