"""Orders that meet the slower faults of the catalogue, through each backend: one run, and the truth of every one."""

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
TROUBLE = Path(__file__).with_name("trouble.toml")
PAGE_TIMEOUT_S = 5


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served("--catalogue", str(TROUBLE)) as site:
        yield site


@BACKENDS
def test_every_fault_ends_in_its_one_true_outcome(coupa: Run, site: Site, tmp_path: Path, backend: str) -> None:
    """D2, D7, D11, D12, H1, H4, S5."""
    catalogue = load(TROUBLE)
    write_sample(catalogue, tmp_path / "trouble.xlsx")
    more = {"COUPA_PAGE_TIMEOUT_S": str(PAGE_TIMEOUT_S)}
    words = ("--workers", "2", "--backend", backend, "--lane", "browser", "--json")
    done = coupa("run", "trouble.xlsx", "-o", "out", *words, **more)
    assert done.returncode == 1, done.stderr
    rows = {str(row["PO_NUMBER"]): row for row in cells(tmp_path / "out" / "trouble.xlsx")}
    for truth in catalogue.truth():
        row, number = rows[truth["number"]], OrderNumber.parse(truth["number"])
        came = (row["STATUS"], row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"])
        assert came == (truth["outcome"], truth["found"], truth["downloaded"]), row
        leaf = outcome_folder(number, Outcome(truth["outcome"]))
        folder = tmp_path / "out" / folder_path((None,), catalogue.orders[number.key].supplier, leaf)
        kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*")}
        assert kept == {item["name"]: item["sha256"] for item in truth["files"]}
    told = {number: str(rows[number]["ERROR_MESSAGE"]) for number in ("PO15264000", "PO15264001", "PO15264005")}
    assert "Chunked.txt" in told["PO15264000"]
    assert all(status in told["PO15264001"] for status in ("403", "410", "500"))
    assert f"no page in {PAGE_TIMEOUT_S} s" in told["PO15264005"]
    asked = [entry["path"] for entry in site.ask("log")["log"]]
    assert len([path for path in asked if "/7060/" in path]) == 2  # at the wall, and behind it
    assert asked.count("/order_headers/15264005") <= 6  # three tries, on a second browser at most
    assert [path for path in (tmp_path / "out").rglob("*") if path.suffix in (".part", ".crdownload")] == []
