"""The manifest: every file kept, with its digest and where it came from."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from coupa_async.domain.order import AttachmentSource
from coupa_async.services.records.journal import Journal
from coupa_async.services.reports.manifest import FILE_NAME, write_manifest
from tests.services.records.test_journal import AT, result


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_each_file_has_a_row_with_where_it_stood_and_its_digest(tmp_path: Path) -> None:
    order = result()
    (file,) = order.saved
    own = replace(file, id="6", name="=cmd.pdf", source=AttachmentSource.ORDER, place="line 3", intent="supplier")
    with Journal(tmp_path / "j") as journal:
        journal.record(replace(order, saved=(file, own)), AT)
        journal.record(result("PO2", saved=()), AT)
        path = write_manifest(tmp_path, journal, AT)
    assert path == tmp_path / FILE_NAME
    first, second = rows(path)
    assert first == {
        "order": "PO1",
        "attachment id": "5",
        "name": "ä.pdf",
        "path": "ACME/PO1_PARTIAL/ä.pdf",
        "bytes": "7",
        "SHA-256": "ab",
        "type": "file",
        "intent": "",
        "source": "requisition",
        "page": "https://t/r",
        "time": "2025-06-01T12:30:05",
    }
    assert (second["name"], second["source"], second["intent"]) == ("'=cmd.pdf", "order line 3", "supplier")
    assert second["page"] == "https://t/order_headers/1"


def test_a_folder_without_files_has_a_manifest_with_a_header_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        assert rows(write_manifest(tmp_path, journal, AT)) == []
    assert (tmp_path / FILE_NAME).read_text("utf-8-sig").startswith("order,attachment id,name,")
