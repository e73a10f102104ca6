"""``run --template``: a spreadsheet to begin with, before anything is set up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.services.spreadsheet.sheets import numbers, read


def template(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coupa_async", "run", "--template", *words]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("COUPA_", "LC_"))}
    return subprocess.run(
        *(command,), capture_output=True, text=True, env=env | {"LANG": "C"}, cwd=folder, timeout=60, check=False
    )


def test_it_is_written_without_a_tenant_and_never_over_a_file(tmp_path: Path) -> None:
    done = template(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert 'coupa-async run "orders.xlsx"' in " ".join(done.stderr.split())
    assert numbers(read(tmp_path / "orders.xlsx")) == ["PO0000001", "PO0000002", "PO0000003"]
    before = (tmp_path / "orders.xlsx").read_bytes()
    again = template(tmp_path, "orders.xlsx")
    assert again.returncode == 2
    assert "is there already" in " ".join(again.stderr.split())
    assert (tmp_path / "orders.xlsx").read_bytes() == before
