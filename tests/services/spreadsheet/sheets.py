"""Spreadsheets made and read for the tests of both ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from coupa_async.domain.order import AttachmentKind, AttachmentSource, OrderNumber
from coupa_async.domain.outcome import OrderResult, Outcome, SavedAttachment
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.results import write_results
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist

AT = datetime(2025, 6, 1, 12, 30, 5)
RESULTS = (
    *("STATUS", "SUPPLIER", "ATTACHMENTS_FOUND", "ATTACHMENTS_DOWNLOADED", "AttachmentName", "LAST_PROCESSED"),
    *("ERROR_MESSAGE", "DOWNLOAD_FOLDER", "COUPA_URL"),
)
Rows = Sequence[Sequence[object]]


def book(folder: Path, rows: Rows, *, title: str = "PO_Data", name: str = "in.xlsx") -> Path:
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(list(row))
    made.save(folder / name)
    return folder / name


def text(folder: Path, content: str | bytes, name: str = "in.csv") -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def read(path: Path, *, fresh: bool = False, **options: Any) -> Worklist:
    return read_worklist(path, WorklistOptions(**options), fresh=fresh)


def numbers(worklist: Worklist) -> list[str]:
    return [order.number.shown for order in worklist.orders]


def result(number: str, **more: Any) -> OrderResult:
    saved = tuple(
        SavedAttachment(
            id=name,
            kind=AttachmentKind.FILE,
            source=AttachmentSource.ORDER,
            name=name,
            size_bytes=1,
            sha256="",
            seconds=0,
        )
        for name in more.pop("names", ("a.pdf", "b.pdf"))
    )
    given: dict[str, Any] = {
        "outcome": Outcome.COMPLETED,
        "supplier": "ACME",
        "found": 2,
        "folder": "ACME/x",
        "url": "https://t/1",
    }
    return OrderResult(number=OrderNumber.parse(number), saved=saved, **(given | more))


def write(worklist: Worklist, *results: OrderResult, to: Path | None = None) -> Path:
    target = to or worklist.path.with_name(f"out{worklist.path.suffix}")
    return write_results(worklist, [(item, AT) for item in results], target, output_dir=Path("/out"), now=AT)


def grid(path: Path, sheet: str = "PO_Data") -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]
