"""Workbooks whose package was changed: other ways to pack it, other features' parts, other bytes in the sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tests.services.spreadsheet.zoo.written import SHEET, chart, rules, table, written


def changed(
    path: Path,
    change: Callable[[bytes], bytes] | None = None,
    part: str = SHEET,
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> Path:
    """Change a part of a workbook, mostly its sheet, and add parts."""
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    if change is not None:
        parts[part] = change(parts[part])
    with ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name, content in {**parts, **more}.items():
            new.writestr(name, content)
    return path


def streamed(path: Path) -> Path:
    """A package as a program writes it that cannot go back: sizes come after each part."""

    class Pipe(io.RawIOBase):
        def __init__(self, out: io.BytesIO) -> None:
            self.out = out

        def writable(self) -> bool:
            return True

        def write(self, data: Any, /) -> int:
            return self.out.write(data)

    whole = written(path, chart)
    out = io.BytesIO()
    with ZipFile(whole) as old, ZipFile(Pipe(out), "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    path.write_bytes(out.getvalue())
    return path


def zip64(path: Path) -> Path:
    whole = written(path, table)
    with ZipFile(whole) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with ZipFile(path, "w") as new:
        for name, content in parts.items():
            info = ZipInfo(name)
            info.compress_type = ZIP_STORED if "theme" in name else ZIP_DEFLATED
            with new.open(info, "w", force_zip64=True) as part:
                part.write(content)
    return path


def foreign_parts(path: Path) -> Path:
    return changed(
        written(path, chart),
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


def fed(path: Path) -> Path:
    """Cells that formulas share, and rows with heights of their own."""
    space = b'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'

    def shared(match: re.Match[bytes]) -> bytes:
        own = b' ref="C2:C4">ROW()</f>' if match[1] == b"2" else b"/>"
        return b'<c r="C%b"><f t="shared" si="0"%b<v>7</v></c>' % (match[1], own)

    def change(xml: bytes) -> bytes:
        xml = re.sub(rb'<c r="C([234])"><v>[^<]*</v></c>', shared, xml)
        xml = xml.replace(b'<row r="4"', b'<row r="4" ht="33" customHeight="1" x14ac:dyDescent="0.3"', 1)
        return xml.replace(b"<worksheet ", b"<worksheet " + space + b" ", 1)

    return changed(written(path, rules), change)


def lined_texts(path: Path) -> Path:
    """Shared texts on lines of their own, one in pieces with how it is pronounced, one empty."""

    def change(xml: bytes) -> bytes:
        xml = xml.replace(b"<si>", b"\r\n  <si>\r\n    ").replace(b"</si>", b"\r\n  </si>")
        pieces = b"<r><t>PO</t></r>\n <rPh sb='0' eb='1'><t>no</t></rPh>\n <r><t>2</t></r><phoneticPr fontId='1'/>"
        return xml.replace(b"<t>PO2</t>", pieces).replace(b"<t>second</t>", b"<t/>")

    return changed(written(path, chart), change, part="xl/sharedStrings.xml")
