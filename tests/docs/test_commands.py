from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic_settings import CliSettingsSource

from coupa_async.cli.command import read, settings_class
from coupa_async.cli.command_table import COMMANDS
from fixtures.__main__ import main as fixtures_main
from tests.docs.blocks import ROOT, Command, blocks, commands, spans

# Programs that are not ours: what they are for says why no test can run them.
_FOREIGN = {
    "cd": "the reader's shell",
    "export": "the reader's shell",
    "grep": "the reader's shell",
    "Select-String": "the reader's shell",
    "git": "fetches a clone",
    "pip": "installs",
    "pipx": "installs",
    "py": "Windows",
    "python": "installs",
    "coupa/bin/python": "installs",
    "./coupa-async.cmd": "the bundle; docs/guide/windows.md says where it was tried",
    "schtasks": "Windows",
    "launchctl": "macOS",
    "systemctl": "a systemd session",
    "journalctl": "a systemd session",
    "docker": "containers",
    "helm": "Kubernetes",
    "kubectl": "Kubernetes",
    "java": "a Selenium Grid; tests/e2e/machines/test_remote.py starts one",
    "uv": "installs",
    "playwright": "a Playwright server; tests/e2e/machines/test_remote.py starts one",
    "pytest": "the tests themselves",
}
_ALL = commands()
OURS = [item for item in _ALL if item.words[:1] == ("coupa-async",)]


@pytest.mark.parametrize("command", OURS, ids=lambda item: item.id)
def test_a_call_of_the_program_is_one_that_it_takes(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COUPA_BASE_URL", "COUPA_USERNAME", "COUPA_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    name, *words = command.words[1:]
    if name == "--version":
        return
    assert name in COMMANDS, command.text
    read(name, words)


@pytest.mark.parametrize(
    "command",
    [item for item in _ALL if item.words and item not in OURS],
    ids=lambda entry: f"{entry.id} {entry.words[0]}",
)
def test_a_call_of_another_program_is_one_that_can_be_made(command: Command) -> None:
    program, *words = command.words
    if program == "make":
        _check_made(words)
    elif words[:2] == ["-m", "fixtures"]:
        with pytest.raises(SystemExit) as ended:
            fixtures_main([*words[2:], "--help"])
        assert ended.value.code == 0
    else:
        assert program in _FOREIGN, f"{command.text}: run it, or say in _FOREIGN why no test can"


@pytest.mark.parametrize("command", spans(), ids=lambda item: f"{item.id} {item.text}")
def test_a_command_that_the_text_names_is_there(command: Command) -> None:
    program, name, *words = command.words
    if program == "make":
        _check_made([name, *words])
        return
    settings = settings_class(name)
    parser = CliSettingsSource[Any](settings).root_parser
    flags = {option for action in parser._actions for option in action.option_strings}
    assert {word for word in words if word.startswith("-")} <= flags


def _check_made(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in words:
        name, is_variable, _ = word.partition("=")
        assert re.search(rf"^{name} \?=" if is_variable else rf"^{name}:", makefile, re.MULTILINE), word


def test_commands_are_found_in_every_kind_of_block() -> None:
    found = {(item.page.name, item.words[0]) for item in _ALL if item.words}
    assert {"README.md", "unattended.md", "inicio-rapido.md"} <= {name for name, _ in found}
    night = [our for our in OURS if our.page.name == "unattended.md" and our.words[1] == "run"]
    assert len(night) == 5  # by hand, cron, systemd, Task Scheduler, launchd


# What PowerShell takes in another form, or not at all.
_BASH_ONLY = re.compile(r"^\$ (?:[A-Z_]+=|export |grep |chmod )|\\$| && ", re.MULTILINE)
# For those who develop it, or look after servers: on Linux.
_FOR_LINUX = ("unattended.md", "remote-browsers.md", "writing-a-backend.md", "releasing.md")


def test_a_block_that_only_bash_takes_has_powershells_own_form_behind_it() -> None:
    found = 0
    for page in (path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "reports"):
        told = [*blocks(page), (0, "", "")]
        for at, (line, language, text) in enumerate(told):
            if language == "console" and _BASH_ONLY.search(text) and page.name not in _FOR_LINUX:
                found += 1
                assert told[at + 1][1] == "powershell", f"{page.name}:{line}"
    assert found >= 4
