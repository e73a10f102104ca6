"""What stands in a folder is told alike by `run`, `status`, `retry`, the report and the workbook: over HTTP alone."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Run, Site
from tests.fakes import script

GOOD, ALSO_GOOD, HOPELESS = "15262984", "15262989", "15263002"


@pytest.fixture
def direct(coupa: Run, site: Site, tmp_path: Path) -> Run:
    site.ask("sign-in", {"mode": "none"})
    path = str(script(tmp_path / "no-browser", "exit 1"))
    own = {"COUPA_LANE": "direct", "COUPA_BROWSER_PATH": path, "COUPA_MAX_ATTEMPTS": "1"}
    return lambda *words: coupa(*words, "--json", **own)


def sheet(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{row}\n" for row in ("PO_NUMBER;Note;STATUS", *rows)))
    return path


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["exit_code"] == done.returncode
    return found


def counts(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in ("total", "outcomes", "files", "bytes", "bad_rows", "exit_code")}


def report_data(out: Path) -> Any:
    page = (out / "report.html").read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def statuses(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return [row["STATUS"] for row in csv.DictReader(file, delimiter=";")]


def test_rows_that_name_no_order_are_told_apart_from_failures_everywhere(direct: Run, tmp_path: Path) -> None:
    rows = (f"{GOOD};;", "ABC;a word;", ";only a note;", f"{ALSO_GOOD};;", "to be ordered;2;", "Total;2;")
    orders = sheet(tmp_path / "orders.csv", *rows)
    ran = direct("run", orders, "-o", "out")
    summary = told(ran)
    assert (summary["total"], summary["outcomes"], summary["bad_rows"]) == (2, {"COMPLETED": 2}, 3)
    assert ran.returncode == 0
    assert "3 rows of the spreadsheet name no order" in ran.stderr
    assert "FAILED" not in ran.stderr
    assert statuses(tmp_path / "out" / "orders.csv") == [
        *("COMPLETED", "NOT_AN_ORDER", "NOT_AN_ORDER", "COMPLETED", "NOT_AN_ORDER", ""),  # the totals are left alone
    ]
    for words in (("status", "out"), ("retry", "out")):
        done = direct(*words)
        assert counts(told(done)) == counts(told(ran))
        assert "3 rows of the spreadsheet name no order" in done.stderr
        assert "FAILED" not in done.stderr
    data = report_data(tmp_path / "out")
    assert data["standing"]["outcomes"] == {"COMPLETED": 2}
    assert data["bad_rows"]["count"] == 3
    assert [row for row, _ in data["bad_rows"]["shown"]] == [3, 4, 6]


@pytest.mark.parametrize("words", [("--limit", "1"), ("--only", GOOD), ("--only", HOPELESS), ()])
def test_run_status_and_report_count_alike_whatever_a_run_was_to_do(
    direct: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    direct("run", sheet(tmp_path / "earlier.csv", "15263001;;"), "-o", "out")  # another spreadsheet, the same folder
    rows = (f"{GOOD};;", f"{HOPELESS};;", "ABC;;", f"{ALSO_GOOD};done elsewhere;COMPLETED")
    orders = sheet(tmp_path / "orders.csv", *rows)
    ran = told(direct("run", orders, "-o", "out", *words))
    assert ran["total"] == 3
    stands = direct("status", "out")
    assert counts(told(stands)) == counts(ran)
    assert report_data(tmp_path / "out")["standing"]["outcomes"] == ran["outcomes"]
    assert ("go on" in stands.stderr) == ("PENDING" in ran["outcomes"])
    assert "1 order of other spreadsheets" in stands.stderr
    again = told(direct("retry", "out", "--outcome", "PENDING"))
    assert "PENDING" not in again["outcomes"]
    assert counts(told(direct("status", "out"))) == counts(again)


def test_status_tells_the_truth_of_a_spreadsheet_that_is_gone(direct: Run, tmp_path: Path) -> None:
    orders = sheet(tmp_path / "orders.csv", f"{GOOD};;", f"{ALSO_GOOD};;", "ABC;;")
    ran = told(direct("run", orders, "-o", "out", "--limit", "1"))
    orders.unlink()
    assert counts(told(direct("status", "out"))) == counts(ran)


def test_a_column_that_she_adds_beside_ours_stays_hers_run_after_run(direct: Run, tmp_path: Path) -> None:
    orders = sheet(tmp_path / "orders.csv", f"{GOOD};;")
    assert direct("run", orders, "-o", "out", "--in-place").returncode == 0
    lines = orders.read_text("utf-8-sig").splitlines()
    orders.write_text("".join(f"{line};{more}\n" for line, more in zip(lines, ("COUPA_TOTAL", "hers"), strict=True)))
    for _ in range(2):
        done = direct("run", orders, "-o", "out", "--in-place", "--fresh", "--data", "total")
        assert done.returncode == 0, done.stderr
        with orders.open(newline="", encoding="utf-8-sig") as file:
            (row,) = csv.DictReader(file, delimiter=";")
        assert row["COUPA_TOTAL"] == "hers"
        assert row["COUPA_TOTAL (2)"].replace(",", ".").replace(".", "").isdecimal()
        assert "COUPA_TOTAL (3)" not in row
