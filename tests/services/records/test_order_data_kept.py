"""The journal keeps orders' data, so that workbook and report can be made again without a request."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from coupa_async.domain.data.lines import OrderLines
from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.order import OrderNumber
from coupa_async.services.records.journal import Journal
from coupa_async.services.records.journal_schema import SCHEMA
from tests.services.records.test_journal import AT, result
from tests.services.spreadsheet.lines import ORDERS

DATA = OrderData(
    language="pt-BR",
    fields=(("status", "Emitido"), ("total", "1.234,50")),
    labels=(("Condição", "30\u00a0dias"), ("Empty", "")),
)


def test_an_orders_data_is_read_back_whole(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1", data=DATA), AT)
        journal.record(result("PO2", data=NO_DATA), AT)
        assert [order.data for order, _ in journal.results()] == [DATA, NO_DATA]
        assert list(journal.data()) == [DATA]


def test_an_order_recorded_again_or_forgotten_has_no_old_data(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        for number in ("PO1", "PO2", "PO3"):
            journal.record(result(number, data=DATA), AT)
        journal.record(result("PO1"), AT)
        journal.forget([OrderNumber.parse("PO2")])
        assert [bool(order.data) for order, _ in journal.results()] == [False, True]
        assert list(journal.data()) == [DATA]


def test_an_orders_lines_are_read_back_whole_and_stay_where_it_is_recorded_again_without(tmp_path: Path) -> None:
    lines = ORDERS[0].lines
    some = OrderLines(lines=lines.lines[:1], announced=40, has_more=True)
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1", data=DATA, lines=lines), AT)
        journal.record(result("PO2", data=DATA, lines=some), AT)
        journal.record(result("PO3", data=DATA), AT)
        journal.record(result("PO1", data=DATA), AT)  # as by a run that gives a folder its name later
        found = {order.number: order for order in journal.lines(["2", "1", "3", "9"])}
        assert [(number, order.lines) for number, order in found.items()] == [("PO2", some), ("PO1", lines)]
        assert found["PO1"].data == DATA
        assert list(journal.without_lines()) == ["3"]
        assert [key for key, _, _ in journal.suppliers_and_data()] == ["1", "2", "3"]
        journal.forget([OrderNumber.parse("PO1")])
        assert list(journal.lines(["1"])) == []
        journal.record(result("PO1", data=DATA), AT)
        assert list(journal.lines(["1"])) == []


def test_half_a_character_costs_nothing_but_itself(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(result("PO1", data=OrderData(labels=(("A\ud800", "b"),))), AT)
        assert [order.data.labels for order, _ in journal.results()] == [(("A?", "b"),)]


def test_a_journal_of_the_version_before_is_gone_on_with(tmp_path: Path) -> None:
    """Its keys may be written anew on the way, in all tables together."""
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SCHEMA)
        db.executescript(
            "DROP TABLE order_data;"
            "ALTER TABLE attachments DROP COLUMN place; ALTER TABLE attachments DROP COLUMN intent;"
            "INSERT INTO orders VALUES ('0007', 'PO0007', 'PARTIAL', 'u', '', 1, '', '', '', '', 1, 1.0,"
            " '2025-01-01T00:00:00', 1, 'path', 'G');"
            "INSERT INTO attachments VALUES ('0007', 0, '5', 'file', 'order', 'a.pdf', 'p', 1, 'ab', 0.1, 'n');"
            "PRAGMA user_version = 3"
        )
    for _ in range(2):
        with Journal(path) as journal:
            ((order, _),) = journal.results()
            assert (order.number.key, order.data, order.group, len(order.saved)) == ("7", NO_DATA, "G", 1)
    with Journal(path) as journal:
        journal.record(result("PO8", data=DATA), AT)
        assert list(journal.data()) == [DATA]
    assert (tmp_path / "journal (version 3).sqlite3").exists()
