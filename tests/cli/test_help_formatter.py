"""What ``--help`` says, of every command."""

from __future__ import annotations

import re

import pytest

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
