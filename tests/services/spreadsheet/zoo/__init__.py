"""Workbooks as many programs make them, each with what others lose. Three orders in each: PO1, PO2, PO3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from tests.services.spreadsheet.zoo.by_hand import STRICT, by_hand, odd_markup, sheet_data, spread
from tests.services.spreadsheet.zoo.packed import changed, fed, foreign_parts, lined_texts, streamed, zip64
from tests.services.spreadsheet.zoo.written import (
    HEADER,
    ROWS,
    chart,
    checkbox,
    formulas,
    frame,
    many_texts,
    merged,
    notes,
    rules,
    table,
    wide,
    written,
)


def styled(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "PO_Data"
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    sheet["B2"].comment = Comment("by openpyxl", "me")
    rule = DataValidation(type="list", formula1='"a,b"')
    sheet.add_data_validation(rule)
    rule.add("D2:D4")
    sheet["D2"] = datetime(2025, 5, 4, 3, 2)
    book.create_sheet("Other")["A1"] = "=PO_Data!A2"
    book.save(path)
    return path


ZOO: dict[str, Callable[[Path], Path]] = {
    "chart, picture, sparkline": lambda path: written(path, chart),
    "table with a totals row": lambda path: written(path, table),
    "rules, filter, hidden row": lambda path: written(path, rules),
    "notes, links, rich text": lambda path: written(path, notes),
    "dynamic and array formulas": lambda path: written(path, formulas),
    "frames, names, properties": lambda path: written(path, frame),
    "merged ranges": lambda path: written(path, merged),
    "16,375 columns": lambda path: written(path, wide),
    "checkbox, text box, button": lambda path: written(path, checkbox),
    "inline strings": lambda path: written(path, lambda *_: None, in_memory=True, constant_memory=True),
    "counts from 1904": lambda path: written(path, table, date_1904=True),
    "formulas kept as texts": lambda path: written(path, frame, strings_to_formulas=False),
    "Excel 2003's limits": lambda path: written(path, chart, excel2003_style=True),
    "zip64": zip64,
    "sizes after the parts": streamed,
    "many shared texts": many_texts,
    "shared texts on lines of their own": lined_texts,
    "parts of other features": foreign_parts,
    "shared formulas": fed,
    "openpyxl": styled,
    "by hand": lambda path: by_hand(path, sheet_data()),
    "prefixes": lambda path: by_hand(path, sheet_data("x:"), prefix="x:"),
    "strict": lambda path: by_hand(path, sheet_data(), space=STRICT),
    "no references": lambda path: by_hand(path, sheet_data(is_numbered=False)),
    "comments and CDATA": odd_markup,
    "rows far apart": spread,
    "an empty part": lambda path: changed(written(path, frame), more={"xl/drawings/empty.vml": b""}),
    "a BOM": lambda path: changed(written(path, rules), lambda xml: b"\xef\xbb\xbf" + xml),
    "line ends in its markup": lambda path: changed(
        written(path, rules), lambda xml: xml.replace(b"<row", b"\r\n  <row").replace(b"<c ", b"\r\n    <c ")
    ),
}
