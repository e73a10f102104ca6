"""What the latest run's spreadsheet asked for: tables beside the history, so that nobody has to read it again.

The spreadsheet may have been changed, moved or deleted since. Where its orders stand is told from these tables and the
journal, by the same count as at the end of the run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA = """
CREATE TABLE IF NOT EXISTS asked_orders (key TEXT PRIMARY KEY, is_done INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bad_rows (row INTEGER PRIMARY KEY, reason TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrders:
    """What a spreadsheet asks for.

    Attributes:
        orders: Its orders by key, and whether it has each as COMPLETED already.
        bad_rows: Why a row names no order, by its number.
    """

    orders: Mapping[str, bool] = field(default_factory=dict)
    bad_rows: Mapping[int, str] = field(default_factory=dict)


def write_asked_orders(db: sqlite3.Connection, asked: AskedOrders) -> None:
    """Put it in place of the one before. In the caller's transaction.

    Raises:
        sqlite3.Error: If the disk takes no more.
    """
    db.execute("DELETE FROM asked_orders")
    db.execute("DELETE FROM bad_rows")
    db.executemany("INSERT INTO asked_orders VALUES (?,?)", ((key, int(done)) for key, done in asked.orders.items()))
    db.executemany("INSERT INTO bad_rows VALUES (?,?)", asked.bad_rows.items())


def read_asked_orders(db: sqlite3.Connection) -> AskedOrders:
    """Read it; empty where no run has written one."""
    return AskedOrders(
        orders={key: bool(done) for key, done in db.execute("SELECT key, is_done FROM asked_orders")},
        bad_rows=dict(db.execute("SELECT row, reason FROM bad_rows ORDER BY row")),
    )
