"""What ``doctor`` says of the API: token, scopes, and one lookup."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from coupa_async.app.check_api import check_api
from coupa_async.app.configuration.settings import Settings
from coupa_async.services.diagnostics.checks import Severity
from tests.app.api_office import CLIENT, Office, opened

pytestmark = pytest.mark.anyio


def settings(office: Office, **given: object) -> Settings:
    own = {"base_url": office.url, "lane": "api", "token_rest_s": 0, "storage_state": office.folder / "state.json"}
    return Settings.read(**(own | CLIENT | given))


async def test_doctor_tells_token_lookup_and_scopes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch) as office:
        found = await check_api(settings(office))
        assert [(finding.name, finding.mark) for finding in found] == [
            *(("sign-in", Severity.GOOD), ("lookup", Severity.GOOD), ("scope", Severity.GOOD)),
            ("scope", Severity.GOOD),
        ]
        office.site.api.oauth.revoke()
        assert (await check_api(settings(office)))[0].mark is Severity.GOOD
        found = await check_api(settings(office, scopes=("core.purchase_order.read",)))
        assert [finding.mark for finding in found[2:]] == [Severity.NOTE, Severity.NOTE]
        assert "core.comment.read is missing" in found[2].text
        found = await check_api(settings(office, client_secret=SecretStr("wrong")))
        assert [(finding.name, finding.mark) for finding in found] == [("sign-in", Severity.BAD)]
        found = await check_api(settings(office, client_secret=None))
        assert "COUPA_CLIENT_SECRET is not set" in found[0].text


@pytest.mark.parametrize(
    ("given", "lane"),
    [({}, "api"), ({"client_secret": None}, "auto"), ({"lane": "direct"}, "direct"), ({"client_id": ""}, "auto")],
)
def test_auto_means_the_api_where_its_client_is_set(given: dict[str, object], lane: str) -> None:
    chosen = Settings.read(**({"base_url": "http://127.0.0.1:1", "lane": "auto"} | CLIENT | given)).chosen_lane
    assert chosen == lane


def test_no_secret_is_shown_in_a_report() -> None:
    shown = Settings.read(base_url="http://127.0.0.1:1", **CLIENT).shown()
    assert "client_id" not in shown
    assert "reads-orders-only" not in str(shown)
