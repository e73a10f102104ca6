"""LibreOffice opens what we filled in, and shows what it showed before with our cells."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.services.spreadsheet.sheets import read, result, write
from tests.services.spreadsheet.zoo import ZOO

SOFFICE = shutil.which("soffice")
# UTF-8 with a comma, each cell as it shows, all sheets: a file each.
_ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice's soffice is not on the PATH: libreoffice-calc-nogui"),
]


def test_it_shows_the_same_as_before_and_our_cells_in_every_workbook_of_the_zoo(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for number, make in enumerate(ZOO.values()):
        path = make(before / f"{number}.xlsx")
        write(read(path), result("PO1", supplier="=1+1"), result("PO3"), to=after / path.name)
    told = [_shown(tmp_path, folder) for folder in (before, after)]
    for number, name in enumerate(ZOO):
        old, new = (sheets[f"{number}-PO_Data"] for sheets in told)
        assert _kept(old, new), name
        ours = [row for row in new if "PO1" in row]
        assert len(ours) == 1, name
        assert _after(ours[0], "COMPLETED") == ["COMPLETED", "=1+1", "2", "2"], name
        others = [key for key in told[0] if key.startswith(f"{number}-") and not key.endswith("-PO_Data")]
        assert all(told[0][key] == told[1][key] for key in others), name


def _shown(tmp_path: Path, folder: Path) -> dict[str, list[list[str]]]:
    out = tmp_path / f"{folder.name}-csv"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", _ALL_SHEETS, "--outdir", str(out)]
    subprocess.run([*command, *map(str, sorted(folder.iterdir()))], check=True, capture_output=True, timeout=500)
    shown: dict[str, list[list[str]]] = {}
    for path in out.iterdir():
        with path.open(encoding="utf-8-sig", newline="") as file:
            shown[path.stem] = list(csv.reader(file))
    return shown


def _kept(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> bool:
    """Tell whether each cell that showed something shows it still."""
    pairs = zip_longest(old, new, fillvalue=())
    return all(cell in ("", found) for row, kept in pairs for cell, found in zip_longest(row, kept, fillvalue=""))


def _after(row: Sequence[str], first: str) -> list[str]:
    start = list(row).index(first)
    return list(row[start : start + 4])
