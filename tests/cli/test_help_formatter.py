"""What ``--help`` says, of every command."""

from __future__ import annotations

import re

import pytest

from coupa_async.app.setting_groups import setting_groups
from coupa_async.app.settings import Settings
from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.main import main


@pytest.mark.parametrize("command", COMMANDS)
def test_help_speaks_of_what_a_person_types(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert told.startswith(f"usage: coupa-async {command}")
    assert not re.findall(r"\bstr\b|\bint\b|\bfloat\b|tuple|Path\b|default: None|default: \(\)|--\S+-[, ]", told)


def test_help_of_run_has_its_own_options_first_and_the_settings_in_the_groups_of_the_settings_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    help_text = capsys.readouterr().out.partition("positional arguments:")[2]
    headings = re.findall(r"^(\S.*):$", help_text, re.MULTILINE)
    assert headings == ["options", *setting_groups()]
    own, _, tenant = help_text.partition("Tenant and sign-in:")
    assert "--dry-run" in own
    assert "--base-url" not in own
    assert "--base-url" in tenant.partition("Browsers:")[0]
    assert "--dry-run" not in tenant


def test_help_of_a_command_that_needs_no_tenant_has_no_group_of_settings(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["status", "--help"])
    help_text = capsys.readouterr().out
    assert not [title for title in setting_groups() if f"{title}:" in help_text]


def test_every_setting_is_in_one_group() -> None:
    names = [name for names in setting_groups().values() for name in names]
    assert names == list(Settings.model_fields)
