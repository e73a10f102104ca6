"""Workbooks as XlsxWriter makes them, with what openpyxl has no model of."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"
HEADER: list[object] = ["PO_NUMBER", "Note", "Amount"]
ROWS: list[list[object]] = [["PO1", "first", 1.5], ["PO2", "second", 2], ["PO3", "third", 3.25]]


def plain_sheet(book: Any, title: str = "PO_Data") -> Any:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, HEADER)
    for index, row in enumerate(ROWS, start=1):
        sheet.write_row(index, 0, row)
    return sheet


def png() -> io.BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b""))


def written(path: Path, fill: Callable[[Any, Any], None], **options: object) -> Path:
    """Make a workbook with XlsxWriter."""
    book = xlsxwriter.Workbook(path, options)
    fill(book, plain_sheet(book))
    book.close()
    return path


def chart(book: Any, sheet: Any) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=PO_Data!$C$2:$C$4"})
    sheet.insert_chart("E8", chart)
    sheet.insert_image("E30", "p.png", {"image_data": png()})
    sheet.add_sparkline("D2", {"range": "PO_Data!C2:C4"})


def table(_: Any, sheet: Any) -> None:
    columns = [{"header": name} for name in HEADER]
    columns[2] |= {"total_function": "sum"}
    sheet.add_table(0, 0, 4, 2, {"columns": columns, "total_row": True, "name": "Orders"})


def rules(book: Any, sheet: Any) -> None:
    sheet.conditional_format("A2:Z9", {"type": "cell", "criteria": ">", "value": 2, "format": book.add_format()})
    sheet.data_validation("B2:M9", {"validate": "list", "source": ["first", "second"]})
    sheet.autofilter("A1:C4")
    sheet.freeze_panes(1, 1)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.ignore_errors({"number_stored_as_text": "A1:A9"})


def notes(_: Any, sheet: Any) -> None:
    sheet.write_comment("A2", "a note", {"x_scale": 3, "color": "#FFAA00"})
    sheet.write_url("A2", "https://acme.coupahost.com/order_headers/77", string="PO1")
    sheet.write_rich_string("B2", "fi", _.add_format({"bold": True}), "rst")


def formulas(_: Any, sheet: Any) -> None:
    sheet.write_dynamic_array_formula("E2", "=UNIQUE(B2:B4)", None, "first")
    sheet.write_array_formula("F2:F4", "{=C2:C4*2}", None, 3)
    sheet.write_formula("G2", '="PO"&1', None, "PO1")


def frame(book: Any, sheet: Any) -> None:
    sheet.set_column(0, 60, 12, book.add_format({"border": 1}))
    for row in range(1, 9):
        for column in range(3, 12):
            sheet.write_blank(row, column, None, book.add_format({"bg_color": "#EEEEEE"}))
    book.define_name("Ours", "=PO_Data!$A$1:$C$4")
    book.set_custom_property("Client", "ACME")
    sheet.repeat_rows(0)
    sheet.set_header("&CPrinted")


def merged(_: Any, sheet: Any) -> None:
    sheet.merge_range("H8:J9", "signature")
    sheet.merge_range("E1:E4", "one for all")


def wide(_: Any, sheet: Any) -> None:
    sheet.write(1, 16_374, "far")


def checkbox(_: Any, sheet: Any) -> None:
    sheet.insert_checkbox("E2", True)
    sheet.insert_textbox("F8", "text")
    sheet.insert_button("F20", {"caption": "go"})


def many_texts(path: Path) -> Path:
    def fill(book: Any, _: Any) -> None:
        sheet = book.add_worksheet("Texts")
        for row in range(20_000):
            sheet.write_string(row, 0, f"text {row} & more")

    return written(path, fill)
