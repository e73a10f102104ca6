"""A kill while results are written leaves the old spreadsheet or the new one, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.spreadsheet.sheets import book, numbers, read, text

_ROWS = 4_000


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
@pytest.mark.parametrize("kind", ["workbook", "text"])
def test_at_100_points_of_writing(tmp_path: Path, kind: str) -> None:
    rows = [[f"PO{number}", f"note {number}", number] for number in range(1, _ROWS + 1)]
    if kind == "workbook":
        path = book(tmp_path, [["PO", "Note", "Amount"], *rows])
    else:
        path = text(tmp_path, "\n".join(["PO;Note;Amount", *(";".join(map(str, row)) for row in rows)]))
    command = [sys.executable, "-m", "tests.services.spreadsheet.kill_writes", str(path), "100"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stderr
    old, new = map(int, done.stdout.split())
    assert old + new == 100
    assert old > 20
    assert new > 0
    worklist = read(path, fresh=True)
    assert len(numbers(worklist)) == _ROWS
