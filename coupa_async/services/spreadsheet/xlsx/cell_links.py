"""The links of a run's cells: to the order's folder, and to its page. What Excel does not take stays plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import basename, dirname, join
from urllib.parse import quote
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

from coupa_async.services.spreadsheet.cells import RESULT_COLUMNS, Value
from coupa_async.services.spreadsheet.table import Fill, Layout
from coupa_async.services.spreadsheet.xlsx.markup import plain, whole_element
from coupa_async.services.spreadsheet.xlsx.sheet_tail import Place, link_count, with_links

MOST_LINKS = 65_530
MOST_CHARS = 255
_LINKED = tuple(RESULT_COLUMNS.index(name) for name in ("DOWNLOAD_FOLDER", "COUPA_URL"))
_PREFIX = b"rIdCoupa"
_ID = re.compile(rb"\b" + _PREFIX + rb"[0-9]{1,9}\b")
_RELATION = whole_element(b"Relationship")
_STRICT = b"http://purl.oclc.org/ooxml/"
_BEGINNING_BYTES = 4096
_END = re.compile(rb"</(?P<prefix>[\w.-]+:)?Relationships\s*>")
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_NONE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


class CellLinks:
    """The links of one copy of a workbook, gathered while its cells are set."""

    def __init__(self, layout: Layout) -> None:
        """Begin."""
        self._layout = layout
        self._targets: dict[Place, str] = {}
        self._relations: dict[str, bytes] = {}
        self._used: frozenset[bytes] = frozenset()
        self._first = 1

    @property
    def are_there(self) -> bool:
        """Whether any cell leads anywhere, or no longer does."""
        return bool(self._targets)

    def of(self, fills: Iterable[Fill]) -> Iterator[Fill]:
        """Pass on what cells are set to, and take note of where they lead."""
        folder, columns = self._layout.folder, self._layout.columns
        linked = [] if folder is None else [(columns[index] + 1, index) for index in _LINKED]
        for rows, values in fills:
            yield rows, values
            for column, index in linked:
                value = values[index]
                if value is not None:
                    self._targets.update(dict.fromkeys(((row, column) for row in rows), link_target(value, folder)))

    def look(self, package: ZipFile, sheet: str, related: str) -> None:
        """See which relations the sheet has already, and whether it is of the kind that Excel writes."""
        with package.open(sheet) as part:
            if _STRICT in part.read(_BEGINNING_BYTES):
                self._targets.clear()
        if related in package.NameToInfo:
            taken = (int(id_.removeprefix(_PREFIX)) for id_ in _ID.findall(package.read(related)))
            self._first = max(taken, default=0) + 1

    def edit(self, tail: bytes, prefix: bytes) -> bytes:
        """Set the links in what stands behind the sheet's rows."""
        if not self._targets:
            return tail
        room = max(MOST_LINKS - link_count(tail), 0)
        linked = [place for place in sorted(self._targets) if self._targets[place]][:room]
        links = {place: self._relation(self._targets[place]) for place in linked}
        edited = with_links(tail, prefix, links, self._targets.keys() - links.keys())
        self._used = frozenset(_ID.findall(edited))
        return edited

    def relations(self, package: ZipFile, related: str) -> bytes:
        """Return the part that says where the links lead, once :meth:`edit` has set them."""
        before = package.read(related) if related in package.NameToInfo else _NONE
        kept = _RELATION.sub(lambda found: found[0] if self._is_used(found[0]) else b"", before)
        end = _END.search(plain(kept))
        if end is None:
            return before
        element = (end["prefix"] or b"").decode() + "Relationship"
        added = "".join(
            f'<{element} Id="{id_.decode()}" Type="{_TYPE}" Target={quoteattr(target)} TargetMode="External"/>'
            for target, id_ in self._relations.items()
        )
        return kept[: end.start()] + added.encode() + kept[end.start() :]

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
        target = "" if re.search(r"\s", value) else value
    elif Path(value).is_absolute():
        path = Path(value)
        target = quote(path.relative_to(folder).as_posix()) if path.is_relative_to(folder) else path.as_uri()
    else:
        target = ""
    return target if len(target) <= MOST_CHARS else ""
