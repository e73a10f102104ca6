"""Pages that nobody foresaw, through each backend and lane: one run, and the truth of every order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from coupa_async.domain.files.naming import folder_path, outcome_folder
from coupa_async.domain.order import OrderNumber
from coupa_async.domain.outcome import Outcome
from fixtures.catalogue import HERE, load
from fixtures.workbook import write_sample
from tests.e2e.conftest import BACKENDS, Run, Site, cells, served

pytestmark = pytest.mark.browser
UNFORESEEN = HERE / "unforeseen.toml"
SETTLE_S = 3


@pytest.fixture(scope="module")
def _site() -> Iterator[Site]:
    with served("--catalogue", str(UNFORESEEN)) as site:
        yield site


@BACKENDS
@pytest.mark.parametrize("lane", ["browser", "auto"])
def test_no_page_talks_the_program_out_of_the_truth(
    coupa: Run, site: Site, tmp_path: Path, backend: str, lane: str
) -> None:
    catalogue = load(UNFORESEEN)
    write_sample(catalogue, tmp_path / "unforeseen.xlsx")
    words = ("--workers", "2", "--backend", backend, "--lane", lane, "--json")
    done = coupa("run", "unforeseen.xlsx", "-o", "out", *words, COUPA_SETTLE_S=str(SETTLE_S))
    assert done.returncode == 1, done.stderr
    by_number = {order.number: order for order in catalogue.orders.values()}
    rows = {str(row["PO_NUMBER"]): row for row in cells(tmp_path / "out" / "unforeseen.xlsx")}
    for truth in catalogue.truth():
        row, number = rows[truth["number"]], OrderNumber.parse(truth["number"])
        came = (row["STATUS"], row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"])
        assert came == (truth["outcome"], truth["found"], truth["downloaded"]), row
        order, outcome = by_number[truth["number"]], Outcome(truth["outcome"])
        assert order.told in str(row["ERROR_MESSAGE"] or "")
        leaf = folder_path((None,), order.supplier, outcome_folder(number, outcome))
        files = list((tmp_path / "out" / leaf).glob("*"))
        kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        assert kept.keys() == {item["name"] for item in truth["files"]}
        assert [item["name"] for item in truth["files"] if item["sha256"] not in ("", kept[item["name"]])] == []
    assert site.ask("log")["violations"] == []
