"""`setup`: whatever is pasted becomes the address; it is kept once it answers, or a person says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.app.configuration.user_folders import user_file
from coupa_async.cli.commands import setup
from coupa_async.cli.commands.setup import origin_of_link
from coupa_async.cli.main import main
from coupa_async.domain.errors import SettingsError
from coupa_async.services.diagnostics.checks import Finding, bad, good, note

ACME = "https://acme.coupahost.com"
ANSWERS = [good("tenant", "answers"), bad("sign-in", "signed out", "coupa-async login")]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Sequence[Finding]]:
    """What the checks find at each address: nothing answers where nothing is said."""
    found: dict[str, Sequence[Finding]] = {ACME: ANSWERS}

    async def address(settings: Settings) -> list[Finding]:
        return [*found.get(str(settings.base_url), [bad("DNS", "no such host", "check the VPN")])]

    async def browser(_: Settings) -> list[Finding]:
        return [good("browser", "chromium"), note("channel", "msedge is not here", "or set COUPA_CHANNEL=chromium")]

    monkeypatch.setattr(setup, "check_address", address)
    monkeypatch.setattr(setup, "check_browser", browser)
    return found


def person(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    said: Iterator[str] = iter(answers)
    monkeypatch.setattr(setup, "is_person_there", lambda _: True)
    monkeypatch.setattr(setup, "has_screen", lambda *_: True)
    monkeypatch.setattr("builtins.input", lambda *_: next(said))


@pytest.mark.parametrize(
    "pasted",
    [
        *(ACME, f"{ACME}/", "acme.coupahost.com", f" <{ACME}/order_headers/15262984?x=1#top> "),
        *("ACME.coupahost.com/user/home", f'"{ACME}/sessions/new"'),
    ],
)
def test_whatever_is_pasted_the_address_is_taken_out_of_it(pasted: str) -> None:
    assert origin_of_link(pasted).lower() == ACME


@pytest.mark.parametrize("pasted", ["", "my coupa", "ftp://acme.coupahost.com", "https://u:s3cr3t@acme.coupahost.com"])
def test_what_is_no_address_is_told_and_shown_without_secrets(pasted: str) -> None:
    with pytest.raises(SettingsError) as caught:
        origin_of_link(pasted)
    assert "s3cr3t" not in str(caught.value)


def test_without_a_person_the_address_is_an_argument(
    told: dict[str, Sequence[Finding]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup"]) == 2
    assert "setup https://TENANT.coupahost.com" in capsys.readouterr().err
    assert main(["setup", f"{ACME}/order_headers/1"]) == 3
    assert user_file().read_text(encoding="utf-8") == f'base_url = "{ACME}"\nchannel = "chromium"\n'
    assert "login is what is left to do" in capsys.readouterr().err
    told[ACME] = [good("tenant", "answers"), good("sign-in", "signed in")]
    assert main(["setup", ACME]) == 0
    assert "run orders.xlsx" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("found", "code"), [([bad("DNS", "no such host", "")], 4), ([bad("tenant", "is no Coupa", "")], 2)]
)
def test_an_address_that_does_not_answer_is_not_kept_and_network_is_4(
    told: dict[str, Sequence[Finding]], found: list[Finding], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    told[ACME] = found
    assert main(["setup", ACME]) == code
    assert found[0].text in capsys.readouterr().err
    assert not user_file().exists()


@pytest.mark.usefixtures("told")
def test_a_person_is_asked_again_until_an_address_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person(monkeypatch, "my coupa", "https://acme.example.com", "n", f"{ACME}/user/home", "n")
    assert main(["setup"]) == 3
    assert 'base_url = "https://acme.coupahost.com"' in user_file().read_text(encoding="utf-8")
    assert "no such host" in capsys.readouterr().err


@pytest.mark.usefixtures("told")
def test_a_person_may_keep_an_address_that_does_not_answer_now(monkeypatch: pytest.MonkeyPatch) -> None:
    person(monkeypatch, "y")
    assert main(["setup", "https://acme.example.com"]) == 2
    assert 'base_url = "https://acme.example.com"' in user_file().read_text(encoding="utf-8")


@pytest.mark.usefixtures("told")
def test_what_goes_before_the_users_own_settings_and_says_something_else_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("COUPA_BASE_URL=https://other.coupahost.com\n", encoding="utf-8")
    main(["setup", ACME])
    assert ".env says https://other.coupahost.com, which goes before it" in capsys.readouterr().err


@pytest.mark.usefixtures("told")
def test_the_example_of_an_address_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person(monkeypatch, "", "https://TENANT.coupahost.com", ACME, "n")
    assert main(["setup"]) == 3
    assert user_file().read_text(encoding="utf-8").startswith(f'base_url = "{ACME}"')
    told = capsys.readouterr().err
    assert "such as https://TENANT.coupahost.com:" in " ".join(told.split())
    assert "(https://TENANT" not in told
    assert "TENANT stands for a name of your company's own" in " ".join(told.split())
