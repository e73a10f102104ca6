"""A workbook's package with cells of one sheet set. All parts but the sheet's and the styles are kept."""

from __future__ import annotations

from typing import BinaryIO
from zipfile import ZipFile

from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.table import Layout
from coupa_async.services.spreadsheet.xlsx.book import read_book
from coupa_async.services.spreadsheet.xlsx.editing.added_sheet import AddedSheet
from coupa_async.services.spreadsheet.xlsx.editing.cell_links import CellLinks, relations_part
from coupa_async.services.spreadsheet.xlsx.editing.cell_writer import CellWriter
from coupa_async.services.spreadsheet.xlsx.editing.edits import Edits
from coupa_async.services.spreadsheet.xlsx.editing.sheet_edit import edit_sheet
from coupa_async.services.spreadsheet.xlsx.editing.wider_tables import wider_filter, wider_tables
from coupa_async.services.spreadsheet.xlsx.markup import attribute, is_empty, plain, start_tag
from coupa_async.services.spreadsheet.xlsx.package import Write, copy_package

_CELL = start_tag(b"c")


def write_workbook(
    package: ZipFile,
    layout: Layout,
    edits: Edits,
    out: BinaryIO,
    *,
    without_rows: bool = False,
    lines: tuple[AddedSheet, LineTable] | None = None,
) -> None:
    """Copy a workbook with cells and their links set, and with the sheet of lines if there is one.

    Filter and table reach over new columns.

    Args:
        package: The workbook.
        layout: Where its results go.
        edits: What to set.
        out: Takes the copy.
        without_rows: Whether only all else is tried.
        lines: Where orders' lines go, and what they are.

    Raises:
        CannotEditError: If its sheet is made in a way that no cell can be set in safely.
        KeyError: If it no longer has that sheet.
        OSError: If ``out`` takes no more.
    """
    book = read_book(package)
    writer = CellWriter(package.read(book.styles) if book.styles else b"", counts_from_1904=book.counts_from_1904)
    related = relations_part(package, layout.part)
    links = CellLinks(layout, edits)
    links.look(package, layout.part, related)
    widen = wider_filter(package, layout)

    def edit_tail(tail: bytes, prefix: bytes) -> bytes:
        return links.edit(widen(tail), prefix)

    with package.open(layout.part) as sheet:
        replaced: dict[str, Write] = {
            layout.part: lambda part: edit_sheet(
                *(sheet, part, edits, writer),
                header_row=layout.header_row,
                header_style=_last_style,
                edit_tail=edit_tail,
                without_rows=without_rows,
            )
        }
        if links.are_there:
            # After the sheet, which tells which links there are.
            replaced[related] = lambda part: links.write_relations(package, related, part)
        if lines is not None:
            place, table = lines
            replaced[place.part] = lambda part: place.write(table, writer, part)
        if book.styles:
            # After the sheets, for the sheets' cells tell which styles there must be.
            replaced[book.styles] = lambda part: part.write(writer.markup())
        changed = lines[0].changed if lines is not None else {}
        copy_package(package, out, replaced, {**changed, **wider_tables(package, layout, changed)})


def _last_style(row: bytes) -> bytes:
    """Tell the style of a row's last cell that holds something, which new headers beside it get."""
    style = b""
    for match in _CELL.finditer(plain(row)):
        if not is_empty(match["attributes"]):
            style = attribute(match["attributes"], b"s")
    return style
