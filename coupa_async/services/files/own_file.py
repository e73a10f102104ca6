"""Files of ours in a folder that may be the user's own: what she has there under such a name stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from coupa_async.domain.errors import StorageError
from coupa_async.domain.files.naming import marked

_MOST = 1_000
_HEAD_BYTES = 1 << 16


def own_path(folder: Path, name: str, is_ours: Callable[[Path], bool]) -> Path:
    """Choose where a file of ours is, or goes: under its name, or with a number where that is somebody else's.

    Blocking.

    Args:
        folder: Where to.
        name: Which it should have.
        is_ours: Whether a file that is there was written by us, as its content says. May raise ``OSError``.

    Raises:
        StorageError: If there is no name left.
    """
    for known in islice(_names(name), _MOST):
        path = folder / known
        if not path.exists() or _can_be_told(path, is_ours):
            return path
    raise StorageError(f"{folder}: has no name left for {name}: choose another folder with -o")


def write_own_text(path: Path, text: str, sign: str) -> Path:
    """Write a text file of ours, or write it anew; beside a file of that name that has not its sign. Blocking.

    Args:
        path: Where it should be; its folder is made.
        text: All of it.
        sign: What its beginning has, and no other file's.

    Returns:
        Where it is.

    Raises:
        StorageError: If there is no name left.
        OSError: If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = own_path(path.parent, path.name, lambda known: sign in head_of(known))
    place.write_text(text, encoding="utf-8")
    return place


def head_of(path: Path) -> str:
    """Return the beginning of a text file.

    Raises:
        OSError: If it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8-sig", "replace")


def _names(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield marked(name, f" ({number})")


def _can_be_told(path: Path, is_ours: Callable[[Path], bool]) -> bool:
    try:
        return path.is_file() and is_ours(path)
    except OSError:
        return False
