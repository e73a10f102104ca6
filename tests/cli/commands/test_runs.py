"""`runs`: earlier output folders with what came of them, and going on with one by its number."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from coupa_async.app.runs.run_book import run_book
from coupa_async.cli.command import read
from coupa_async.cli.commands.runs import Runs
from coupa_async.cli.main import main
from coupa_async.domain.events import RunStarted
from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.services.records.test_journal import AT, result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "my out"
    path.mkdir()
    asked = AskedOrders(orders=dict.fromkeys("123", False))
    settings: dict[str, object] = {"input": str(tmp_path / "june.xlsx")}
    with Journal(path / FILE_NAME) as journal, History(path / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings=settings, asked=asked)
        history.note(RunStarted(total=3, skipped=0, workers=1))
        journal.record(result("PO1", outcome=Outcome.COMPLETED), AT)
        history.end()
    return path


def test_the_list_has_date_spreadsheet_counts_and_folder(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_book().note("june.xlsx", folder, AT)
    run_book().note("gone.xlsx", tmp_path / "gone", datetime(2025, 7, 1))
    assert main(["runs"]) == 0
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines()[:5]] == [
        ["1", "2025-07-01", "00:00", "gone.xlsx"],
        ["the", "folder", "is", "gone"],
        [str(tmp_path / "gone")],
        ["2", "2025-06-01", "12:30", "june.xlsx"],
        ["PENDING", "2,", "COMPLETED", "1"],
    ]
    assert str(folder) in shown
    assert main(["runs", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["runs"]
    assert [item["number"] for item in told] == [1, 2]
    assert told[1]["outcomes"] == {"PENDING": 2, "COMPLETED": 1}
    assert not (tmp_path / "gone").exists()


def test_without_any_run_it_says_how_to_begin_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "demo" in capsys.readouterr().out


def test_report_n_makes_the_report_of_that_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_book().note("june.xlsx", folder, AT)
    assert main(["runs", "report", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == str(folder / "report.html")


def test_resume_n_is_a_retry_of_that_folder_and_takes_its_flags(folder: Path) -> None:
    run_book().note("june.xlsx", folder, AT)
    settings = read("runs", ["resume", "1", "--workers", "3", "--no-input"])
    assert isinstance(settings, Runs)
    again = settings._instead
    assert again is not None
    assert again.model_dump(include={"dir", "workers", "no_input"}) == {"dir": folder, "workers": 3, "no_input": True}


@pytest.mark.parametrize("words", [["resume", "7"], ["report", "0"], ["resume"], ["resume", "two"]])
def test_a_number_that_is_not_in_the_list_is_one_clear_line(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run_book().note("june.xlsx", folder, AT)
    assert main(["runs", *words]) == 2
    assert "coupa-async runs shows the numbers of 1 run" in capsys.readouterr().err.replace(
        "python -m coupa_async", "coupa-async"
    ).replace("__main__.py", "coupa-async")
