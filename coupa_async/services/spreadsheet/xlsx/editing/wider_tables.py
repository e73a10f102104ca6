"""A filter and a table of a worksheet, reaching over the columns that a run adds right of them. ECMA-376-1 §18.5."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from coupa_async.services.spreadsheet.table import Layout
from coupa_async.services.spreadsheet.xlsx.book import book_part, relations
from coupa_async.services.spreadsheet.xlsx.editing.sheet_tail import (
    Area,
    area_of,
    filter_of,
    widened,
    with_wider_filter,
)
from coupa_async.services.spreadsheet.xlsx.markup import attribute, column_letters, is_empty, plain, start_tag

_TABLE = start_tag(b"table")
_FILTER = start_tag(b"autoFilter")
_COLUMNS = start_tag(b"tableColumns")
_COLUMN = start_tag(b"tableColumn")
_COLUMNS_END = re.compile(rb"</(?:[\w.-]+:)?tableColumns\s*>")
_NAME = re.compile(start_tag(b"definedName").pattern + rb"(?P<sheet>[^<>!]*+!)(?P<area>[$A-Z0-9:]*+)<")
_COUNT = re.compile(rb"(\scount\s*=\s*[\"'])[0-9]+")
_LARGEST_BYTES = 16 << 20
_FILTERED = b"_xlnm._FilterDatabase"


def new_columns(layout: Layout) -> Sequence[tuple[int, str]]:
    """Return the columns (1-based) that a run adds, with their headers."""
    added = (
        (column + 1, name)
        for column, name in zip(layout.columns, layout.names, strict=True)
        if column + 1 > layout.width
    )
    return sorted(added)


def wider_tables(package: ZipFile, layout: Layout, changed: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the parts of tables that get the new columns: that end right before them, with the same header.

    What is not understood, or would reach into another table, stays as it is. The name that programs keep for the
    sheet's own filter is in the workbook's part, which is among them if the filter gets the columns.

    Args:
        package: The workbook.
        layout: Where results go.
        changed: Parts that are changed already, by name.
    """
    new = new_columns(layout)
    tables = {part: package.read(part) for part in _table_parts(package, layout.part)}
    areas = {part: area for part, markup in tables.items() if (area := _area(markup)) is not None}
    wider: dict[str, bytes] = {}
    for part, area in areas.items():
        others = [other for name, other in areas.items() if name != part]
        if reaches(area, layout.header_row, new) and not any(_with(area, new).meets(other) for other in others):
            wider[part] = _widened(tables[part], new) or tables[part]
    book = book_part(package)
    named = _wider_name(changed.get(book) or package.read(book), layout, new, list(areas.values()))
    return {part: markup for part, markup in wider.items() if markup != tables[part]} | ({book: named} if named else {})


def wider_filter(package: ZipFile, layout: Layout) -> Callable[[bytes], bytes]:
    """Return what has the sheet's own filter reach over the new columns, in what stands behind its rows."""
    new = new_columns(layout)
    areas = [area for part in _table_parts(package, layout.part) if (area := _area(package.read(part))) is not None]

    def edit(tail: bytes) -> bytes:
        area = filter_of(tail)
        is_ours = area is not None and reaches(area, layout.header_row, new)
        if area is None or not is_ours or any(_with(area, new).meets(other) for other in areas):
            return tail
        return with_wider_filter(tail, new[-1][0])

    return edit


def reaches(area: Area, header_row: int, new: Sequence[tuple[int, str]]) -> bool:
    """Return whether a range with this header ends right before the new columns."""
    return bool(new) and area.top == header_row and area.right + 1 == new[0][0]


def _with(area: Area, new: Sequence[tuple[int, str]]) -> Area:
    return area._replace(right=new[-1][0])


def _wider_name(markup: bytes, layout: Layout, new: Sequence[tuple[int, str]], tables: Sequence[Area]) -> bytes:
    """Return the workbook's part with a wider name of the sheet's filter; empty if it has none that is to be."""
    sheet = f"{escape(layout.sheet)}!".encode()
    quoted = "'{}'!".format(escape(layout.sheet).replace("'", "''")).encode()
    for name in _NAME.finditer(plain(markup)):
        area = area_of(name["area"].replace(b"$", b""))
        is_ours = attribute(name["attributes"], b"name") == _FILTERED and name["sheet"] in (sheet, quoted)
        if not is_ours or area is None or not reaches(area, layout.header_row, new):
            continue
        if not any(_with(area, new).meets(table) for table in tables):
            corners = (column_letters(area.left), area.top, column_letters(new[-1][0]), area.bottom)
            return markup[: name.start("area")] + b"$%b$%d:$%b$%d" % corners + markup[name.end("area") :]
    return b""


def _table_parts(package: ZipFile, sheet: str) -> list[str]:
    found = (item.target for item in relations(package, sheet).values() if item.kind == "table" and item.target)
    return [part for part in found if package.getinfo(part).file_size <= _LARGEST_BYTES]


def _area(markup: bytes) -> Area | None:
    tag = _TABLE.search(plain(markup))
    return area_of(attribute(tag["attributes"], b"ref")) if tag else None


def _widened(markup: bytes, new: Sequence[tuple[int, str]]) -> bytes:
    """Return a table's part with further columns; empty if it is one of a kind that is left alone."""
    seen = plain(markup)
    table, columns, end = _TABLE.search(seen), _COLUMNS.search(seen), _COLUMNS_END.search(seen)
    if table is None or columns is None or end is None or is_empty(columns["attributes"]):
        return b""
    attributes = table["attributes"]
    if attribute(attributes, b"tableType") not in (b"", b"worksheet"):
        return b""  # filled by a query, whose own list of columns is elsewhere
    if attribute(attributes, b"headerRowCount") not in (b"", b"1"):
        return b""  # without a header
    there = [item["attributes"] for item in _COLUMN.finditer(seen, columns.end(), end.start())]
    names = {attribute(item, b"name").decode("utf-8", "replace").casefold() for item in there}
    if any(name.casefold() in names for _, name in new):
        return b""
    last = max((int(id_) for item in there if (id_ := attribute(item, b"id")).isdigit()), default=0)
    prefix = columns["prefix"] or b""
    added = b"".join(
        b'<%btableColumn id="%d" name=%b/>' % (prefix, last + number, quoteattr(name).encode())
        for number, (_, name) in enumerate(new, start=1)
    )
    counted = _COUNT.sub(rb"\g<1>%d" % (len(there) + len(new)), columns[0])
    pieces = [markup[: table.start()], widened(table[0], new[-1][0])]
    position = table.end()
    if found := _FILTER.search(seen, position, columns.start()):
        pieces += [markup[position : found.start()], widened(markup[found.start() : found.end()], new[-1][0])]
        position = found.end()
    pieces += [markup[position : columns.start()], counted, markup[columns.end() : end.start()], added]
    return b"".join((*pieces, markup[end.start() :]))
