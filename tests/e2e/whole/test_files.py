"""Odd files through each backend and lane: each kept whole under its true name, or as the tenant holds it, and said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from coupa_async.domain.files.naming import folder_path, outcome_folder
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import load
from fixtures.workbook import write_sample
from tests.e2e.conftest import BACKENDS, Run, Site, cells, served

pytestmark = pytest.mark.browser
CATALOGUE = Path(__file__).with_name("files.toml")
SYSTEMS = "has this name because systems act by themselves on the one that it came with"
TOLD = {
    "PO15263302": (
        "Contract.pdf is cut short in Coupa",
        "Nothing.txt is empty in Coupa",
        "Scan.pdf is not a PDF by its content: it is a JPEG",
        "Photo.png is not a .png file by its content: it is a JPEG",
        "Prices.xlsx is not a .xlsx file by its content: it is plain text",
    ),
    "PO15263305": (f"_desktop.ini {SYSTEMS}", f"icons.scf.download {SYSTEMS}", f"run.lnk.download {SYSTEMS}"),
    "PO15263306": ("Cut.pdf: it is cut short", "Preview.pdf: a page came instead of a file"),
}


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served("--catalogue", str(CATALOGUE)) as site:
        yield site


@BACKENDS
@pytest.mark.parametrize("lane", ["browser", "direct"])
def test_odd_files_are_kept_whole_or_said(coupa: Run, site: Site, tmp_path: Path, backend: str, lane: str) -> None:
    catalogue = load(CATALOGUE)
    write_sample(catalogue, tmp_path / "files.xlsx")
    done = coupa("run", "files.xlsx", "-o", "out", "--workers", "2", "--backend", backend, "--lane", lane)
    assert done.returncode == 1, done.stderr
    rows = {str(row["PO_NUMBER"]): row for row in cells(tmp_path / "out" / "files.xlsx")}
    for truth in catalogue.truth():
        number, outcome = OrderNumber.parse(truth["number"]), Outcome(truth["outcome"])
        row = rows[truth["number"]]
        assert (row["STATUS"], row["ATTACHMENTS_DOWNLOADED"]) == (outcome, truth["downloaded"]), row
        told = str(row["ERROR_MESSAGE"] or "")
        assert all(note in told for note in TOLD.get(truth["number"], ())), told
        assert bool(told) == (truth["number"] in TOLD)
        leaf = folder_path((None,), truth["supplier"], outcome_folder(number, outcome))
        files = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out" / leaf).iterdir()
        }
        assert set(files) == {file["name"] for file in truth["files"]}
        assert all(files[file["name"]] == file["sha256"] for file in truth["files"] if file["sha256"])
    assert site.ask("log")["violations"] == []
