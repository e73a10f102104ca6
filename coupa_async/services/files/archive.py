"""Folders as one zip, made while it is sent: nothing of it is kept on disk or in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_CHUNK_BYTES = 1 << 20


class _Outbox:
    """Takes what is written, until it is fetched. It cannot be gone back in, which zipfile sees and allows for."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes, /) -> int:
        self._data += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is written is there."""

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data


def zip_chunks(root: Path, folders: Iterable[str]) -> Iterator[bytes]:
    """Make a zip of folders, piece by piece. Blocking. Files stay as they are: most are compressed by themselves.

    Links, and folders that are not there or lead outside ``root``, are left out.

    Args:
        root: Where the folders are.
        folders: Their paths below it, POSIX style; their names in the zip as well.

    Raises:
        OSError: If a file cannot be read.
    """
    outbox = _Outbox()
    with ZipFile(outbox, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]  # it wants no more than these methods
        for path, name in _files(root.resolve(), folders):
            info = ZipInfo.from_file(path, name, strict_timestamps=False)
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as part:
                while chunk := source.read(_CHUNK_BYTES):
                    part.write(chunk)
                    yield outbox.take()
    yield outbox.take()


def _files(root: Path, folders: Iterable[str]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        top = root / folder
        if not top.resolve().is_relative_to(root) or top.resolve() == root:
            continue
        for path in sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(root):
                yield path, path.relative_to(root).as_posix()
