"""The completion scripts, run by the shells themselves where these are here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coupa_async.cli.command_table import COMMANDS
from coupa_async.cli.commands.completion import verbs


def script(shell: str) -> str:
    command = [sys.executable, "-m", "coupa_async", "completion", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_every_option_that_a_command_takes_is_known() -> None:
    found = verbs()
    assert set(found) == set(COMMANDS)
    assert {"--workers", "--only", "--dry-run", "--json", "--help"} <= set(found["run"].options)
    assert {"--status", "--forget"} <= set(found["login"].options)
    assert "--password" not in found["run"].options  # never on a command line


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="bash is not here")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [(["ret"], "retry"), (["run", "--dry"], "--dry-run"), (["doctor", "--dry"], ""), (["run", "orders"], "orders.csv")],
)
def test_bash_completes_commands_options_and_files(words: list[str], wanted: str, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").touch()
    line = " ".join(["coupa-async", *words])
    code = f'{script("bash")}\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _coupa_async; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == wanted


@pytest.mark.parametrize("shell", ["zsh", "fish", "pwsh"])
def test_the_other_shells_take_their_scripts(shell: str) -> None:
    text = script("powershell" if shell == "pwsh" else shell)
    assert "--only" in text or "-l only" in text
    assert "retry" in text
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here to read it")
    check = {"zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"], "pwsh": ["pwsh", "-NoProfile", "-Command", "-"]}
    done = subprocess.run(check[shell], input=text, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
