"""The links of a worksheet's cells, which openpyxl's streaming reader leaves out. Markup: ECMA-376-1 §18.3.1.47."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from posixpath import basename, dirname
from zipfile import BadZipFile, ZipFile

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 1 << 13
_LONGEST = 65_530  # links of a sheet: Excel's limit
_LINK = re.compile(rb"<(?:[A-Za-z0-9]+:)?hyperlink ([^<>]{1,4096})>")
_TARGET = re.compile(r"<(?:[A-Za-z0-9]+:)?Relationship ([^<>]{1,8192})>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]{1,60})=(?:"([^"]*)"|'([^']*)')""")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def cell_links(package: ZipFile, part: str) -> dict[tuple[int, int], str]:
    """Read where the cells of a worksheet lead.

    Args:
        package: The workbook.
        part: The worksheet's part.

    Returns:
        Addresses outside the workbook by row and column, both 1-based; of a range, its first cell alone.
    """
    targets = _targets(package, f"{dirname(part)}/_rels/{basename(part)}.rels")
    found: dict[tuple[int, int], str] = {}
    for link in _links(package, part) if targets else ():
        cell = _CELL.match(link.get("ref", ""))
        target = next((targets[value] for name, value in link.items() if name.endswith(":id") and value in targets), "")
        if cell and target:
            found[int(cell[2]), _column(cell[1])] = target
        if len(found) >= _LONGEST:
            break
    return found


def _targets(package: ZipFile, part: str) -> dict[str, str]:
    try:
        text = package.read(part.lstrip("/")).decode("utf-8", "replace")
    except (KeyError, BadZipFile, OSError):
        return {}  # a sheet without links has no such part
    relations = [_attributes(match[1]) for match in _TARGET.finditer(text)]
    return {
        relation["Id"]: relation["Target"]
        for relation in relations
        if relation.get("Type", "").endswith("/hyperlink") and "Id" in relation and "Target" in relation
    }


def _links(package: ZipFile, part: str) -> Iterator[dict[str, str]]:
    tail = b""
    with package.open(part.lstrip("/")) as file:
        while chunk := file.read(_CHUNK_BYTES):
            window = tail + chunk
            for match in _LINK.finditer(window):
                yield _attributes(match[1].decode("utf-8", "replace"))
            tail = window[-_OVERLAP_BYTES:]


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(text)}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
