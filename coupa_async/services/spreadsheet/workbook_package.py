"""What openpyxl does not tell about a workbook, read from the bytes of its parts in flat memory.

Its streaming reader knows neither merged ranges nor whether a formula's result was ever stored. Part names and markup: ECMA-376 part 1, §12 and §18.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string, range_boundaries

from coupa_async.domain.bounds import Bounds

_BOUNDS = Bounds()
_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 1 << 14  # longer than the longest formula cell: 8,192 characters of formula (Excel's limit), its tags

# Nothing here is tried past the next "<" or ">", so that no text takes longer than its length.
_MERGED = re.compile(rb"<(?:\w{1,20}:)?mergeCell\b([^<>]*)>")
_RANGE = re.compile(rb'\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_FORMULA = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?P<attributes>[^<>]*)>"
    rb"<(?:\w{1,20}:)?f\b[^<>]*>(?:[^<]*</(?:\w{1,20}:)?f>)?(?P<stored><(?:\w{1,20}:)?v>[^<])?"
)
_CELL = re.compile(rb'\br="([A-Z]{1,3})[0-9]{1,7}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What is in one worksheet's part.

    Attributes:
        merged: Ranges as (left, top, right, bottom), 1-based, from the top down.
        calculated: Columns (0-based) with formulas.
        uncalculated: Columns (0-based) with formulas of which none has a stored result.
    """

    merged: tuple[tuple[int, int, int, int], ...]
    calculated: frozenset[int]
    uncalculated: frozenset[int]


def check_package(package: ZipFile, bounds: Bounds = _BOUNDS) -> str:
    """Say why a workbook is not unpacked, by what its archive promises, which is never gone beyond; empty if it may."""
    parts = package.infolist()
    if len(parts) > bounds.table_parts:
        return f"its archive has {len(parts):,} files, over {bounds.table_parts:,}"
    largest = max(parts, key=lambda part: part.file_size, default=None)
    size = sum(part.file_size for part in parts)
    if largest is None or size <= bounds.table_bytes:
        return ""
    return f"it unpacks to {size:,} bytes, over {bounds.table_bytes:,}; most of it is {largest.filename[:80]!r}"


def sheet_facts(package: ZipFile, part: str) -> SheetFacts:
    """Read one worksheet's part once."""
    merged: set[bytes] = set()
    formulas: set[bytes] = set()
    stored: set[bytes] = set()
    for window in _windows(package, part):
        for attributes in _MERGED.findall(window):
            merged.update(_RANGE.findall(attributes))
        for match in _FORMULA.finditer(window):
            cell = _CELL.search(match["attributes"])
            if cell is None:
                continue
            formulas.add(cell[1])
            # A formula whose result is the empty text has t="str" and no more.
            if match["stored"] or b't="str"' in match["attributes"]:
                stored.add(cell[1])
    columns = {formula: column_index_from_string(formula.decode()) - 1 for formula in formulas}
    ranges = [range_boundaries(item.decode()) for item in merged]
    return SheetFacts(
        merged=tuple(sorted(ranges, key=lambda entry: (entry[1], entry[0]))),
        calculated=frozenset(columns.values()),
        uncalculated=frozenset(columns[formula] for formula in formulas - stored),
    )


def _windows(package: ZipFile, part: str) -> Iterator[bytes]:
    """Read a part in pieces that overlap, so that nothing searched for is cut by a border."""
    tail = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield tail + chunk
            tail = chunk[-_OVERLAP_BYTES:]
