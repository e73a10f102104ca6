"""Several sheets with orders: run, dry run, journal and retry name the one that is taken, and keep to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME
from tests.cli.test_bad_input import SOME_BROWSER, coupa
from tests.services.spreadsheet.rows.test_sheet_choice import ORDERS, workbook

AWAY = {"COUPA_BASE_URL": "http://127.0.0.1:9", "COUPA_LANE": "direct", "COUPA_PATIENCE_S": "0", **SOME_BROWSER}


@pytest.mark.parametrize(("words", "sheet"), [((), "May"), (("--sheet", "June"), "June")])
def test_a_dry_run_names_the_sheet(tmp_path: Path, words: tuple[str, ...], sheet: str) -> None:
    workbook(tmp_path, ORDERS)
    done = coupa(tmp_path, "run", "in.xlsx", "--dry-run", "--json", *words)
    assert json.loads(done.stdout)["sheet"] == sheet
    assert f"sheet '{sheet}'" in done.stderr


def test_run_and_journal_name_the_sheet_and_a_retry_keeps_to_it(tmp_path: Path) -> None:
    workbook(tmp_path, ORDERS)
    ran = coupa(tmp_path, "run", "in.xlsx", "--sheet", "June", "--no-input", **AWAY)
    assert (ran.returncode, "1 order to do in sheet 'June'" in ran.stderr) == (4, True)
    workbook(tmp_path, {"April": ORDERS["May"], **ORDERS})
    again = coupa(tmp_path, "retry", "out", "--no-input", **AWAY)
    assert (again.returncode, "1 order to do in sheet 'June'" in again.stderr) == (4, True)
    with History(tmp_path / "out" / FILE_NAME) as history:
        assert [run.settings["sheet"] for run in history.runs()] == ["June", "June"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lane", "browser"), "workers: auto: 1 at first, up to 2 while more orders"),
        (("--lane", "browser", "--workers", "2"), "2 workers"),
        (("--lane", "direct"), "1 worker"),
    ],
)
def test_a_dry_run_tells_the_number_of_workers(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "two.csv").write_text("PO_NUMBER\nPO1\nPO2\n")
    done = coupa(tmp_path, "run", "two.csv", "--dry-run", *words)
    assert told in done.stderr
