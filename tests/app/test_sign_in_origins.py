"""The setting that says who else may be told the password."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from coupa_async.app.compose import make_sign_in
from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.errors import SettingsError
from coupa_async.evaluation.faults import sign_in_mode
from coupa_async.evaluation.recorded_site import RecordedSite

IDP = "https://login.example"


@pytest.fixture(autouse=True)
def no_other_tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_origins_are_read_as_a_list_and_reach_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make_sign_in(Settings.read(base_url="https://acme.example")).trusted == ()
    monkeypatch.setenv("COUPA_SIGN_IN_ORIGINS", f"{IDP}, https://other.example:8443/")
    entry = make_sign_in(Settings.read(base_url="https://acme.example"))
    assert entry.trusted == (IDP, "https://other.example:8443/")


@pytest.mark.parametrize("text", ["login.example", "https://", "ftp://login.example", f"{IDP}/sso", f"{IDP}?x=1"])
def test_what_is_no_origin_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUPA_SIGN_IN_ORIGINS", text)
    with pytest.raises(SettingsError, match=r"sign_in_origins: .* is no origin: write https://HOST"):
        Settings.read()


def test_a_run_on_the_recorded_site_names_its_identity_provider() -> None:
    here, there, password = "http://127.0.0.1:1", "http://localhost:1", SecretStr("open-sesame")
    site = RecordedSite(base_url=here, sso_url=there, username="ann", password=password)
    assert Settings.read().model_copy(update=site.settings).sign_in_origins == ("http://localhost:1",)


def test_sessions_end_at_the_form_and_at_an_sso_that_lands_elsewhere_by_turns() -> None:
    assert [sign_in_mode("session-expired", turn) for turn in (1, 2, 3)] == ["form", "sso-landing", "form"]
    assert {sign_in_mode(fault, 2) for fault in ("", "network-cut", "browser-killed")} == {"form"}
