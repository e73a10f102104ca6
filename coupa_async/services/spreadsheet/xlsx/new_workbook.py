"""A workbook of our own, written as a stream: nothing of it waits in a file that a full disk would leave open.

Its sheets' parts have names that no spreadsheet program gives: one that somebody has saved is no longer ours.

The parts are those that every reader asks for: ECMA-376-1 §12.3, ECMA-376-2 §9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from coupa_async.services.spreadsheet.cells import Value
from coupa_async.services.spreadsheet.xlsx.editing.cell_writer import CellWriter

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PART = "worksheets/coupa_sheet{}.xml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()

Rows = Iterable[Sequence[Value | None]]
"""A sheet's rows from the first on; ``None`` and ``""`` leave a cell out."""


def write_new_workbook(out: BinaryIO, sheets: Sequence[tuple[str, Rows]]) -> None:
    """Write a workbook.

    Args:
        out: Takes it, from its beginning; can be gone back in.
        sheets: Titles and rows, which are asked for one after the other.

    Raises:
        OSError: If ``out`` takes no more.
    """
    writer = CellWriter(_STYLES, counts_from_1904=False)
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, markup in _parts([title for title, _ in sheets]):
            package.writestr(name, _HEAD + markup)
        for number, (_, rows) in enumerate(sheets, 1):
            with package.open(f"xl/{_PART.format(number)}", "w") as part:
                part.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for at, row in zip(count(1), rows, strict=False):
                    cells = [(column, value) for column, value in enumerate(row, 1) if value is not None]
                    part.write(b'<row r="%d">%b</row>' % (at, writer.new_cells(b"", at, b"", cells)))
                part.write(b"</sheetData></worksheet>")
        # After the sheets, for their cells tell which styles there must be.
        package.writestr("xl/styles.xml", writer.markup())


def is_new_workbook(path: Path) -> bool:
    """Return whether a file is a workbook as we wrote it. Blocking.

    Raises:
        OSError: If it cannot be read.
    """
    try:
        with ZipFile(path) as package:
            return f"xl/{_PART.format(1)}" in package.namelist()
    except (BadZipFile, ValueError):  # that is what zipfile raises of what is none, or is broken
        return False


def _parts(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Make the parts that tell of the others: their names and markup."""
    numbers = range(1, len(titles) + 1)
    overrides = {"workbook.xml": "sheet.main", "styles.xml": "styles"}
    overrides |= {_PART.format(number): "worksheet" for number in numbers}
    parts = "".join(
        f'<Override PartName="/xl/{name}" ContentType="{_KIND}.{kind}+xml"/>' for name, kind in overrides.items()
    )
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}</Types>',
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    tags = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{number}" r:id="rId{number}"/>'
        for number, title in enumerate(titles, 1)
    )
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tags}</sheets></workbook>'
    sheets = [("worksheet", _PART.format(number)) for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*sheets, ("styles", "styles.xml")])


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{entries}</Relationships>'
