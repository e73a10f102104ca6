"""A slip of the pen in a command, an option or its value is told with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.cli.main import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\n")


@pytest.mark.parametrize(
    ("words", "story"),
    [
        (["statsu", "out"], "no command 'statsu': did you mean status?"),
        (["run", "orders.csv", "--worker", "3"], "--worker is no option: did you mean --workers?"),
        (["run", "orders.csv", "--dryrun"], "--dryrun is no option: did you mean --dry-run?"),
        (["run", "orders.csv", "--qqq=1"], "--qqq is no option: "),
        (["run", "orders.csv", "--only"], "--only needs a value after it: "),
        (["retry"], "DIR is missing: "),
        (["doctor", "orders.csv"], "'orders.csv' is left over: "),
        (["retry", "out", "--outcome", "FAILED, ALL"], "--outcome: 'ALL' is none of"),
        (["retry", "out", "--outcome", "FAILED PARTIAL"], "no journal.sqlite3 in it"),
    ],
)
def test_it_is_told_in_one_line(words: list[str], story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    told = capsys.readouterr().err
    assert story in told
    assert len(told.splitlines()) == 1


def test_help_is_a_word_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["help", "run"])
    assert capsys.readouterr().out.startswith("usage: coupa-async run ")
    assert main(["help"]) == 0
