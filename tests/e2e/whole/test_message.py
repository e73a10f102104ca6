"""Outlook messages as PDF through real browsers: the print opens and says what the message says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest

from tests.e2e.conftest import Run, cells, tree

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("backend", ["playwright", "selenium"])
def test_messages_of_an_order_are_printed_beside_them(coupa: Run, tmp_path: Path, backend: str) -> None:
    sheet = tmp_path / "orders.xlsx"
    _sheet(sheet, "PO15262985", "PO15262991")
    done = coupa("run", sheet, "-o", "out", "--backend", backend, "--msg-pdf")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "out" / "Fabrikam Tools" / "PO15262985_COMPLETED"
    assert {path.name for path in folder.iterdir()} == {
        *("Contract.pdf", "Approval.msg", "Photo.png", "Approval.pdf", "Approval - Terms.docx"),
    }
    page: Any = pypdf.PdfReader(folder / "Approval.pdf").pages[0]
    text = page.extract_text()
    for part in (
        "Ana Exemplo <ana@example.com>",
        "Approval of the order",
        "approved",
        "Terms.docx",
        "2025-06-01 12:00",
    ):
        assert part in text
    things = [item.get_object() for item in page["/Resources"]["/XObject"].values()]
    assert [(thing["/Width"], thing["/Height"]) for thing in things if thing["/Subtype"] == "/Image"] == [(64, 64)]
    other = tmp_path / "out" / "Tailspin Packaging" / "PO15262991_COMPLETED" / "Question.pdf"
    assert "When will the boxes arrive?" in pypdf.PdfReader(other).pages[0].extract_text()
    rows = cells(tmp_path / "out" / "orders.xlsx")
    assert [(row["ATTACHMENTS_FOUND"], row["ATTACHMENTS_DOWNLOADED"], row["ERROR_MESSAGE"]) for row in rows] == [
        *((3, 3, None), (3, 3, None)),
    ]
    before = set(tree(tmp_path / "out"))
    coupa("run", sheet, "-o", "out", "--backend", backend, "--msg-pdf", "--fresh")
    assert set(tree(tmp_path / "out")) == before


def _sheet(path: Path, *numbers: str) -> None:
    book = openpyxl.Workbook()
    book.active.title = "PO_Data"
    for number in ("PO_NUMBER", *numbers):
        book.active.append([number])
    book.save(path)
