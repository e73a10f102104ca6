"""A sheet of ours in a workbook: added after the user's own, or written anew where an earlier run has put it.

A new sheet is a part, and a line in three others: the workbook's, its relations and the content types (ECMA-376-1
§12.3.24, ECMA-376-2 §9). Nothing else of the package is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from posixpath import basename, dirname, join
from typing import IO
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

from coupa_async.services.spreadsheet.cells import Value, cell_text
from coupa_async.services.spreadsheet.columns.line_table import TITLE, LineTable, is_header
from coupa_async.services.spreadsheet.table import Row
from coupa_async.services.spreadsheet.xlsx.book import Book, Sheet, elements, parse_part, relations
from coupa_async.services.spreadsheet.xlsx.editing.cell_writer import CellWriter
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import attribute, plain, start_tag
from coupa_async.services.spreadsheet.xlsx.reading.cell_reader import CellReader
from coupa_async.services.spreadsheet.xlsx.reading.sheet_facts import sheet_facts
from coupa_async.services.spreadsheet.xlsx.reading.sheet_rows import sheet_rows

_TYPES = "[Content_Types].xml"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STRICT = "purl.oclc.org"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
_SHEET = start_tag(b"sheet")
_VIEW = re.compile(rb"<(?:[\w.-]+:)?workbookView[\s/>]")
_TITLES = re.compile(rf"{TITLE}(?: \([0-9]+\))?", re.IGNORECASE)
_RELATION_ID = re.compile(rb"(?<![\w.-])([\w.-]++):id\s*+=")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]*\sencoding\s*=\s*[\"']([\w-]+)")
_LONGEST_NUMBER = 5  # of a sheet's id: more is nobody's
_WIDTH = '<cols><col min="1" max="1" width="16"/><col min="3" max="3" width="40"/></cols>'
_PANE = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedSheet:
    """Where a sheet of ours goes.

    Attributes:
        part: Its part's name.
        is_strict: Whether the workbook is in the standard's strict form.
        has_view: Whether the workbook has a window that its sheets are shown in.
        changed: The new content of the parts that tell of a new sheet, by name; none where it is there already.
    """

    part: str
    is_strict: bool = False
    has_view: bool = True
    changed: dict[str, bytes] = field(default_factory=dict)

    def write(self, table: LineTable, writer: CellWriter, out: IO[bytes]) -> None:
        """Write the sheet.

        Args:
            table: Its rows.
            writer: Makes the cells.
            out: Takes the part.
        """
        space = _MAIN_STRICT if self.is_strict else _MAIN
        view = _PANE if self.has_view else ""
        head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}">{view}{_WIDTH}'
        out.write(head.encode() + b"<sheetData>")
        out.write(_row(1, table.header, writer))
        for number, line in enumerate(table.lines(), 2):
            out.write(_row(number, line, writer))
        out.write(b"</sheetData></worksheet>")


def place_sheet(package: ZipFile, book: Book, reader: CellReader, orders: str) -> AddedSheet:
    """Find the place of our sheet: the one of an earlier run, or a new one after all others.

    Args:
        package: The workbook.
        book: What it holds.
        reader: Reads its cells.
        orders: The part of the sheet with the orders.

    Raises:
        CannotEditError: If none can be added safely.
    """
    part = next((item.target for item in relations(package, "").values() if item.kind == "officeDocument"), "")
    listed = join(dirname(part), "_rels", f"{basename(part)}.rels")
    spelled = {name.casefold(): name for name in package.namelist()}
    names = [part, spelled.get(listed.casefold(), ""), spelled.get(_TYPES.casefold(), "")]
    if not all(names):
        raise CannotEditError("its package lists no sheets")
    workbook, rels, types = (_readable(package, name) for name in names)
    kinds = [item.get("Type", "") for item in elements(parse_part(package, names[1]), "Relationship")]
    kind = next(filter(_is_sheet, kinds), _KIND)
    has_view = _VIEW.search(plain(workbook)) is not None
    for sheet in book.sheets:
        if _TITLES.fullmatch(sheet.title) and sheet.part != orders and _is_ours(package, sheet, reader):
            return AddedSheet(part=sheet.part, is_strict=_STRICT in kind, has_view=has_view)
    protections = elements(parse_part(package, part), "workbookProtection")
    if any(item.get("lockStructure") in ("1", "true") for item in protections):
        raise CannotEditError("its structure is protected, so that it takes no sheet")
    new = _new_part(dirname(orders), spelled)
    ids = set(relations(package, part))
    relation_id = next(name for number in count(1) if (name := f"rIdCoupa{number}") not in ids)
    related = f'Relationship Id="{relation_id}" Type={quoteattr(kind)} Target={quoteattr("/" + new)}'
    content = f'Override PartName={quoteattr("/" + new)} ContentType="{_CONTENT_TYPE}"'
    changed = {
        names[0]: _with_sheet(workbook, relation_id),
        names[1]: _with(rels, b"Relationships", related),
        names[2]: _with(types, b"Types", content),
    }
    return AddedSheet(part=new, is_strict=_STRICT in kind, has_view=has_view, changed=changed)


def _is_sheet(kind: str) -> bool:
    return kind.endswith("/worksheet")


def _is_ours(package: ZipFile, sheet: Sheet, reader: CellReader) -> bool:
    """Tell a sheet that an earlier run has written and nobody has added to; anything else is the user's."""
    kinds = {item.kind for item in relations(package, sheet.part).values()}
    if kinds - {"printerSettings"}:
        return False
    try:
        with package.open(sheet.part) as part:
            facts = sheet_facts(part)
        if facts.is_protected or facts.merged:
            return False
        with package.open(sheet.part) as part:
            return _has_our_rows(sheet_rows(part, reader, facts))
    except CannotEditError:
        return False


