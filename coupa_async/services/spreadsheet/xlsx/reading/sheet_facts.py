"""What is around a worksheet's rows: merged ranges, links, tables, protection. ECMA-376-1 §18.3.1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from openpyxl.utils import range_boundaries

from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError
from coupa_async.services.spreadsheet.xlsx.markup import column_number, has_unseen, is_empty, row_number, start_tag

_CHUNK_BYTES = 1 << 19
_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # strict
)
_ROWS = start_tag(b"sheetData")
_OVERLAP_BYTES = 64
_MOST = 1 << 20  # ranges and links: more is nobody's sheet

Range = tuple[int, int, int, int]
"""Left, top, right, bottom, all 1-based."""


@dataclass(slots=True)
class SheetFacts:
    """What is around the rows of a worksheet.

    Attributes:
        merged: Merged ranges.
        links: References of cells' links (relation ids) by row and column, both 1-based; of a range, its first cell's.
        tables: References of the sheet's tables.
        is_protected: Whether its cells are locked.
        is_plain: Whether all rows that were read are as :func:`plain_row` takes them.
    """

    merged: list[Range] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    is_protected: bool = False
    is_plain: bool = True


def sheet_facts(source: IO[bytes]) -> SheetFacts:
    """Read what is around the rows of a worksheet's part; who reads the rows finds broken markup in them.

    Raises:
        CannotEditError: If it is no worksheet, or its markup is broken, not in UTF-8 or declares a document type.
    """
    reader = _FactsReader()
    try:
        if not _read_around(source, reader):
            source.seek(0)
            reader = _FactsReader()
            while chunk := source.read(_CHUNK_BYTES):
                reader.parse(chunk)
        reader.parse(b"", is_last=True)
    except expat.ExpatError as error:
        raise CannotEditError(f"the sheet's markup is broken ({error})") from error
    reader.facts.merged.sort(key=lambda item: (item[1], item[0]))
    return reader.facts


def _read_around(source: IO[bytes], reader: _FactsReader) -> bool:
    """Pass over the rows; tell whether that can be done: what looks like their end may stand in a comment."""
    left, end, is_after = b"", b"", False
    while chunk := source.read(_CHUNK_BYTES):
        left += chunk
        if not is_after and has_unseen(left):
            return False
        if not end:
            rows = _ROWS.search(left)
            stop = rows.end() if rows else max(0, len(left) - _OVERLAP_BYTES)
            reader.parse(left[:stop])
            left = left[stop:]
            if rows:
                end, is_after = b"</%bsheetData" % (rows["prefix"] or b""), is_empty(rows["attributes"])
        if end and not is_after:
            position = left.find(end)
            is_after = position >= 0
            left = left[position:] if is_after else left[-_OVERLAP_BYTES:]
        if is_after:
            reader.parse(left)
            left = b""
    if not end:
        reader.parse(left)
    return True


class _FactsReader:
    """Takes what the parser finds."""

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._has_root = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self.declared
        self._parser.XmlDeclHandler = self.encoded
        self._parser.StartElementHandler = self.began

    def parse(self, markup: bytes, *, is_last: bool = False) -> None:
        self._parser.Parse(markup, is_last)

    def declared(self, *_: object) -> None:
        raise CannotEditError("the sheet's markup declares a document type, which none does in earnest")

    def encoded(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.casefold() not in ("utf-8", "utf8", "us-ascii"):
            raise CannotEditError(f"the sheet's markup is in {encoding[:20]}, not UTF-8")

    def began(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._has_root:
            self._has_root = True
            if space not in _MAIN or local != "worksheet":
                raise CannotEditError(f"it holds a {local[:40]!r} and no worksheet")
        elif space in _MAIN:
            self._note(local, attributes)

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        facts = self.facts
        if name == "mergeCell" and len(facts.merged) < _MOST:
            if ":" in (covered := attributes.get("ref", "")):
                facts.merged.append(_range(covered))
        elif name == "hyperlink" and len(facts.links) < _MOST:
            first = attributes.get("ref", "").partition(":")[0].encode()
            facts.links[row_number(first), column_number(first)] = _related(attributes)
        elif name == "tablePart":
            facts.tables.append(_related(attributes))
        elif name == "sheetProtection":
            facts.is_protected = attributes.get("sheet") in ("1", "true")


def _related(attributes: dict[str, str]) -> str:
    return next((value for name, value in attributes.items() if name.endswith(" id")), "")


def _range(covered: str) -> Range:
    try:
        left, top, right, bottom = range_boundaries(covered)
    except ValueError as error:
        raise CannotEditError(f"a merged range is {covered[:40]!r}") from error
    if None in (left, top, right, bottom):
        raise CannotEditError(f"a merged range is {covered[:40]!r}")
    return left, top, right, bottom
