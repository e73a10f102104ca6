"""Workbooks as many programs make them, each with what others lose. Three orders in each: PO1, PO2, PO3."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
HEADER: list[object] = ["PO_NUMBER", "Note", "Amount"]
ROWS: list[list[object]] = [["PO1", "first", 1.5], ["PO2", "second", 2], ["PO3", "third", 3.25]]


def _plain_sheet(book: Any, title: str = "PO_Data") -> Any:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, HEADER)
    for index, row in enumerate(ROWS, start=1):
        sheet.write_row(index, 0, row)
    return sheet


def _png() -> io.BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b""))


def written(path: Path, fill: Callable[[Any, Any], None], **options: object) -> Path:
    """Make a workbook with XlsxWriter."""
    book = xlsxwriter.Workbook(path, options)
    fill(book, _plain_sheet(book))
    book.close()
    return path


def changed(
    path: Path, change: Callable[[bytes], bytes] | None = None, more: Mapping[str, bytes] = MappingProxyType({})
) -> Path:
    """Change the sheet of a workbook, and add parts."""
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    if change is not None:
        parts[SHEET] = change(parts[SHEET])
    with ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name, content in {**parts, **more}.items():
            new.writestr(name, content)
    return path


def _chart(book: Any, sheet: Any) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=PO_Data!$C$2:$C$4"})
    sheet.insert_chart("E8", chart)
    sheet.insert_image("E30", "p.png", {"image_data": _png()})
    sheet.add_sparkline("D2", {"range": "PO_Data!C2:C4"})


def _table(_: Any, sheet: Any) -> None:
    columns = [{"header": name} for name in HEADER]
    columns[2] |= {"total_function": "sum"}
    sheet.add_table(0, 0, 4, 2, {"columns": columns, "total_row": True, "name": "Orders"})


def _rules(book: Any, sheet: Any) -> None:
    sheet.conditional_format("A2:Z9", {"type": "cell", "criteria": ">", "value": 2, "format": book.add_format()})
    sheet.data_validation("B2:M9", {"validate": "list", "source": ["first", "second"]})
    sheet.autofilter("A1:C4")
    sheet.freeze_panes(1, 1)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.ignore_errors({"number_stored_as_text": "A1:A9"})


def _notes(_: Any, sheet: Any) -> None:
    sheet.write_comment("A2", "a note", {"x_scale": 3, "color": "#FFAA00"})
    sheet.write_url("A2", "https://acme.coupahost.com/order_headers/77", string="PO1")
    sheet.write_rich_string("B2", "fi", _.add_format({"bold": True}), "rst")


def _formulas(_: Any, sheet: Any) -> None:
    sheet.write_dynamic_array_formula("E2", "=UNIQUE(B2:B4)", None, "first")
    sheet.write_array_formula("F2:F4", "{=C2:C4*2}", None, 3)
    sheet.write_formula("G2", '="PO"&1', None, "PO1")


def _frame(book: Any, sheet: Any) -> None:
    sheet.set_column(0, 60, 12, book.add_format({"border": 1}))
    for row in range(1, 9):
        for column in range(3, 12):
            sheet.write_blank(row, column, None, book.add_format({"bg_color": "#EEEEEE"}))
    book.define_name("Ours", "=PO_Data!$A$1:$C$4")
    book.set_custom_property("Client", "ACME")
    sheet.repeat_rows(0)
    sheet.set_header("&CPrinted")


def _merged(_: Any, sheet: Any) -> None:
    sheet.merge_range("H8:J9", "signature")
    sheet.merge_range("E1:E4", "one for all")


def _wide(_: Any, sheet: Any) -> None:
    sheet.write(1, 16_374, "far")


def _checkbox(_: Any, sheet: Any) -> None:
    sheet.insert_checkbox("E2", True)
    sheet.insert_textbox("F8", "text")
    sheet.insert_button("F20", {"caption": "go"})


def _styled(path: Path) -> Path:
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


def _package(path: Path, sheet: str, extra: Mapping[str, str] = {}, space: str = MAIN, prefix: str = "") -> Path:
    """Make a workbook by hand."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{office}">'
        f'<sheets><sheet name="PO_Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        SHEET: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<{prefix}worksheet xmlns{":" + prefix[:-1] if prefix else ""}="{space}">{sheet}</{prefix}worksheet>',
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _inline(text: str, prefix: str = "", attributes: str = "") -> str:
    return f'<{prefix}c{attributes} t="inlineStr"><{prefix}is><{prefix}t>{text}</{prefix}t></{prefix}is></{prefix}c>'


def _rows(prefix: str = "", *, is_numbered: bool = True) -> str:
    rows = ""
    for number, cells in enumerate([HEADER, *([item[0], item[1]] for item in ROWS)], start=1):
        inside = "".join(
            _inline(str(cell), prefix, f' r="{"ABC"[column]}{number}"' if is_numbered else "")
            for column, cell in enumerate(cells)
        )
        own = f' r="{number}"' if is_numbered else ""
        rows += f"<{prefix}row{own}>{inside}</{prefix}row>"
    return f"<{prefix}sheetData>{rows}</{prefix}sheetData>"


def _odd_markup(path: Path) -> Path:
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    rows = _rows()
    rows = rows.replace('<row r="3">', "<!-- </row> <row r=\"9\"> --><row  r = '3' foreign='a>b'>")
    rows = rows.replace("<t>second</t>", "<t><![CDATA[</c></row></sheetData> & second]]></t>")
    tail = (
        f'<mc:AlternateContent xmlns:mc="{compatible}"><mc:Choice Requires="x14"/><mc:Fallback/></mc:AlternateContent>'
    )
    return _package(path, "<?keep this?>" + rows + tail)


