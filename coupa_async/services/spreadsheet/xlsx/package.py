"""A workbook's package copied part by part: what is not replaced goes over as it is packed, whatever it holds."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from coupa_async.domain.bounds import Bounds
from coupa_async.services.spreadsheet.xlsx.errors import CannotEditError

_BOUNDS = Bounds()
_SHEETS = "xl/worksheets/"
_CHUNK_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
_DESCRIPTOR_BIT = 0x08
_ZIP64_BYTES = 0xFFFF_FFFF
_LEVEL = 1  # a fifth of the time of the usual 6, a third more bytes, until the user's own program saves it

Write = Callable[[IO[bytes]], object]
"""Writes a part's new content."""


def check_package(package: ZipFile, bounds: Bounds = _BOUNDS) -> str:
    """Say why a workbook is not unpacked, by what its archive promises, which is never gone beyond; empty if it may."""
    parts = package.infolist()
    if len(parts) > bounds.table_parts:
        return f"its archive has {len(parts):,} files, over {bounds.table_parts:,}"
    sheets = [part for part in parts if part.filename.startswith(_SHEETS)]
    others = [part for part in parts if not part.filename.startswith(_SHEETS)]
    for group, limit in ((others, bounds.table_bytes), (sheets, bounds.table_sheets_bytes)):
        size = sum(part.file_size for part in group)
        if size > limit:
            largest = max(group, key=lambda part: part.file_size).filename[:80]
            return f"it unpacks to {size:,} bytes, over {limit:,}; most of it is {largest!r}"
    return ""


def copy_package(
    source: ZipFile, out: BinaryIO, replaced: Mapping[str, Write], changed: Mapping[str, bytes] = MappingProxyType({})
) -> None:
    """Copy a package with some of its parts replaced or added, in the order given there after all others.

    Args:
        source: The package.
        out: Takes the copy, from its beginning; need not be read.
        replaced: Parts by name, with what writes each; those that are not there yet are added.
        changed: The content of further parts by name, which stay in their places.

    Raises:
        CannotEditError: If two parts have one name, or a part is signed.
        OSError: If ``out`` takes no more.
    """
    parts = source.infolist()
    names = {part.filename.casefold() for part in parts}
    if len(names) < len(parts):
        raise CannotEditError("two parts of the workbook have one name")
    if any(name.startswith("_xmlsignatures/") for name in names):
        raise CannotEditError("the workbook is signed, and any change breaks the signature")
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as target:
        target.comment = source.comment
        for part in parts:
            if part.filename in changed:
                target.writestr(_like(part), changed[part.filename], ZIP_DEFLATED, _LEVEL)
            elif part.filename not in replaced:
                _copy(source, part, target)
        for name, write in replaced.items():
            info = _like(source.getinfo(name)) if name in source.NameToInfo else ZipInfo(name)
            info.compress_type = ZIP_DEFLATED
            with target.open(info, "w", force_zip64=info.file_size > _ZIP64_BYTES // 2) as part_out:
                write(part_out)


def _copy(source: ZipFile, part: ZipInfo, target: ZipFile) -> None:
    """Copy a part as it is packed. ``zipfile`` has no call for it, but all that it takes."""
    packed, out = source.fp, target.fp
    if packed is None or out is None:
        raise ValueError("a package is closed")
    packed.seek(part.header_offset)
    header = packed.read(_LOCAL_HEADER_BYTES)
    if len(header) < _LOCAL_HEADER_BYTES or not header.startswith(b"PK\x03\x04"):
        raise BadZipFile(f"the part {part.filename[:80]!r} is not where the package says")
    packed.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    info = _like(part)
    info.header_offset = target.start_dir
    out.seek(target.start_dir)
    out.write(info.FileHeader())
    left = info.compress_size
    while left:
        chunk = packed.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise BadZipFile(f"the part {part.filename[:80]!r} is cut off")
        out.write(chunk)
        left -= len(chunk)
    target.start_dir = out.tell()
    target.filelist.append(info)
    target.NameToInfo[info.filename] = info


def _like(part: ZipInfo) -> ZipInfo:
    """Describe a part for the copy: sizes stand before it, where ``zipfile`` writes them, and not after it."""
    info = copy.copy(part)
    info.flag_bits &= ~_DESCRIPTOR_BIT
    info.extra = b""
    return info
