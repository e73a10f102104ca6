"""What ``--help`` says, of every command."""

from __future__ import annotations

import re

import pytest

from coupa_async.app.configuration.setting_groups import setting_groups
from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.commands.completion import verbs
from coupa_async.cli.main import main

# Read, but never typed: a secret, and what --headed and --no-input say better.
SUPPRESSED = ("password", "client_secret", "token_rest_s", "headless", "interactive")
INSIDES = re.compile(
    r"\bstr\b|\bint\b|\bfloat\b|\bbool\b|tuple|Path\b|Optional|Pydantic|<class|Outcome\.|frozenset|\bNone\b|"
    r"default: \(\)|default: \)|default: \S*\.0\)|--\S+-[, ]"
)


def help_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("word", ["--help", "--help-all"])
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_help_speaks_of_what_a_person_types(
    command: str, word: str, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = help_of(capsys, command, word, "--language", language)
    assert told.startswith((f"usage: coupa-async {command} [OPTIONS]", f"uso: coupa-async {command} [OPÇÕES]"))
    assert [line for line in told.splitlines() if len(line) > 80] == []
    assert INSIDES.findall(told) == []


def test_help_shows_first_what_people_need_and_says_how_to_see_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    short, whole = help_of(capsys, "run", "--help"), help_of(capsys, "run", "--help-all")
    assert len(short.splitlines()) < 60
    assert all(flag in short for flag in ("--base-url", "--workers", "--sheet", "--only", "--output-dir"))
    assert "--session-orders" not in short
    assert "coupa-async run --help-all" in short
    assert all(f"--{name.replace('_', '-')}" in whole for name in Settings.model_fields if name not in SUPPRESSED)
    assert "--help-all" not in whole


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("login", "--workers --lane --output-dir --folder-columns --po-column --max-attempts --msg-pdf --username"),
        ("demo", "--base-url --login-url --username --sheet --po-column --storage-state --edge-profile-dir"),
        ("retry", "--output-dir"),
    ],
)
def test_a_command_offers_and_takes_only_what_means_something_to_it(
    command: str, flags: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = help_of(capsys, command, "--help-all")
    known = verbs()[command].options
    for flag in flags.split():
        assert f"{flag} " not in told
        assert flag not in known
        assert main([command, flag, "x"]) == 2
        assert f"{flag} means nothing to " in capsys.readouterr().err
    assert main(["retry", "out", "-o", "other"]) == 2


def test_help_of_run_has_its_own_options_first_and_the_settings_in_the_groups_of_the_settings_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    help_text = help_of(capsys, "run", "--help-all").partition("positional arguments:")[2]
    headings = re.findall(r"^(\S.*):$", help_text, re.MULTILINE)
    assert headings == ["options", *setting_groups()]
    own, _, tenant = help_text.partition("Coupa and sign-in:")
    assert "--dry-run" in own
    assert "--base-url" not in own
    assert "--base-url" in tenant.partition("Browsers:")[0]
    assert "--dry-run" not in tenant


def test_help_of_a_command_that_needs_no_tenant_has_no_group_of_settings(capsys: pytest.CaptureFixture[str]) -> None:
    help_text = help_of(capsys, "status", "--help")
    assert not [title for title in setting_groups() if f"{title}:" in help_text]


def test_every_setting_is_in_one_group() -> None:
    names = [name for names in setting_groups().values() for name in names]
    assert names == list(Settings.model_fields)
