"""An output folder that is the user's own (``-o .``): whatever she has there under a name of ours stays as it is."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import anyio
import openpyxl
import pytest

from coupa_async.app.runs.fill_in import fill_in
from coupa_async.app.runs.output_folder import folder_status
from coupa_async.app.runs.run_log import log_path, run_log
from coupa_async.app.runs.workbook import plan_workbook
from coupa_async.cli.commands.record import Record, record
from coupa_async.domain.errors import OutputError
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from coupa_async.services.reports.manifest import HEADER, write_manifest
from coupa_async.services.reports.run_report import write_report
from tests.services.records.test_journal import AT, result
from tests.services.spreadsheet.sheets import read
from tests.services.spreadsheet.test_other_workbooks import xls

MINE = b"part;shelf\r\nbolt;7\r\n"


def _manifest(folder: Path) -> Path:
    with Journal(folder / FILE_NAME) as journal:
        return write_manifest(folder, journal, AT)


def _report(folder: Path) -> Path:
    with Journal(folder / FILE_NAME) as journal, History(folder / FILE_NAME) as history:
        return write_report(folder, journal, history, AT)


def _log(folder: Path) -> Path:
    path = log_path(folder)
    with run_log(path, of=["a test"]):
        logging.getLogger("a test").warning("something")
    return path


def _results(folder: Path) -> Path:
    (folder / "elsewhere").mkdir(exist_ok=True)
    worklist = read(xls(folder / "elsewhere"))
    with Journal(folder / FILE_NAME) as journal:
        journal.record(result(), AT)
        return fill_in(plan_workbook(worklist, folder, [], in_place=False), worklist, journal, now=AT).written


@pytest.mark.parametrize(
    ("name", "second", "write"),
    [
        ("manifest.csv", "manifest (2).csv", _manifest),
        ("report.html", "report (2).html", _report),
        ("run.log", "run (2).log", _log),
        ("in-results.xlsx", "in-results (2).xlsx", _results),
    ],
)
def test_a_file_of_hers_stays_and_ours_is_beside_it_run_after_run(
    tmp_path: Path, name: str, second: str, write: Callable[[Path], Path]
) -> None:
    (tmp_path / name).write_bytes(MINE)
    assert [write(tmp_path).name, write(tmp_path).name] == [second, second]
    assert (tmp_path / name).read_bytes() == MINE
    (tmp_path / name).unlink()
    (tmp_path / second).unlink()
    assert [write(tmp_path).name, write(tmp_path).name] == [name, name]


def test_a_manifest_or_results_that_she_has_worked_in_are_hers(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(",".join((*HEADER, "checked by")) + "\n", encoding="utf-8-sig")
    assert _manifest(tmp_path).name == "manifest (2).csv"
    openpyxl.load_workbook(_results(tmp_path)).save(tmp_path / "in-results.xlsx")
    assert _results(tmp_path).name == "in-results (2).xlsx"


def test_the_report_that_is_told_of_is_ours(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(MINE)
    with Journal(tmp_path / FILE_NAME):
        pass
    assert folder_status(tmp_path)[0].report is None
    ours = _report(tmp_path)
    assert folder_status(tmp_path)[0].report == ours


@pytest.mark.parametrize("version", [0, 4])
def test_a_database_of_hers_is_refused_and_not_one_byte_of_it_is_changed(tmp_path: Path, version: int) -> None:
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as mine:
        mine.executescript(f"CREATE TABLE orders (id, pizza); PRAGMA user_version={version};")
    before = path.read_bytes()
    with pytest.raises(OutputError, match=r"is a database of something else, and stays as it is: .* -o"):
        Journal(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_record_replaces_only_what_was_recorded(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_bytes(MINE)
    settings = Record.model_validate({"orders": ["PO1"], "base_url": "https://t.example", "output_dir": tmp_path})
    with pytest.raises(OutputError, match=r"catalogue.toml: was not recorded, and stays as it is: .* -o"):
        anyio.run(record, settings)
    assert (tmp_path / "catalogue.toml").read_bytes() == MINE


def test_the_log_goes_on_where_a_full_disk_took_half_of_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_bytes(b'{"at": "2025-06-01T12:3')
    assert _log(tmp_path) == tmp_path / "run.log"
    last = (tmp_path / "run.log").read_text().splitlines()[-1]
    assert json.loads(last[last.rindex('{"at"') :])["message"] == "something"
