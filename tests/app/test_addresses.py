"""Addresses in settings: what lets one in has other places, and is never shown."""

from __future__ import annotations

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.errors import SettingsError
from coupa_async.services.diagnostics.checks import bad, good, note


@pytest.mark.parametrize("name", ["base_url", "login_url"])
@pytest.mark.parametrize("address", ["https://user:s3cr3t@t.example.com", "https://s3cr3t@t.example.com/x"])
def test_an_address_with_a_user_name_or_password_is_refused_without_showing_it(name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: a user name or password does not belong") as caught:
        Settings.read(**{name: address})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://[x", "https://t:99999x", "https://u:s3cr3t/x@t", "ftp://t?sig=s3cr3t"])
def test_an_address_that_is_none_is_told_without_what_lets_one_in(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read(base_url=address)
    assert "base_url: " in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_settings_are_shown_without_what_lets_one_in() -> None:
    settings = Settings.read(
        base_url="https://t.example.com",
        login_url="https://sso.example.com/start?ticket=s3cr3t#s3cr3t",
        selenium_url="https://user:s3cr3t@grid.example.com/wd/hub",
        playwright_ws="wss://browsers.example.com/?token=s3cr3t",
    )
    assert "s3cr3t" not in str(settings.shown())
    assert settings.shown()["selenium_url"] == "https://grid.example.com/wd/hub"
    assert settings.shown()["login_url"] == "https://sso.example.com/start"


@pytest.mark.parametrize("finding", [bad("x", "https://u:s3cr3t@t/?sig=s3cr3t", "s"), good("x", "https://s3cr3t@t")])
def test_what_doctor_finds_lets_nobody_in(finding: object) -> None:
    assert "s3cr3t" not in str(finding)
    assert "s3cr3t" not in str(note("x", "y", "https://t/?sig=s3cr3t"))
