"""Whole runs on spreadsheets as people have them: nothing of theirs is lost, and the results are always somewhere."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.conftest import Run, cells, tree
from tests.services.spreadsheet.sheets import book, text

pytestmark = pytest.mark.browser
ORDER = "PO15262984"


def run(coupa: Run, path: Path, *words: str) -> tuple[int, str]:
    ran = coupa("run", path, "-o", "out", "--lane", "direct", "--no-input", "--json", *words)
    return json.loads(ran.stdout.splitlines()[-1])["exit_code"], ran.stderr


def test_runs_in_place_change_only_our_cells_each_time(coupa: Run, tmp_path: Path) -> None:
    path = text(tmp_path, f"Status,PO_NUMBER,Base\nIssued,{ORDER},x\n,Total,7\n")
    for words in ((), ("--fresh",), ()):
        assert run(coupa, path, "--in-place", *words)[0] == 0
    header, order, total = path.read_text().splitlines()
    assert header.startswith("Status,PO_NUMBER,Base,STATUS (2),SUPPLIER,")
    assert order.startswith(f"Issued,{ORDER},x,COMPLETED,")
    assert total == ",Total,7"


def test_a_protected_sheet_is_told_first_and_its_results_go_beside(coupa: Run, tmp_path: Path) -> None:
    path = book(tmp_path, [["PO_NUMBER"], [ORDER]])
    made = openpyxl.load_workbook(path)
    made["PO_Data"].protection.sheet = True
    made.save(path)
    before = path.read_bytes()
    code, said = run(coupa, path, "--in-place")
    assert code == 0
    assert "the sheet is protected. The results go to in-results.xlsx" in " ".join(said.split())
    assert path.read_bytes() == before
    assert cells(tmp_path / "out" / "in-results.xlsx")[0]["STATUS"] == "COMPLETED"
    assert (tmp_path / "out" / "report.html").exists()


def test_the_users_only_copy_is_not_replaced_when_the_output_folder_is_its_own(coupa: Run, tmp_path: Path) -> None:
    path = text(tmp_path, f"PO_NUMBER\n{ORDER}\n")
    ran = coupa("run", path.name, "-o", ".", "--lane", "direct", "--no-input")
    assert ran.returncode == 0, ran.stderr
    assert path.read_text() == f"PO_NUMBER\n{ORDER}\n"
    assert "COMPLETED" in (tmp_path / "in (results).csv").read_text()
    assert any(name.endswith(f"{ORDER}_COMPLETED") for name in tree(tmp_path))
