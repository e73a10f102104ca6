"""The API's token: one renewal for all, kept between runs, and errors that say what is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from backends.rest.token_endpoint import ApiClient
from backends.rest.tokens import Tokens
from coupa_async.domain.errors import BusyError, NotATenantError, SignInRefusedError, UnknownPageError
from coupa_async.ports import Document

pytestmark = pytest.mark.anyio
URL = "https://tenant.example"
HOUR_S = 3600.0


@dataclass
class Tenant:
    """Answers for a token endpoint."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    async def post(self, url: str, form: dict[str, str]) -> Document:
        self.forms.append(form)
        await anyio.lowlevel.checkpoint()
        good = (200, json.dumps({"access_token": f"eyJ{len(self.forms)}", "expires_in": 86399}))
        status, text = self.answers.pop(0) if self.answers else good
        return Document(url=url, html=text, status=status)


@dataclass
class Clock:
    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def client(folder: Path, **other: object) -> ApiClient:
    given = {"client_id": "reader", "secret": SecretStr("s3cret"), "scopes": ("a", "b"), "kept": folder / "t.json"}
    return ApiClient(base_url=URL, **({"rests_s": 0.0} | given | other))  # type: ignore[arg-type]


async def test_all_who_ask_at_once_get_one_token_and_all_who_are_refused_get_one_other(tmp_path: Path) -> None:
    tenant, tokens = Tenant(), Tokens(client(tmp_path))
    got: list[str] = []

    async def ask(refused: str = "") -> None:
        got.append(await (tokens.renewed(refused, tenant) if refused else tokens.good(tenant)))

    for refused in ("", "eyJ1"):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask, refused)
    assert got == ["eyJ1"] * 20 + ["eyJ2"] * 20
    assert len(tenant.forms) == 2


async def test_a_token_is_kept_for_the_next_run_until_it_is_near_its_end(tmp_path: Path) -> None:
    tenant, clock = Tenant(), Clock()
    assert await Tokens(client(tmp_path), clock=clock).good(tenant) == "eyJ1"
    clock.now_s += 19 * HOUR_S
    assert await Tokens(client(tmp_path), clock=clock).good(tenant) == "eyJ1"
    clock.now_s += 2 * HOUR_S
    assert await Tokens(client(tmp_path), clock=clock).good(tenant) == "eyJ2"
    assert await Tokens(client(tmp_path, scopes=("a",)), clock=clock).good(tenant) == "eyJ3"


async def test_a_clock_that_was_an_hour_ahead_costs_a_token_and_no_more(tmp_path: Path) -> None:
    tenant, clock = Tenant(), Clock()
    await Tokens(client(tmp_path), clock=clock).good(tenant)
    clock.now_s -= HOUR_S
    assert await Tokens(client(tmp_path), clock=clock).good(tenant) == "eyJ2"


async def test_a_fresh_token_rests_once_for_all_and_not_in_the_next_run(tmp_path: Path) -> None:
    tenant, clock = Tenant(), Clock()
    tokens = Tokens(client(tmp_path, rests_s=5.0), clock=clock)
    with anyio.move_on_after(0.05) as waiting:
        await tokens.good(tenant)
    assert waiting.cancelled_caught
    clock.now_s += 5
    with anyio.fail_after(1):
        assert await tokens.good(tenant) == await Tokens(client(tmp_path, rests_s=5.0), clock=clock).good(tenant)
    assert len(tenant.forms) == 1


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"of": 1}', '{"of": ["https://tenant.example", "reader", "a b"]}'])
async def test_a_kept_token_that_cannot_be_read_is_replaced(tmp_path: Path, kept: str) -> None:
    (tmp_path / "t.json").write_text(kept)
    assert await Tokens(client(tmp_path)).good(Tenant()) == "eyJ1"


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ((401, '{"error":"invalid_client"}'), SignInRefusedError, "COUPA_CLIENT_ID and COUPA_CLIENT_SECRET are not"),
        ((400, '{"error":"unauthorized_client"}'), SignInRefusedError, r"no token \(400, unauthorized_client"),
        ((503, "busy"), BusyError, "503"),
        ((200, "<html><title>Acme Intranet</title>"), NotATenantError, "no Coupa.*Acme Intranet"),
        ((404, "<html><title>Acme Intranet</title>"), NotATenantError, "check|set COUPA_BASE_URL"),
        ((404, ""), UnknownPageError, "answered 404, and not with a token"),
        ((200, '{"access_token": null}'), UnknownPageError, "not with a token"),
        ((200, '{"access_token": "a\\r\\nb"}'), UnknownPageError, "not with a token"),
    ],
)
async def test_each_refusal_says_what_is_wrong_and_never_the_secret(
    tmp_path: Path, answer: tuple[int, str], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        await Tokens(client(tmp_path)).good(Tenant([answer]))
    assert "s3cret" not in str(caught.value)


async def test_the_scope_that_the_client_lacks_is_named(tmp_path: Path) -> None:
    refused = (400, '{"error":"invalid_scope","error_description":"malformed"}')
    tenant = Tenant([refused, (200, "{}"), refused])
    with pytest.raises(SignInRefusedError, match="no scope b: have it added, or leave it out of COUPA_SCOPES"):
        await Tokens(client(tmp_path)).good(tenant)


def test_a_token_does_not_show_itself() -> None:
    assert "s3cret" not in repr(client(Path()))
