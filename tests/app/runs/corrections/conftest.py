"""An output folder with an order whose number is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from coupa_async.domain.outcome import Outcome
from coupa_async.services.records.asked_orders import AskedOrders
from coupa_async.services.records.history import History
from coupa_async.services.records.journal import FILE_NAME, Journal
from tests.app.runs.corrections.checks import NOT_FOUND, record
from tests.services.records.test_journal import AT, result


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An output folder after a run whose second order was not found."""
    (tmp_path / "orders.csv").write_text("PO_NUMBER,Note\nPO1,a\nPO2,b\nPO2,c\n")
    root = tmp_path / "out"
    root.mkdir()
    record(root, result("PO1", outcome=Outcome.COMPLETED, folder="ACME/PO1_COMPLETED", error=""))
    record(root, result("PO2", **NOT_FOUND))
    (root / "ACME" / "PO1_COMPLETED").mkdir(parents=True)
    with Journal(root / FILE_NAME), History(root / FILE_NAME, now=lambda: AT) as history:
        settings = {"input": str(tmp_path / "orders.csv"), "workbook": "orders.csv"}
        asked = AskedOrders(orders={"1": False, "2": False})
        history.begin(backend="", lane="", workers=1, settings=settings, asked=asked)
        history.end()
    return root
