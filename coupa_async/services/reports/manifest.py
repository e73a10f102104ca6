"""Makes ``manifest.csv``: every file that an output folder holds, with its digest and where it came from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from coupa_async.domain.order import AttachmentSource
from coupa_async.domain.outcome import OrderResult
from coupa_async.domain.redaction import redacted
from coupa_async.services.files.replace import replace_file
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.cells import delimited_text

FILE_NAME = "manifest.csv"
HEADER = (*("order", "attachment id", "name", "path", "bytes", "SHA-256", "type", "intent", "source", "page", "time"),)


def write_manifest(root: Path, journal: Journal, now: datetime) -> Path:
    """Write the manifest of an output folder, whole or not at all. Blocking.

    Returns:
        Where it is; see ``replace_file``.

    Raises:
        StorageError: If it cannot be written.
    """

    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # with the mark that Excel tells UTF-8 by
        rows = csv.writer(text)
        rows.writerow(HEADER)
        for result, processed_at in journal.results():
            rows.writerows(_rows(result, processed_at))
        text.flush()
        text.detach()

    return replace_file(root / FILE_NAME, write, now)


def _rows(result: OrderResult, processed_at: datetime) -> Iterator[Sequence[object]]:
    for file in result.saved:
        page = result.requisition_url if file.source is AttachmentSource.REQUISITION else result.url
        yield (
            *map(delimited_text, (result.number.shown, file.id, file.name, f"{result.folder}/{file.name}")),
            *(file.size_bytes, file.sha256, file.kind, file.intent, f"{file.source} {file.place}".strip()),
            *(delimited_text(redacted(page)), processed_at.isoformat(timespec="seconds")),
        )
