"""The journal's tables, and the upgrade of older ones: an output folder outlives the version that made it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from coupa_async.domain.errors import BadOrderNumberError, OutputError
from coupa_async.domain.order import OrderNumber
from coupa_async.services.records.database import claim

VERSION = 4
_OLDEST = 2
_COLUMNS = {"key", "shown", "outcome", "processed_at"}  # that orders have had in all versions

_DATA = """CREATE TABLE order_data (
    order_key TEXT PRIMARY KEY REFERENCES orders (key) ON DELETE CASCADE, fields TEXT NOT NULL, lines TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

SCHEMA = f"""
CREATE TABLE orders (
    key TEXT PRIMARY KEY, shown TEXT NOT NULL, outcome TEXT NOT NULL, url TEXT NOT NULL, supplier TEXT NOT NULL,
    found INTEGER NOT NULL, folder TEXT NOT NULL, error TEXT NOT NULL, requisition_url TEXT NOT NULL,
    handed_back TEXT NOT NULL, attempts INTEGER NOT NULL, seconds REAL NOT NULL, processed_at TEXT NOT NULL,
    filed INTEGER NOT NULL, found_by TEXT NOT NULL DEFAULT '', group_name TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX unfiled ON orders (key) WHERE filed = 0;
CREATE TABLE attachments (
    order_key TEXT NOT NULL REFERENCES orders (key) ON DELETE CASCADE, position INTEGER NOT NULL, id TEXT NOT NULL,
    kind TEXT NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL, seconds REAL NOT NULL, note TEXT NOT NULL DEFAULT '', place TEXT NOT NULL DEFAULT '',
    intent TEXT NOT NULL DEFAULT '', PRIMARY KEY (order_key, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE failures (
    order_key TEXT NOT NULL REFERENCES orders (key) ON DELETE CASCADE, position INTEGER NOT NULL, id TEXT NOT NULL,
    name TEXT NOT NULL, reason TEXT NOT NULL, timed_out INTEGER NOT NULL, PRIMARY KEY (order_key, position)
) STRICT, WITHOUT ROWID;
{_DATA};
PRAGMA user_version = {VERSION};
"""

# What each version lacks of the next one.
_STEPS = {
    2: (
        "ALTER TABLE orders ADD COLUMN found_by TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE orders ADD COLUMN group_name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE attachments ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    ),
    3: (
        "ALTER TABLE attachments ADD COLUMN place TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE attachments ADD COLUMN intent TEXT NOT NULL DEFAULT ''",
        _DATA,
    ),
}


def refuse_foreign(path: Path) -> None:
    """Check that a database is none of the user's own, before anything of it is changed. Blocking.

    Raises:
        OutputError: If it is one.
        sqlite3.Error: If it is no database.
    """
    log = path.with_name(f"{path.name}-wal")
    if not path.is_file() or not path.stat().st_size or (log.exists() and log.stat().st_size):
        return  # what a log is beside, a kill may have left half: only SQLite can read it
    # As it lies there: nothing is made beside it.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchone()
        columns = {name for _, name, *_ in db.execute("PRAGMA table_info(orders)").fetchall()}
    if tables and not columns >= _COLUMNS:
        raise OutputError(f"{path}: is a database of something else, and stays as it is: choose another folder with -o")


def bring_up(db: sqlite3.Connection, path: Path) -> None:
    """Make the journal's tables, or upgrade those of an older version. A copy of the old file is kept.

    Args:
        db: Open, in autocommit mode.
        path: Its file.

    Raises:
        OutputError: If a newer version wrote it, or something else did.
        sqlite3.Error: If it cannot be written; the file is then as it was.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version == 0:
        db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
        return
    if not _OLDEST <= version < VERSION:
        raise OutputError(
            f"{path}: written by a version of coupa-async that this one does not know: use that, or another folder (-o)"
        )
    _keep_copy(db, path.with_name(f"{path.stem} (version {version}){path.suffix}"))
    db.execute("PRAGMA foreign_keys=OFF")  # keys of orders change below, in all tables together
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, VERSION):
            for statement in _STEPS[step]:
                db.execute(statement)
        _spell_keys(db)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    finally:
        db.execute("PRAGMA foreign_keys=ON")


def _keep_copy(db: sqlite3.Connection, copy: Path) -> None:
    if copy.exists():
        return  # of an earlier try that was killed: the journal is still the same
    claim(copy)
    with closing(sqlite3.connect(copy)) as target:
        db.backup(target)


def _spell_keys(db: sqlite3.Connection) -> None:
    """Write every order's key in this version's form. If two orders become one, the one processed last stays."""
    rows = db.execute("SELECT key, shown FROM orders ORDER BY processed_at DESC").fetchall()
    seen: set[str] = set()
    for old, shown in rows:
        try:
            new = OrderNumber.parse(shown).key
        except BadOrderNumberError:
            new = old
        if new in seen:
            _drop(db, old)
            continue
        seen.add(new)
        if new != old:
            _drop(db, new)
            for statement in (
                "UPDATE orders SET key = ? WHERE key = ?",
                "UPDATE attachments SET order_key = ? WHERE order_key = ?",
                "UPDATE failures SET order_key = ? WHERE order_key = ?",
                "UPDATE order_data SET order_key = ? WHERE order_key = ?",
            ):
                db.execute(statement, (new, old))


def _drop(db: sqlite3.Connection, key: str) -> None:
    for statement in (
        "DELETE FROM attachments WHERE order_key = ?",
        "DELETE FROM failures WHERE order_key = ?",
        "DELETE FROM order_data WHERE order_key = ?",
        "DELETE FROM orders WHERE key = ?",
    ):
        db.execute(statement, (key,))
