"""What stands behind a worksheet's rows: its filter made wider, links of cells set. Pure. ECMA-376-1 §18.3.1.99."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from coupa_async.services.spreadsheet.xlsx.markup import (
    any_tag,
    attribute,
    column_letters,
    column_number,
    plain,
    row_number,
    whole_element,
)

_RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_REF = re.compile(rb"(?P<left>[A-Z]{1,3})(?P<top>[0-9]{1,7}):(?P<right>[A-Z]{1,3})(?P<bottom>[0-9]{1,7})")
_TAG = any_tag()
_LINK = whole_element(b"hyperlink")
_STATED = re.compile(rb"(\sref\s*=\s*[\"'])([^\"']*)")
# Whatever of these is there comes behind the links.
_BEHIND = frozenset(
    b"printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    b"smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    b"extLst AlternateContent".split()
)

Place = tuple[int, int]
"""A cell's row and column, both 1-based."""


class Area(NamedTuple):
    """A range of cells, its edges 1-based."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Area) -> bool:
        """Return whether they have a cell in common."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )


def area_of(reference: bytes) -> Area | None:
    """Read a range's reference; ``None`` if it is none of two corners."""
    match = _REF.fullmatch(reference)
    if match is None:
        return None
    left, right = (column_number(match[side] + b"1") for side in ("left", "right"))
    return Area(left, int(match["top"]), right, int(match["bottom"]))


def widened(start_tag: bytes, right: int) -> bytes:
    """Have the range that a start tag states reach to a column."""

    def reach(stated: re.Match[bytes]) -> bytes:
        area = area_of(stated[2])
        if area is None:
            return stated[0]
        corners = (column_letters(area.left), area.top, column_letters(right), area.bottom)
        return stated[1] + b"%b%d:%b%d" % corners

    return _STATED.sub(reach, start_tag, count=1)


def filter_of(tail: bytes) -> Area | None:
    """Read the range of the sheet's own filter; ``None`` if it has none."""
    found = next((item for item in _top_level(tail) if item.name == b"autoFilter"), None)
    return area_of(attribute(found.attributes, b"ref")) if found else None


def with_wider_filter(tail: bytes, right: int) -> bytes:
    """Have the sheet's own filter reach to a column."""
    found = next((item for item in _top_level(tail) if item.name == b"autoFilter"), None)
    if found is None:
        return tail
    return tail[: found.start] + widened(tail[found.start : found.begun], right) + tail[found.begun :]


def link_count(tail: bytes) -> int:
    """Return how many links the sheet has."""
    return sum(1 for _ in _LINK.finditer(tail))


def with_links(
    tail: bytes, prefix: bytes, links: Iterable[tuple[Place, bytes]], is_set: Callable[[Place], bool]
) -> bytes:
    """Set links of cells.

    Args:
        tail: What stands behind the rows.
        prefix: Of the sheet's elements, with its colon.
        links: The relation's id of each, in the order of the sheet.
        is_set: Tells a cell whose link of before is taken out.
    """
    start = b'<%bhyperlink xmlns:r="%b"' % (prefix, _RELATIONS)
    added = bytearray()  # pieces to be joined would take more room than all else
    for (row, column), relation in links:
        added += b'%b ref="%b%d" r:id="%b"/>' % (start, column_letters(column), row, relation)
    there = next((item for item in _top_level(tail) if item.name == b"hyperlinks"), None)
    if there is not None:
        inner = tail[there.begun : there.inner_end]
        kept = _LINK.sub(lambda link: b"" if is_set(_place(attribute(link[0], b"ref"))) else link[0], inner)
        if kept.strip() or added:
            return b"".join((tail[: there.begun], kept, added, tail[there.inner_end :]))
        return tail[: there.start] + tail[there.end :]
    if not added:
        return tail
    place = next((item.start for item in _top_level(tail) if item.name in _BEHIND), _sheet_end(tail))
    opening, closing = b"<%bhyperlinks>" % prefix, b"</%bhyperlinks>" % prefix
    return b"".join((tail[:place], opening, added, closing, tail[place:]))


def _place(reference: bytes) -> Place:
    return row_number(reference), column_number(reference)


class _Element(NamedTuple):
    """An element of the sheet's own: where its tag begins and ends, where its content ends, and where it does."""

    name: bytes
    attributes: bytes
    start: int
    begun: int
    inner_end: int
    end: int


def _top_level(tail: bytes) -> Iterator[_Element]:
    depth = 0
    opened: re.Match[bytes] | None = None
    for tag in _TAG.finditer(plain(tail)):
        if tag["close"]:
            depth = max(depth - 1, 0)  # the end of the rows comes first, and that of the sheet last
            if depth == 0 and opened is not None:
                yield _Element(
                    opened["name"], opened["attributes"], opened.start(), opened.end(), tag.start(), tag.end()
                )
                opened = None
            continue
        if tag["attributes"].endswith(b"/"):
            if depth == 0:
                yield _Element(tag["name"], tag["attributes"], tag.start(), tag.end(), tag.end(), tag.end())
            continue
        if depth == 0:
            opened = tag
        depth += 1


def _sheet_end(tail: bytes) -> int:
    ends = [tag.start() for tag in _TAG.finditer(plain(tail)) if tag["close"] and tag["name"] == b"worksheet"]
    return ends[-1] if ends else len(tail)
