"""The language of the terminal: a flag's, a variable's, the system's; never that of what scripts read."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from coupa_async.app.runs.summary import Summary
from coupa_async.cli import language
from coupa_async.cli.display.live import left_text
from coupa_async.cli.display.sentences import sentence
from coupa_async.cli.display.summary import show_summary
from coupa_async.cli.language import language_of
from coupa_async.cli.main import main
from coupa_async.domain.events import Draining, RunStarted
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome
from tests.services.spreadsheet.sheets import book, grid, read, result, write


@pytest.fixture
def portuguese() -> Iterator[None]:
    language.speak("pt-BR")
    yield
    language.speak("en")


@pytest.mark.parametrize(
    ("words", "environment", "chosen"),
    [
        ([], {}, "en"),
        ([], {"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ([], {"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "C", "COUPA_LANGUAGE": "pt-BR"}, "pt-BR"),
        (["--language", "en"], {"LANG": "pt_BR.UTF-8"}, "en"),
        (["--language=pt-BR", "x"], {}, "pt-BR"),
        ([], {"LANG": "de_CH.UTF-8"}, "en"),
    ],
)
def test_the_flag_goes_before_the_variable_and_that_before_the_system(
    words: list[str], environment: dict[str, str], chosen: str
) -> None:
    assert language_of(words, environment | {"LANG": environment.get("LANG", "C")}) == chosen


@pytest.mark.usefixtures("portuguese")
def test_the_summary_is_portuguese_and_names_of_outcomes_and_json_are_not(tmp_path: Path) -> None:
    failed = OrderResult(
        number=OrderNumber.parse("PO1"), outcome=Outcome.FAILED, url="", error="Coupa answered 500 for https://t/1"
    )
    outcomes = Counter({Outcome.FAILED: 1, Outcome.PENDING: 1234})
    summary = Summary(outcomes=outcomes, failures=(failed,), output_dir=tmp_path, bad_rows={3: "it has no digit"})
    console = Console(file=io.StringIO(), width=100)
    show_summary(summary, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for text in ("FAILED", "a Coupa respondeu 500", "1 linha da planilha não diz um pedido", "continuar", "não tem"):
        assert text in shown
    assert "the latest run" not in shown
    assert json.loads(summary.to_json())["outcomes"] == {"FAILED": 1, "PENDING": 1234}


@pytest.mark.usefixtures("portuguese")
def test_sentences_and_numbers_are_written_as_in_brazil() -> None:
    assert sentence(RunStarted(total=1234, skipped=0, workers=1))[0] == "1.234 pedidos a fazer; 1 navegador"
    assert "Ctrl-C de novo" in sentence(Draining(reason="SIGINT", grace_s=60.0))[0]
    assert left_text(45) == "faltam cerca de 45 s"


def test_an_error_before_any_setting_is_read_is_in_the_language_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "in.xlsx", "--language", "pt-BR"]) == 2
    assert "o endereço da sua Coupa não está definido" in capsys.readouterr().err
    language.speak("en")


def test_notes_of_the_workbook_are_in_the_language_and_its_columns_are_not(tmp_path: Path) -> None:
    worklist = read(book(tmp_path, [["PO"], ["PO1"], ["nonsense"]]), language="pt-BR")
    rows = grid(write(worklist, result("PO1", outcome=Outcome.FAILED, error="Coupa answered 404")))
    assert rows[0][1] == "STATUS"
    assert rows[1][rows[0].index("ERROR_MESSAGE")] == "a Coupa respondeu 404"
    assert "não é um número de pedido" in str(rows[2][rows[0].index("ERROR_MESSAGE")])
