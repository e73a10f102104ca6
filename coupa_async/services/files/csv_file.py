"""Tables of ours as text files that Excel opens, where nothing of the user's is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from coupa_async.services.files.own_file import head_of, own_path
from coupa_async.services.files.replace import replace_file

_DELIMITERS = ",;\t|"


def write_csv(
    folder: Path,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    is_ours: Callable[[Sequence[str]], bool],
    now: datetime,
    delimiter: str = ",",
) -> Path:
    """Write a table, whole or not at all. A file of that name that is not ours stays, and ours gets a number. Blocking.

    Args:
        folder: Where to.
        name: Of the file.
        header: The names of the columns.
        rows: What is below; cells as a spreadsheet program is to import them.
        is_ours: Whether a header is one that we write.
        now: Names the file beside it if that is held open by another program.
        delimiter: Parts the cells.

    Returns:
        The file really written: see ``replace_file``.

    Raises:
        StorageError: If it cannot be written.
    """

    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")  # with the mark that Excel tells UTF-8 by
        try:
            table = csv.writer(text, delimiter=delimiter)
            table.writerow(header)
            table.writerows(rows)
            text.flush()
        finally:
            text.detach()

    return replace_file(own_path(folder, name, lambda path: _is_headed(path, is_ours)), write, now)


def _is_headed(path: Path, is_ours: Callable[[Sequence[str]], bool]) -> bool:
    first = next(iter(head_of(path).splitlines()), "")
    return any(is_ours(next(csv.reader([first], delimiter=mark), [])) for mark in _DELIMITERS)
