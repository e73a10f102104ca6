"""Makes ``manifest.csv``: every file that an output folder holds, with its digest and where it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from coupa_async.domain.order import AttachmentSource
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.redaction import redacted
from coupa_async.services.files.csv_file import write_csv
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.cells import delimited_text

FILE_NAME = "manifest.csv"
HEADER = (*("order", "attachment id", "name", "path", "bytes", "SHA-256", "type", "intent", "source", "page", "time"),)


def write_manifest(root: Path, journal: Journal, now: datetime) -> Path:
    """Write the manifest of an output folder, whole or not at all, beside a file of that name of the user's. Blocking.

    Returns:
        Where it is; see ``write_csv``.

    Raises:
        StorageError: If it cannot be written.
    """
    rows = (row for result, processed_at in journal.results() for row in _rows(result, processed_at))
    return write_csv(root, FILE_NAME, HEADER, rows, is_ours=_is_ours, now=now)


def _is_ours(header: Sequence[str]) -> bool:
    return tuple(header) == HEADER


def _rows(result: OrderResult, processed_at: datetime) -> Iterator[Sequence[object]]:
    for file in result.saved:
        page = result.requisition_url if file.source is AttachmentSource.REQUISITION else result.url
        yield (
            *map(delimited_text, (result.number.shown, file.id, file.name, f"{result.folder}/{file.name}")),
            *(file.size_bytes, file.sha256, file.kind, file.intent, f"{file.source} {file.place}".strip()),
            *(delimited_text(redacted(page)), processed_at.isoformat(timespec="seconds")),
        )
