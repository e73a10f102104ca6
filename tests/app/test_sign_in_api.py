"""``login --api``: a person signs in by a code; the token is kept, renewed, and never followed by another's."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.sign_in_api import api_sign_in_state, sign_in_to_api
from coupa_async.domain.errors import CoupaError, OutageError, SettingsError, SignInRefusedError
from coupa_async.domain.events import Event, Warned
from fixtures.api.oauth import CLIENT_ID, SCOPES
from fixtures.faults import Fault
from tests.app.api_office import Office, opened

pytestmark = pytest.mark.anyio
PERSON: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": None, "token_rest_s": 0}


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    async def soon(interval_s: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr("backends.rest.tokens._wait", soon)
    async with opened(tmp_path, monkeypatch) as it:
        yield it


def settings(office: Office, **given: object) -> Settings:
    return Settings.read(
        **{"base_url": office.url, "lane": "api", "storage_state": office.folder / "state.json"} | PERSON | given
    )


async def signed_in(office: Office, **given: object) -> list[str]:
    said: list[str] = []

    def note(event: Event, /) -> None:
        if isinstance(event, Warned):
            said.append(event.text)

    state = await sign_in_to_api(settings(office, **given), note)
    assert state.signed_in
    return said


async def test_a_person_signs_in_once_and_runs_go_in_with_that(office: Office) -> None:
    said = await signed_in(office)
    assert f"open {office.url}/oauth2/device in any browser and enter the code WDJB-MJHT" in said[0]
    assert stat.S_IMODE((office.folder / "state.token.json").stat().st_mode) == 0o600
    asked = office.site.api.oauth.asked
    await office.run("out", only=("15262985",), **PERSON)
    assert office.results("out")["15262985"].outcome.value == "COMPLETED"
    assert office.site.api.oauth.asked == asked
    assert (await api_sign_in_state(settings(office))).signed_in


async def test_a_persons_token_is_renewed_without_the_person_as_long_as_the_tenant_lets_it(office: Office) -> None:
    await signed_in(office)
    office.site.api.oauth.revoke()
    await office.run("renewed", only=("15262985",), **PERSON)
    assert office.results("renewed")["15262985"].outcome.value == "COMPLETED"
    office.site.api.oauth.revoke()
    office.site.api.oauth.forget_persons()
    summary = await office.run("ended", only=("15262985",), **PERSON)
    assert (summary.exit_code, office.results("ended")) == (3, {})
    assert "the sign-in to the API has ended" in str(summary.error)
    assert "coupa-async login --api" in str(summary.error)
    assert (await api_sign_in_state(settings(office))).exit_code == 3


async def test_a_persons_sign_in_that_has_ended_is_not_followed_by_the_clients_own(office: Office) -> None:
    office.site.api.oauth.refreshes = False
    await signed_in(office)
    office.site.api.oauth.revoke()
    summary = await office.run("out", only=("15262985",))  # with a secret, that is
    assert summary.exit_code == 3
    assert "the sign-in to the API has ended" in str(summary.error)


async def test_a_token_near_its_end_is_renewed_before_it(office: Office) -> None:
    await signed_in(office)
    kept = office.folder / "state.token.json"
    told = json.loads(kept.read_text())
    kept.write_text(json.dumps(told | {"got_s": time.time() - 21 * 3600}))
    await office.run("out", only=("15262985",), **PERSON)
    assert json.loads(kept.read_text())["token"] != told["token"]
    assert not [entry for entry in office.site.log if entry["status"] == 401]


REFUSALS: list[tuple[dict[str, object], dict[str, object], Fault | None, type[CoupaError], str]] = [
    ({}, {"person": "declines"}, None, SignInRefusedError, "was declined"),
    ({}, {"person": "waits"}, None, SignInRefusedError, "nobody signed in with the code in time"),
    ({"client_id": "other"}, {}, None, SignInRefusedError, "COUPA_CLIENT_ID is not accepted without a secret"),
    ({"scopes": (*SCOPES, "core.x.read")}, {}, None, SignInRefusedError, "no scope core.x.read"),
    ({"client_id": None}, {}, None, SettingsError, "COUPA_CLIENT_ID is not set"),
    ({}, {}, Fault(kind="status", status=404), SignInRefusedError, "no sign-in by code"),
    ({}, {}, Fault(kind="status", status=503), OutageError, "503"),
    ({}, {}, Fault(kind="html"), CoupaError, "not with a token|no Coupa"),
]


@pytest.mark.parametrize(("given", "dials", "fault", "error", "told"), REFUSALS)
async def test_each_refusal_says_what_is_wrong(
    office: Office,
    given: dict[str, object],
    dials: dict[str, object],
    fault: Fault | None,
    error: type[CoupaError],
    told: str,
) -> None:
    for name, value in dials.items():
        setattr(office.site.api.oauth, name, value)
    if fault is not None:
        office.site.faults.put("/oauth2/device_authorizations", fault)
    with pytest.raises(error, match=told):
        await signed_in(office, **given)
    assert not (office.folder / "state.token.json").exists()
    assert office.site.api.oauth.asked <= 8


async def test_a_tenant_that_is_away_for_a_moment_does_not_end_the_persons_sign_in(office: Office) -> None:
    office.site.faults.put("/oauth2/token", Fault(kind="status", status=503, first=2))
    assert len(await signed_in(office)) == 2


def test_no_secret_of_a_sign_in_is_shown() -> None:
    from coupa_async.domain.api.device import read_device_code
    from coupa_async.domain.api.token import Token

    told = {"device_code": "s3cret", "user_code": "A-1", "verification_uri": "https://tenant.example/d"}
    assert "s3cret" not in repr(read_device_code(json.dumps(told)))
    assert "s3cret" not in repr(Token(text="s3cret", got_s=0, lasts_s=1, refresh="s3cret"))
    for odd in (
        {"verification_uri": "javascript:x"},
        {"user_code": ""},
        {"device_code": None},
        {"user_code": "\x1b[2J"},
    ):
        assert read_device_code(json.dumps(told | odd)) is None
    answer = read_device_code(json.dumps(told | {"interval": 0, "expires_in": 10**9}))
    assert answer is not None
    assert (answer.interval_s, answer.lasts_s) == (5.0, 3600.0)
