"""The commands about an output folder: `report` and `status`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from coupa_async.app.configuration.settings import Settings
from coupa_async.domain.events import RunStarted
from coupa_async.domain.outcome import Outcome
from coupa_async.services.files.storage import Storage
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.cli.test_bad_input import SOME_BROWSER, coupa
from tests.services.records.test_journal import AT, result


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    with Journal(folder / FILE_NAME) as journal, History(folder / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        history.note(RunStarted(total=2, skipped=0, workers=1))
        journal.record(result("PO1", outcome=Outcome.COMPLETED), AT)
    return folder


@pytest.mark.parametrize("command", ["report", "status"])
def test_a_folder_without_a_journal_is_one_clear_line_and_gets_none(tmp_path: Path, command: str) -> None:
    done = coupa(tmp_path, command, ".", COUPA_BASE_URL="", MAX_PARALLEL_WORKERS="many")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "journal.sqlite3" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_status_tells_what_a_run_that_ended_now_would(tmp_path: Path, out: Path) -> None:
    done = coupa(tmp_path, "status", "out", "--json", COUPA_BASE_URL="")
    told = json.loads(done.stdout)
    assert told == {
        "total": 2,
        "outcomes": {"PENDING": 1, "COMPLETED": 1},
        "files": 1,
        "bytes": 7,
        "seconds": 0.0,
        "restarts": 0,
        "exit_code": 1,
        "report": None,
        "bad_rows": 0,
        "last_processed": "2025-06-01T12:30:05",
        "at_work": False,
        "seconds_left": None,
    }
    assert done.returncode == 1
    assert "killed before its end" in done.stderr
    assert not (out / "report.html").exists()


def test_status_tells_a_run_at_work_by_its_lock_and_proposes_no_second_one(tmp_path: Path, out: Path) -> None:
    with Storage(out).held():
        done = coupa(tmp_path, "status", "out", "--json")
    told = done.stderr
    assert "at work now, about " in told
    assert json.loads(done.stdout)["at_work"] is True
    assert json.loads(done.stdout)["seconds_left"] > 0
    assert "killed" not in told
    assert "go on" not in told
    assert "go on" in coupa(tmp_path, "status", "out").stderr


def test_status_knows_of_the_orders_that_a_run_was_asked_not_to_do(tmp_path: Path, out: Path) -> None:
    with Journal(out / FILE_NAME) as journal, History(out / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        history.note(RunStarted(total=2, skipped=1, workers=1, left_out=35))
        journal.record(result("PO2", outcome=Outcome.COMPLETED), AT)
        history.end()
    done = coupa(tmp_path, "status", "out", "--json")
    assert json.loads(done.stdout)["outcomes"]["PENDING"] == 34  # 1 to do and 35 left out, 2 recorded in that second
    assert done.returncode == 1
    assert "go on" in done.stderr


def test_run_and_status_count_the_same_orders_after_a_limit(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\nPO2\nPO3\nPO4\n")
    words = ["run", "orders.csv", "--limit", "1", "--lane", "direct", "--patience-s", "0", "--json", "--no-input"]
    ran = coupa(tmp_path, *words, COUPA_BASE_URL="http://127.0.0.1:9", **SOME_BROWSER)
    assert ran.returncode == 4, ran.stderr
    stands = coupa(tmp_path, "status", "out", "--json")
    assert json.loads(stands.stdout)["outcomes"] == json.loads(ran.stdout)["outcomes"] == {"PENDING": 4}


def test_status_is_0_when_every_order_is_good(tmp_path: Path, out: Path) -> None:
    with Journal(out / FILE_NAME) as journal, History(out / FILE_NAME, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={})
        journal.record(result("PO2", outcome=Outcome.NO_ATTACHMENTS), AT)
        history.end()
    done = coupa(tmp_path, "status", "out")
    assert (done.returncode, done.stdout) == (0, "")
    assert "ended 2025-06-01 12:30:05" in done.stderr


def test_a_report_can_be_made_while_a_run_goes_on(tmp_path: Path, out: Path) -> None:
    with Journal(out / FILE_NAME) as running:
        done = coupa(tmp_path, "report", "out", "--json", COUPA_BASE_URL="")
        running.record(result("PO2"), AT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"report": str(out / "report.html"), "exit_code": 0}
    assert "PO1" in (out / "report.html").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows shows a file by itself, whatever PATH says")
def test_a_report_that_no_browser_shows_is_there_all_the_same(tmp_path: Path, out: Path) -> None:
    done = coupa(tmp_path, "report", "out", "--open", BROWSER="/no/browser", PATH="/nowhere", DISPLAY="")
    assert done.returncode == 0, done.stderr
    assert "open the file yourself" in done.stderr
    assert (out / "report.html").is_file()


def test_settings_are_shown_without_what_lets_one_in() -> None:
    settings = Settings.read(
        base_url="https://tenant.example.com",
        username="anna",
        password="hunter2",
        playwright_ws="wss://grid.example.com/run?token=abc",
        folder_columns="Region,{supplier}",
    )
    shown = settings.shown()
    assert shown["base_url"] == "https://tenant.example.com"
    assert shown["playwright_ws"] == "wss://grid.example.com/run"
    assert shown["folder_columns"] == "Region, {supplier}"
    assert (shown["headless"], shown.get("workers"), shown["output_dir"]) == (True, None, "out")  # None: auto
    assert not {"username", "password", "browser_path"} & set(shown)
    assert not any(secret in json.dumps(shown) for secret in ("anna", "hunter2", "abc", "pw"))


@pytest.mark.parametrize(
    ("is_demo", "words", "story"),
    [
        (True, ["run", "orders.csv", "-o", "out", "--no-input"], "has a demo's orders"),
        (False, ["demo", "-o", "out"], "has orders of your Coupa"),
    ],
)
def test_a_demos_orders_and_those_of_a_tenant_are_never_in_one_folder(
    tmp_path: Path, is_demo: bool, words: list[str], story: str
) -> None:
    (tmp_path / "orders.csv").write_text("PO_NUMBER\nPO1\n")
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / FILE_NAME
    with Journal(path) as journal, History(path, now=lambda: AT) as history:
        history.begin(backend="playwright", lane="auto", workers=1, settings={"is_demo": is_demo})
        journal.record(result("PO1", outcome=Outcome.COMPLETED), AT)
    done = coupa(tmp_path, *words, COUPA_BASE_URL="http://127.0.0.1:9", **SOME_BROWSER)
    assert (done.returncode, done.stdout) == (2, "")
    assert story in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out" / "input").exists()
    with Journal(path) as journal:
        assert journal.outcomes() == {"1": Outcome.COMPLETED}
