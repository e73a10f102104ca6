"""The links of a run's cells: to the order's folder, and to its page. What Excel does not take stays plain text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from posixpath import basename, dirname, join
from urllib.parse import quote
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, Value
from coupa_async.services.spreadsheet.table import Layout, Sink
from coupa_async.services.spreadsheet.xlsx.editing.edits import Edits
from coupa_async.services.spreadsheet.xlsx.editing.sheet_tail import Place, link_count, with_links
from coupa_async.services.spreadsheet.xlsx.markup import plain, whole_element

MOST_LINKS = 65_530
MOST_CHARS = 255
_LINKED = tuple(RESULT_COLUMNS.index(name) for name in ("DOWNLOAD_FOLDER", "COUPA_URL"))
_PREFIX = b"rIdCoupa"
_ID = re.compile(rb"\b" + _PREFIX + rb"[0-9]{1,9}\b")
_RELATION = whole_element(b"Relationship")
_STRICT = b"http://purl.oclc.org/ooxml/"
_SPACE = re.compile(r"\s")
_BEGINNING_BYTES = 4096
_AT_ONCE = 1_000
_END = re.compile(rb"</(?P<prefix>[\w.-]+:)?Relationships\s*>")
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_NONE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


class CellLinks:
    """The links of one copy of a workbook."""

    def __init__(self, layout: Layout, edits: Edits) -> None:
        """Begin.

        Args:
            layout: Where results go; its folder is what links are relative to.
            edits: What the cells are set to.
        """
        self._edits = edits
        self._folder = layout.folder
        self._columns = frozenset(layout.columns[index] + 1 for index in _LINKED)
        self._relations: dict[str, bytes] = {}
        self._before: frozenset[bytes] = frozenset()
        self._used: frozenset[bytes] = frozenset()
        self._first = 1

    @property
    def are_there(self) -> bool:
        """Whether any cell leads anywhere."""
        return next(self._targets(), None) is not None

    def look(self, package: ZipFile, sheet: str, related: str) -> None:
        """See which relations the sheet has already, and whether it is of the kind that Excel writes."""
        with package.open(sheet) as part:
            if _STRICT in part.read(_BEGINNING_BYTES):
                self._folder = None
        if related in package.NameToInfo:
            self._before = frozenset(_ID.findall(package.read(related)))
            self._first = max((int(id_.removeprefix(_PREFIX)) for id_ in self._before), default=0) + 1

    def edit(self, tail: bytes, prefix: bytes) -> bytes:
        """Set the links in what stands behind the sheet's rows."""
        if self._folder is None:
            return tail
        room = max(MOST_LINKS - link_count(tail), 0)
        links = ((place, self._relation(target)) for place, target in islice(self._targets(), room))
        edited = with_links(tail, prefix, links, self._is_set)
        self._used = frozenset(found[0] for found in _ID.finditer(edited) if found[0] in self._before)
        return edited

    def write_relations(self, package: ZipFile, related: str, out: Sink) -> None:
        """Write the part that says where the links lead, once :meth:`edit` has set them."""
        before = package.read(related) if related in package.NameToInfo else _NONE
        kept = _RELATION.sub(lambda found: found[0] if self._is_used(found[0]) else b"", before)
        end = _END.search(plain(kept))
        if end is None:
            out.write(before)
            return
        start = f"<{(end['prefix'] or b'').decode()}Relationship"
        out.write(kept[: end.start()])
        relations = iter(self._relations.items())
        while piece := list(islice(relations, _AT_ONCE)):
            texts = (
                f'{start} Id="{id_.decode()}" Type="{_TYPE}" Target={quoteattr(target)} TargetMode="External"/>'
                for target, id_ in piece
            )
            out.write("".join(texts).encode())
        out.write(kept[end.start() :])

    def _targets(self) -> Iterator[tuple[Place, str]]:
        """Tell where cells lead, row after row."""
        for row in self._edits.rows() if self._folder is not None else ():
            for column, value in self._edits.cells(row):
                if column in self._columns and (target := link_target(value, self._folder)):
                    yield (row, column), target

    def _is_set(self, place: Place) -> bool:
        row, column = place
        return column in self._columns and any(cell[0] == column for cell in self._edits.cells(row))

    def _relation(self, target: str) -> bytes:
        return self._relations.setdefault(target, _PREFIX + b"%d" % (self._first + len(self._relations)))

    def _is_used(self, relation: bytes) -> bool:
        ours = _ID.search(relation)
        return ours is None or ours[0] in self._used


def relations_part(package: ZipFile, sheet: str) -> str:
    """Return the name of the part with a sheet's relations, as the package spells it if it has one."""
    name = join(dirname(sheet), "_rels", f"{basename(sheet)}.rels")
    return next((known for known in package.namelist() if known.casefold() == name.casefold()), name)


def link_target(value: Value, folder: Path | None) -> str:
    """Return where a cell of ours leads; empty for nowhere, or further than a link may say.

    Args:
        value: What the cell holds: an address, or a path. Several of them lead nowhere.
        folder: Where the workbook is: what is below it is linked from there.
    """
    if not isinstance(value, str) or "; " in value or folder is None:
        return ""
    if value.startswith(("http://", "https://")):
        target = "" if _SPACE.search(value) else value
    elif (home := f"{folder}{os.sep}") and value.startswith(home) and value[len(home) :].strip(os.sep):
        # As the rest does, which looks into each path for longer than all else takes.
        target = quote(value[len(home) :].replace(os.sep, "/"))
    elif Path(value).is_absolute():
        path = Path(value)
        target = quote(path.relative_to(folder).as_posix()) if path.is_relative_to(folder) else path.as_uri()
    else:
        target = ""
    return target if len(target) <= MOST_CHARS else ""
