"""Some orders of a sheet, dry, in place, and again: over HTTP alone, on a site that lets everybody in."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import Run, Site, cells
from tests.fakes import script

GOOD, HOPELESS, PART = "15262984", "15263002", "15263001"


@pytest.fixture
def direct(coupa: Run, site: Site, tmp_path: Path) -> Run:
    site.ask("sign-in", {"mode": "none"})
    path = str(script(tmp_path / "no-browser", "exit 1"))
    return lambda *words: coupa(*words, "--json", COUPA_LANE="direct", COUPA_BROWSER_PATH=path)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "orders.xlsx"
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.title = "PO_Data"
    for row in (
        ["PO_NUMBER", "<|>", "Region"],
        [f"PO{GOOD}", None, "EMEA"],
        [HOPELESS, None, ""],
        [PART, None, "EMEA"],
    ):
        made.active.append(row)
    made.save(path)
    return path


def outcomes(path: Path) -> list[object]:
    return [row.get("STATUS") for row in cells(path)]


def asked(site: Site) -> set[str]:
    return {entry["path"] for entry in site.ask("log")["log"] if entry["path"].startswith("/order_headers/")}


def test_a_dry_run_says_where_and_asks_and_writes_nothing(direct: Run, site: Site, book: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    done = direct("run", book, "-o", "out", "--dry-run")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [item["order"] for item in told["orders"]] == [f"PO{GOOD}", HOPELESS, PART]
    assert told["orders"][0]["folder"] == str(tmp_path / "out" / "EMEA" / f"PO{GOOD}_{{OUTCOME}}")
    assert told["orders"][1]["folder"] == str(tmp_path / "out" / "Unknown" / f"PO_{HOPELESS}_{{OUTCOME}}")
    assert site.requests == 0
    assert sorted(tmp_path.rglob("*")) == before


def test_only_the_orders_named_and_no_more_than_the_limit_are_done(direct: Run, site: Site, book: Path) -> None:
    assert json.loads(direct("run", book, "--only", GOOD, "--dry-run").stdout)["orders"]
    first = direct("run", book, "-o", "out", "--only", f"{GOOD},po{PART}", "--limit", "1")
    assert json.loads(first.stdout)["outcomes"] == {"PENDING": 2, "COMPLETED": 1}
    assert asked(site) == {f"/order_headers/{GOOD}"}
    second = direct("run", book, "-o", "out", "--only", f"{GOOD},po{PART}")
    assert json.loads(second.stdout)["outcomes"] == {"PENDING": 1, "COMPLETED": 1, "PARTIAL": 1}
    left = json.loads(direct("run", book, "-o", "out", "--dry-run").stdout)
    assert [item["order"] for item in left["orders"]] == [HOPELESS]


@pytest.mark.parametrize(("only", "story"), [("15269999", "15269999"), ("ABC", "--only: 'ABC'")])
def test_an_order_that_is_not_in_the_sheet_is_refused(
    direct: Run, site: Site, book: Path, only: str, story: str
) -> None:
    done = direct("run", book, "--only", only)
    assert (done.returncode, len(done.stderr.splitlines()), site.requests) == (2, 1, 0)
    assert story in done.stderr


def test_in_place_fills_in_the_sheet_itself_after_a_backup(direct: Run, book: Path, tmp_path: Path) -> None:
    original = book.read_bytes()
    done = direct("run", book, "-o", "out", "--in-place")
    assert done.returncode == 1, done.stderr
    assert outcomes(book) == ["COMPLETED", "FAILED", "PARTIAL"]
    (backup,) = tmp_path.glob("orders (backup ????-??-?? ??????).xlsx")
    assert backup.read_bytes() == original
    assert backup.name in done.stderr
    assert not (tmp_path / "out" / "orders.xlsx").exists()


def test_a_retry_asks_for_what_did_not_come_out_well_and_for_nothing_else(
    direct: Run, site: Site, book: Path, tmp_path: Path
) -> None:
    direct("run", Path(book.name), "-o", "out", "--limit", "2")  # a relative path, which the folder remembers whole
    site.ask("reset", {})
    item = direct("retry", tmp_path / "out", "--outcome", "failed")
    assert item.returncode == 1, item.stderr
    assert asked(site) == {f"/order_headers/{HOPELESS}"}
    site.ask("reset", {})
    rest = direct("retry", tmp_path / "out")
    assert json.loads(rest.stdout)["outcomes"] == {"COMPLETED": 1, "FAILED": 1, "PARTIAL": 1}
    assert asked(site) == {f"/order_headers/{HOPELESS}", f"/order_headers/{PART}"}
    assert outcomes(tmp_path / "out" / "orders.xlsx") == ["COMPLETED", "FAILED", "PARTIAL"]
    assert len(list((tmp_path / "out").glob("*/PO*"))) == 3  # one folder an order


def test_a_retry_says_what_it_lacks(direct: Run, book: Path, tmp_path: Path) -> None:
    assert direct("retry", tmp_path).returncode == 2
    direct("run", book, "-o", "out", "--limit", "1")
    moved = book.rename(tmp_path / "moved.xlsx")
    lost = direct("retry", "out")
    assert (lost.returncode, len(lost.stderr.splitlines())) == (2, 1)
    assert "--input" in lost.stderr
    assert direct("retry", "out", "--input", moved, "--outcome", "NONSENSE").returncode == 2
    assert direct("retry", "out", "--input", moved).returncode == 1


def test_a_demos_folder_is_retried_as_the_summary_says_with_the_recorded_site_beside_it(tmp_path: Path) -> None:
    def typed(words: list[str]) -> subprocess.CompletedProcess[str]:
        own = {"COUPA_BASE_URL": "https://own.invalid", "PYTHONPATH": str(ROOT), "COUPA_LANE": "direct"}
        own |= {"COUPA_SHEET": "May", "COUPA_PO_COLUMN": "Pedido", "COUPA_ID_COLUMN": "Id", "COUPA_USERNAME": "me"}
        return subprocess.run(
            words, cwd=tmp_path, env=os.environ | own, capture_output=True, text=True, timeout=100, check=False
        )

    demo = typed([sys.executable, "-m", "coupa_async", "demo"])
    assert demo.returncode == 1, demo.stderr
    proposed = next(line.split(maxsplit=1)[1] for line in demo.stderr.splitlines() if line.startswith("again "))
    again = typed(shlex.split(proposed))
    assert again.returncode == 1
    assert "PARTIAL              3" in again.stderr
    assert "own.invalid" not in again.stderr
