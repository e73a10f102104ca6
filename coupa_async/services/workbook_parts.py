"""What openpyxl does not tell about a workbook, read from the bytes of its parts in flat memory.

Its streaming reader knows neither merged ranges nor whether a formula's result was ever stored, and saving drops
silently what it has no model of. Part names and markup: ECMA-376 part 1, §12 and §18.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string, range_boundaries

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 1 << 14  # longer than the longest formula cell: 8,192 characters of formula (Excel's limit), its tags

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\b(?P<attributes>[^>]*?\br="(?P<column>[A-Z]+)[0-9]+"[^>]*)>'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)(?P<stored><(?:\w+:)?v>[^<])?"
)
# Folders of the package that openpyxl drops on saving, and markup that it drops inside those it keeps.
_LOST_PARTS = {
    "xl/media/": "pictures",
    "xl/diagrams/": "diagrams",
    "xl/slicers/": "slicers",
    "xl/timelines/": "timelines",
    "xl/embeddings/": "embedded objects",
    "xl/threadedComments/": "comment threads",
}
_LOST_MARKUP = {
    b"<xdr:sp ": "shapes",
    b"<xdr:grpSp>": "shapes",
    b"<x14:sparklineGroups": "sparklines",
    b"<x14:dataValidations": "drop-down lists that take their values from another sheet",
    b"<x14:conditionalFormattings": "some conditional formats",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What is in one worksheet's part.

    Attributes:
        merged: Ranges as (left, top, right, bottom), 1-based, from the top down.
        uncalculated: Columns (0-based) with formulas of which none has a stored result.
    """

    merged: tuple[tuple[int, int, int, int], ...]
    uncalculated: frozenset[int]


def sheet_facts(package: ZipFile, part: str) -> SheetFacts:
    """Read one worksheet's part once."""
    merged: set[bytes] = set()
    formulas: set[bytes] = set()
    stored: set[bytes] = set()
    for window in _windows(package, part):
        merged.update(_MERGED.findall(window))
        for match in _FORMULA.finditer(window):
            formulas.add(match["column"])
            # A formula whose result is the empty text has t="str" and no more.
            if match["stored"] or b't="str"' in match["attributes"]:
                stored.add(match["column"])
    ranges = [range_boundaries(one.decode()) for one in merged]
    return SheetFacts(
        merged=tuple(sorted(ranges, key=lambda one: (one[1], one[0]))),
        uncalculated=frozenset(column_index_from_string(one.decode()) - 1 for one in formulas - stored),
    )


def losses(package: ZipFile) -> tuple[str, ...]:
    """Name what a copy saved by openpyxl lacks, in plain words."""
    names = package.namelist()
    found = {word for prefix, word in _LOST_PARTS.items() if any(name.startswith(prefix) for name in names)}
    for name in names:
        if name.startswith(("xl/worksheets/sheet", "xl/drawings/drawing")):
            for window in _windows(package, name):
                found.update(word for markup, word in _LOST_MARKUP.items() if markup in window)
    return tuple(sorted(found))


def _windows(package: ZipFile, part: str) -> Iterator[bytes]:
    """Read a part in pieces that overlap, so that nothing searched for is cut by a border."""
    tail = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield tail + chunk
            tail = chunk[-_OVERLAP_BYTES:]
