"""The rows of one order in the journal: its result, its attachments and its data, written and read again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from coupa_async.domain.data.record import NO_DATA, OrderData
from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import FailedAttachment, OrderResult, Outcome, SavedAttachment
from coupa_async.domain.redaction import redacted
from coupa_async.services.records.corrections_schema import CORRECTED_FROM
from coupa_async.services.records.data_text import data_to_text, lines_to_text, text_to_data
from coupa_async.services.records.database import paged

_ORDER = (
    "key, shown, outcome, url, supplier, found, folder, error, requisition_url, handed_back, attempts, seconds, "
    "found_by, group_name"
)
_ATTACHMENT = "order_key, position, id, kind, source, name, path, size_bytes, sha256, seconds, note, place, intent"


def write_result(db: sqlite3.Connection, result: OrderResult, processed_at: datetime) -> None:
    """Write an order's result in place of an older one; lines that were not asked for stay as they are.

    Args:
        db: The journal, in a transaction.
        result: The result.
        processed_at: When that was.
    """
    key = result.number.key
    lines = _lines(db, key) if result.lines is None else lines_to_text(result.lines)
    db.execute("DELETE FROM orders WHERE key = ?", (key,))
    db.execute(
        f"INSERT INTO orders ({_ORDER}, processed_at, filed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)",  # noqa: S608
        (
            *(key, result.number.shown, result.outcome.value, result.url, _whole(result.supplier), result.found),
            *(result.folder, _whole(redacted(result.error))),
            *(redacted(result.requisition_url), redacted(result.fallback_reason)),
            *(result.attempts, result.seconds, result.found_by, _whole(result.group)),
            processed_at.isoformat(timespec="seconds"),
        ),
    )
    db.executemany(
        f"INSERT INTO attachments ({_ATTACHMENT}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - our own text
        (
            (
                *(key, n, item.id, item.kind, item.source, item.name, f"{result.folder}/{item.name}"),
                *(item.size_bytes, item.sha256, item.seconds, item.note, item.place, item.intent),
            )
            for n, item in enumerate(result.saved)
        ),
    )
    db.executemany(
        "INSERT INTO failures VALUES (?,?,?,?,?,?)",
        (
            (key, n, item.id, _whole(item.name), _whole(redacted(item.reason)), int(item.timed_out))
            for n, item in enumerate(result.failed)
        ),
    )
    if result.data is not NO_DATA or lines:
        db.execute("INSERT INTO order_data VALUES (?,?,?)", (key, data_to_text(result.data), lines))


def read_results(db: sqlite3.Connection, which: str = "1", *given: str) -> Iterator[tuple[OrderResult, datetime]]:
    """Read orders' results and when they were processed, by key, without holding them all.

    Args:
        db: The journal.
        which: A condition, in SQL.
        given: Its parameters.
    """
    columns = f"{_ORDER}, {CORRECTED_FROM}, processed_at"
    query = f"SELECT {columns} FROM orders WHERE {which} AND key > ? ORDER BY key LIMIT ?"  # noqa: S608 - our own text
    for row in paged(db, query, *given, after=""):
        key, shown, outcome, url, supplier, found, folder, error, requisition, back, attempts, seconds, *rest = row
        found_by, group, corrected_from, at = rest
        yield (
            OrderResult(
                number=OrderNumber(shown, key),
                outcome=Outcome(outcome),
                url=url,
                supplier=supplier,
                found=found,
                saved=_saved(db, key),
                failed=_failed(db, key),
                folder=folder,
                error=error,
                requisition_url=requisition,
                found_by=found_by,
                fallback_reason=back,
                group=group,
                data=_data(db, key),
                attempts=attempts,
                seconds=seconds,
                corrected_from=corrected_from,
            ),
            datetime.fromisoformat(at),
        )


def _data(db: sqlite3.Connection, key: str) -> OrderData:
    row = db.execute("SELECT fields FROM order_data WHERE order_key = ?", (key,)).fetchone()
    return text_to_data(row[0]) if row else NO_DATA


def _lines(db: sqlite3.Connection, key: str) -> str:
    row = db.execute("SELECT lines FROM order_data WHERE order_key = ?", (key,)).fetchone()
    return str(row[0]) if row else ""


def _saved(db: sqlite3.Connection, key: str) -> tuple[SavedAttachment, ...]:
    rows = db.execute(
        "SELECT id, kind, source, name, size_bytes, sha256, seconds, note, place, intent FROM attachments "
        "WHERE order_key = ? ORDER BY position",
        (key,),
    ).fetchall()
    return tuple(
        SavedAttachment(
            id=id_,
            kind=AttachmentKind(kind),
            source=AttachmentSource(source),
            name=name,
            size_bytes=size_bytes,
            sha256=sha256,
            seconds=seconds,
            note=note,
            place=place,
            intent=intent,
        )
        for id_, kind, source, name, size_bytes, sha256, seconds, note, place, intent in rows
    )


def _failed(db: sqlite3.Connection, key: str) -> tuple[FailedAttachment, ...]:
    rows = db.execute(
        "SELECT id, name, reason, timed_out FROM failures WHERE order_key = ? ORDER BY position", (key,)
    ).fetchall()
    return tuple(
        FailedAttachment(id=id_, name=name, reason=reason, timed_out=bool(late)) for id_, name, reason, late in rows
    )


def _whole(text: str) -> str:
    """Replace lone surrogates, which a page's script can make and no database accepts."""
    return text.encode("utf-8", "replace").decode("utf-8")
