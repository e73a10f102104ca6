"""Workbooks made by hand, part by part: markup that no writer in use here makes, and all readers must read."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from tests.services.spreadsheet.zoo.written import HEADER, ROWS, SHEET

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def by_hand(path: Path, sheet: str, space: str = MAIN, prefix: str = "") -> Path:
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


def inline(text: str, prefix: str = "", attributes: str = "") -> str:
    return f'<{prefix}c{attributes} t="inlineStr"><{prefix}is><{prefix}t>{text}</{prefix}t></{prefix}is></{prefix}c>'


def sheet_data(prefix: str = "", *, is_numbered: bool = True) -> str:
    rows = ""
    for number, cells in enumerate([HEADER, *([item[0], item[1]] for item in ROWS)], start=1):
        inside = "".join(
            inline(str(cell), prefix, f' r="{"ABC"[column]}{number}"' if is_numbered else "")
            for column, cell in enumerate(cells)
        )
        own = f' r="{number}"' if is_numbered else ""
        rows += f"<{prefix}row{own}>{inside}</{prefix}row>"
    return f"<{prefix}sheetData>{rows}</{prefix}sheetData>"


def odd_markup(path: Path) -> Path:
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    rows = sheet_data()
    rows = rows.replace('<row r="3">', "<!-- </row> <row r=\"9\"> --><row  r = '3' foreign='a>b'>")
    rows = rows.replace("<t>second</t>", "<t><![CDATA[</c></row></sheetData> & second]]></t>")
    tail = (
        f'<mc:AlternateContent xmlns:mc="{compatible}"><mc:Choice Requires="x14"/><mc:Fallback/></mc:AlternateContent>'
    )
    return by_hand(path, "<?keep this?>" + rows + tail)


def spread(path: Path) -> Path:
    rows = (
        f'<row r="2" spans="2:2">{inline("PO_NUMBER", "", " r=&quot;B2&quot;".replace("&quot;", chr(34)))}</row>'
        f'<row r="5">{inline("PO1", "", " r=" + chr(34) + "B5" + chr(34))}<c r="D5" s="0"/></row>'
        f'<row r="7"/><row r="9">{inline("PO2", "", " r=" + chr(34) + "B9" + chr(34))}</row>'
        f'<row r="1000">{inline("PO3", "", " r=" + chr(34) + "B1000" + chr(34))}</row>'
    )
    return by_hand(path, f'<dimension ref="B2:D1000"/><sheetData>{rows}</sheetData>')
