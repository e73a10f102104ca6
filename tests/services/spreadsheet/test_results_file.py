"""A workbook of results alone: what is in it, and that a disk which takes no more leaves nothing open behind it."""

from __future__ import annotations

import errno
import gc
import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coupa_async.domain.errors import StorageError
from coupa_async.services.files import replace
from coupa_async.services.spreadsheet.formats.results_file import write_results_file
from coupa_async.services.spreadsheet.template import write_template
from tests.services.spreadsheet.sheets import AT

ROWS = [(row, f"PO{row}", ("COMPLETED", f"a supplier, {row**5}")) for row in range(2, 3_000)]


class Disk(io.BytesIO):
    """A disk with so much room."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What could only be printed, because it was raised where nobody catches it."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda problem: seen.append(problem.exc_value))
    yield seen
    gc.collect()


@pytest.mark.parametrize("room", [0, 40, 700, 1_800, 6_000, 20_000])
def test_a_disk_that_is_full_is_one_error_and_nothing_is_left_open(room: int, unraisable: list[object]) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write_results_file(Disk(room), ["STATUS", "SUPPLIER"], ROWS)
    del caught
    gc.collect()
    assert unraisable == []


def test_rows_that_cannot_be_read_on_are_one_error(unraisable: list[object]) -> None:
    def rows() -> Iterator[tuple[int, str, tuple[str, str]]]:
        yield from ROWS[:9]
        raise StorageError("journal.sqlite3: disk image is malformed")

    with pytest.raises(StorageError, match="malformed") as caught:
        write_results_file(io.BytesIO(), ["STATUS", "SUPPLIER"], rows())
    del caught
    gc.collect()
    assert unraisable == []


def test_texts_stay_texts_whatever_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "results.xlsx"
    with path.open("wb") as file:
        write_results_file(file, ["STATUS", "SUPPLIER"], [(2, "0042", ("=1+1", " A & <B> ")), (9, "43", ())])
    sheet = openpyxl.load_workbook(path)["PO_Data"]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("PO_NUMBER", "ROW", "STATUS", "SUPPLIER"),
        ("0042", 2, "=1+1", " A & <B> "),
        ("43", 9, None, None),
    ]
    assert (sheet["C2"].data_type, sheet["C2"].quotePrefix) == ("s", True)


def test_neither_template_nor_backup_is_left_half_on_a_disk_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "orders.csv"
    mine.write_bytes(b"PO\nPO1\n")

    def half(_: Path, to: Path) -> None:
        to.write_bytes(b"PO")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", half)
    with pytest.raises(StorageError, match="No space left"):
        replace.back_up(mine, AT)

    class _Full(io.FileIO):
        def write(self, data: Any, /) -> int:
            super().write(bytes(data)[:10])
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda path, mode="r": _Full(path, mode.replace("b", "")))
    with pytest.raises(StorageError, match=r"orders\.xlsx: the template cannot be written"):
        write_template(tmp_path / "orders.xlsx", "en")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [mine]