def _has_our_rows(rows: Iterator[Row]) -> bool:
    width = 0
    for row in rows:
        cells = [cell_text(cell) for cell in row.cells]
        used = max((column for column, text in enumerate(cells, 1) if text), default=0)
        if row.number == 1:
            width = used if is_header(cells[:used]) else 0
        if not width or used > width or (used and not cells[0]) or row.formulas():
            return False
    return width > 0


def _readable(package: ZipFile, part: str) -> bytes:
    markup = package.read(part)
    encoding = _ENCODING.match(markup.removeprefix(b"\xef\xbb\xbf"))
    if (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")) or b"\x00" in markup[:100]:
        raise CannotEditError(f"its part {part[:80]!r} is not in UTF-8")
    return markup


def _new_part(folder: str, known: dict[str, str]) -> str:
    names = (join(folder, f"coupa_lines{number}.xml") for number in count(1))
    return next(name for name in names if name.casefold() not in known)


def _with_sheet(workbook: bytes, relation_id: str) -> bytes:
    """Add a sheet after all others: places of sheets, which names and views count by, stay what they are."""
    seen = plain(workbook)
    end = _end_of(seen, b"sheets")
    tags = list(_SHEET.finditer(seen, 0, end.start()))
    if not tags:
        raise CannotEditError("it lists no sheets")
    ids = [attribute(match["attributes"], b"sheetId") for match in tags]
    related = _RELATION_ID.search(tags[-1]["attributes"])
    if related is None or not all(item.isdigit() and len(item) <= _LONGEST_NUMBER for item in ids):
        raise CannotEditError("its list of sheets is not as lists of sheets are")
    title = _free_title(workbook, seen, end.start())
    tag = b'<%bsheet name="%b" sheetId="%d" %b:id="%b"/>' % (
        *(tags[-1]["prefix"] or b"", title.encode(), max(map(int, ids)) + 1, related[1], relation_id.encode()),
    )
    return workbook[: end.start()] + tag + workbook[end.start() :]


def _free_title(workbook: bytes, seen: bytes, end: int) -> str:
    taken = {attribute(match["attributes"], b"name").decode().casefold() for match in _SHEET.finditer(seen, 0, end)}
    titles = (TITLE if number == 1 else f"{TITLE} ({number})" for number in count(1))
    return next(title for title in titles if title.casefold() not in taken)


def _with(markup: bytes, parent: bytes, child: str) -> bytes:
    end = _end_of(plain(markup), parent)
    prefix = (end["prefix"] or b"").decode()
    return markup[: end.start()] + f"<{prefix}{child}/>".encode() + markup[end.start() :]


def _end_of(seen: bytes, name: bytes) -> re.Match[bytes]:
    found = list(re.finditer(rb"</(?P<prefix>[\w.-]+:)?" + name + rb"\s*>", seen))
    if len(found) != 1:
        raise CannotEditError(f"its list of {name.decode().lower()} is not as such lists are")
    return found[0]


def _row(number: int, values: Sequence[Value], writer: CellWriter) -> bytes:
    return b'<row r="%d">%b</row>' % (number, writer.new_cells(b"", number, b"", list(enumerate(values, 1))))
