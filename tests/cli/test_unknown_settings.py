"""A slip of the pen in a setting's name is told by every command that reads settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.cli.command import read, settings_class
from coupa_async.cli.command_table import COMMANDS
from coupa_async.domain.events import RunStarted
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.cli.test_bad_input import SOME_BROWSER, coupa

SLIP = "did you mean MAX_PARALLEL_WORKERS?"
WORDS = {"record": ["PO1"], "retry": ["out"], "evidence": ["orders.csv"], "compare": ["orders.csv"]}
READERS = [name for name in COMMANDS if issubclass(settings_class(name), Settings)]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_every_command_that_reads_settings_notes_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_PARALEL_WORKERS", "2")
    settings = read(name, WORDS.get(name, []))
    assert isinstance(settings, Settings)
    assert [SLIP in note for note in settings.notes] == [True]


@pytest.mark.parametrize("variable", ["COUPA_OUTCOME", "COUPA_ONLY", "COUPA_LIMIT", "COUPA_HEADED"])
@pytest.mark.parametrize("name", ["run", "doctor", "config"])
def test_what_another_command_reads_is_no_slip(name: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "1")
    settings = read(name, [])
    assert isinstance(settings, Settings)
    assert settings.notes == ()


@pytest.mark.parametrize("words", [["config"], ["record", "PO1"], ["login", "--status"], ["retry", "out"], ["doctor"]])
def test_it_is_told_once_on_the_terminal(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\n")
    (tmp_path / "out").mkdir()
    with Journal(tmp_path / "out" / FILE_NAME), History(tmp_path / "out" / FILE_NAME) as history:
        known = {"input": str(tmp_path / "orders.csv"), "base_url": "http://127.0.0.1:9"}
        history.begin(backend="playwright", lane="auto", workers=1, settings=known)
        history.note(RunStarted(total=0, skipped=0, workers=0))
    done = coupa(tmp_path, *words, COUPA_BASE_URL="http://127.0.0.1:9", MAX_PARALEL_WORKERS="2", **SOME_BROWSER)
    assert done.stderr.count(SLIP) == 1, done.stderr


def test_settings_below_a_table_are_told_for_nobody_reads_them(tmp_path: Path) -> None:
    (tmp_path / "coupa.toml").write_text('[coupa]\nbase_url = "https://acme.coupahost.com"\n')
    settings = read("run", [])
    assert isinstance(settings, Settings)
    assert settings.notes == ("coupa.toml: the lines below [coupa] are not read: take that line out",)
