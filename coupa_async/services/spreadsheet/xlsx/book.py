"""What a workbook's package says of its sheets: names, order, parts, and which parts they share. ECMA-376-1 §12."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from defusedxml.ElementTree import fromstring

_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Relation:
    """A part's reference to another part or to an address.

    Attributes:
        kind: The end of its type, such as ``worksheet`` or ``hyperlink``.
        target: The part's name as the package spells it, or the address; empty for a part that is not there.
    """

    kind: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A worksheet.

    Attributes:
        title: As on its tab.
        part: Its part's name.
        is_visible: Whether its tab is shown.
    """

    title: str
    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A workbook.

    Attributes:
        sheets: Its worksheets in the order of their tabs.
        shared_strings: The part with its texts; empty for none.
        styles: The part with its styles; empty for none.
        counts_from_1904: Whether its dates do.
    """

    sheets: tuple[Sheet, ...]
    shared_strings: str
    styles: str
    counts_from_1904: bool


def read_book(package: ZipFile) -> Book:
    """Read what a package holds.

    Raises:
        KeyError: If a part is not there.
        ParseError: If the markup of a part is broken.
    """
    part = book_part(package)
    markup, related = parse_part(package, part), relations(package, part)
    of_kind = {item.kind: item.target for item in reversed(related.values())}
    sheets: list[Sheet] = []
    for entry in elements(markup, "sheet"):
        relation = related.get(attribute_of(entry, "id"))
        if relation and relation.kind == "worksheet":
            state = entry.get("state", "visible")
            sheets.append(Sheet(title=entry.get("name", ""), part=relation.target, is_visible=state == "visible"))
    properties = next(elements(markup, "workbookPr"), None)
    return Book(
        sheets=tuple(sheets),
        shared_strings=_filled(package, of_kind.get("sharedStrings", "")),
        styles=_filled(package, of_kind.get("styles", "")),
        counts_from_1904=properties is not None and properties.get("date1904") in ("1", "true"),
    )


def book_part(package: ZipFile) -> str:
    """Return the name of the workbook's own part."""
    start = relations(package, "").values()
    return next((item.target for item in start if item.kind == "officeDocument"), "xl/workbook.xml")


def relations(package: ZipFile, part: str) -> dict[str, Relation]:
    """Read what a part refers to, by the id of each reference; the package's own for the empty name."""
    folder = dirname(part)
    known = {name.casefold(): name for name in package.namelist()}
    listed = known.get(join(folder, "_rels", f"{basename(part)}.rels").casefold())
    if listed is None:
        return {}
    found: dict[str, Relation] = {}
    for entry in elements(parse_part(package, listed), "Relationship"):
        target, kind = entry.get("Target", ""), entry.get("Type", "").rpartition("/")[2]
        if entry.get("TargetMode") != "External":
            target = normpath(join("/", folder, target.replace("\\", "/"))).lstrip("/")
            target = known.get(target.casefold(), "")
        found[entry.get("Id", "")] = Relation(kind, target)
    return found


def parse_part(package: ZipFile, part: str) -> Element:
    """Parse a part that is small in every real workbook."""
    if package.getinfo(part).file_size > _LARGEST_BYTES:
        raise ValueError(f"the part {part[:80]!r} has over {_LARGEST_BYTES:,} bytes")
    markup: Element = fromstring(package.read(part))
    return markup


def elements(markup: Element, name: str) -> Iterator[Element]:
    """Find elements by their name, in whatever namespace."""
    return markup.iterfind(f".//{{*}}{name}")


def attribute_of(entry: Element, name: str) -> str:
    """Read an attribute that has a namespace; empty for none."""
    return next((value for key, value in entry.items() if key.endswith(f"}}{name}")), "")


def _filled(package: ZipFile, part: str) -> str:
    return part if part and package.getinfo(part).file_size else ""