def _spread(path: Path) -> Path:
    rows = (
        f'<row r="2" spans="2:2">{_inline("PO_NUMBER", "", " r=&quot;B2&quot;".replace("&quot;", chr(34)))}</row>'
        f'<row r="5">{_inline("PO1", "", " r=" + chr(34) + "B5" + chr(34))}<c r="D5" s="0"/></row>'
        f'<row r="7"/><row r="9">{_inline("PO2", "", " r=" + chr(34) + "B9" + chr(34))}</row>'
        f'<row r="1000">{_inline("PO3", "", " r=" + chr(34) + "B1000" + chr(34))}</row>'
    )
    return _package(path, f'<dimension ref="B2:D1000"/><sheetData>{rows}</sheetData>')


def _streamed(path: Path) -> Path:
    """A package as a program writes it that cannot go back: sizes come after each part."""

    class Pipe(io.RawIOBase):
        def __init__(self, out: io.BytesIO) -> None:
            self.out = out

        def writable(self) -> bool:
            return True

        def write(self, data: Any, /) -> int:
            return self.out.write(data)

    whole = written(path, _chart)
    out = io.BytesIO()
    with ZipFile(whole) as old, ZipFile(Pipe(out), "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    path.write_bytes(out.getvalue())
    return path


def _zip64(path: Path) -> Path:
    whole = written(path, _table)
    with ZipFile(whole) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with ZipFile(path, "w") as new:
        for name, content in parts.items():
            info = ZipInfo(name)
            info.compress_type = ZIP_STORED if "theme" in name else ZIP_DEFLATED
            with new.open(info, "w", force_zip64=True) as part:
                part.write(content)
    return path


def _many_texts(path: Path) -> Path:
    def fill(book: Any, _: Any) -> None:
        sheet = book.add_worksheet("Texts")
        for row in range(20_000):
            sheet.write_string(row, 0, f"text {row} & more")

    return written(path, fill)


def _foreign_parts(path: Path) -> Path:
    return changed(
        written(path, _chart),
        more={
            "xl/connections.xml": b"<connections/>",
            "xl/queryTables/queryTable1.xml": b"<queryTable/>",
            "xl/slicers/slicer1.xml": b"<slicers/>",
            "xl/pivotTables/pivotTable1.xml": b"<pivotTableDefinition/>",
            "xl/pivotCache/pivotCacheRecords1.xml": b"",
            "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments/>",
            "xl/persons/person.xml": b"<personList/>",
            "docMetadata/LabelInfo.xml": b"<labelList/>",
            "customXml/item1.xml": b"<x/>",
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
            "xl/richData/rdrichvalue.xml": b"<rvData/>",
        },
    )


def _fed(path: Path) -> Path:
    """Cells that formulas share, and rows with heights of their own."""
    space = b'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'

    def shared(match: re.Match[bytes]) -> bytes:
        own = b' ref="C2:C4">ROW()</f>' if match[1] == b"2" else b"/>"
        return b'<c r="C%b"><f t="shared" si="0"%b<v>7</v></c>' % (match[1], own)

    def change(xml: bytes) -> bytes:
        xml = re.sub(rb'<c r="C([234])"><v>[^<]*</v></c>', shared, xml)
        xml = xml.replace(b'<row r="4"', b'<row r="4" ht="33" customHeight="1" x14ac:dyDescent="0.3"', 1)
        return xml.replace(b"<worksheet ", b"<worksheet " + space + b" ", 1)

    return changed(written(path, _rules), change)


ZOO: dict[str, Callable[[Path], Path]] = {
    "chart, picture, sparkline": lambda path: written(path, _chart),
    "table with a totals row": lambda path: written(path, _table),
    "rules, filter, hidden row": lambda path: written(path, _rules),
    "notes, links, rich text": lambda path: written(path, _notes),
    "dynamic and array formulas": lambda path: written(path, _formulas),
    "frames, names, properties": lambda path: written(path, _frame),
    "merged ranges": lambda path: written(path, _merged),
    "16,375 columns": lambda path: written(path, _wide),
    "checkbox, text box, button": lambda path: written(path, _checkbox),
    "inline strings": lambda path: written(path, lambda *_: None, in_memory=True, constant_memory=True),
    "counts from 1904": lambda path: written(path, _table, date_1904=True),
    "formulas kept as texts": lambda path: written(path, _frame, strings_to_formulas=False),
    "Excel 2003's limits": lambda path: written(path, _chart, excel2003_style=True),
    "zip64": _zip64,
    "sizes after the parts": _streamed,
    "many shared texts": _many_texts,
    "parts of other features": _foreign_parts,
    "shared formulas": _fed,
    "openpyxl": _styled,
    "by hand": lambda path: _package(path, _rows()),
    "prefixes": lambda path: _package(path, _rows("x:"), prefix="x:"),
    "strict": lambda path: _package(path, _rows(), space=STRICT),
    "no references": lambda path: _package(path, _rows(is_numbered=False)),
    "comments and CDATA": _odd_markup,
    "rows far apart": _spread,
    "an empty part": lambda path: changed(written(path, _frame), more={"xl/drawings/empty.vml": b""}),
    "a BOM": lambda path: changed(written(path, _rules), lambda xml: b"\xef\xbb\xbf" + xml),
    "line ends in its markup": lambda path: changed(
        written(path, _rules), lambda xml: xml.replace(b"<row", b"\r\n  <row").replace(b"<c ", b"\r\n    <c ")
    ),
}
