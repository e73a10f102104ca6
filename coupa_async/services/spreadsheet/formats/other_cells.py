"""The cells of workbooks that are only read (.xls, .xlsb, .ods), by calamine in a process of its own.

calamine makes a grid of all cells up to the farthest, and one that is far enough takes all memory there is; on files
that are broken it may panic. Neither reaches the run: see ``coupa_async.runtime.isolated``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import anyio

from coupa_async.domain.bounds import Bounds
from coupa_async.runtime.isolated import answer, read_apart

_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCells:
    """A worksheet.

    Attributes:
        title: As on its tab.
        is_visible: Whether its tab is shown.
        lines: Each row's cells as :func:`_encoded` writes them.
    """

    title: str
    is_visible: bool
    lines: Sequence[bytes]

    def rows(self) -> Iterator[list[object]]:
        """Read its rows, from the first on."""
        for line in self.lines:
            yield [datetime.fromisoformat(cell[0]) if isinstance(cell, list) else cell for cell in json.loads(line)]


def read_cells(path: Path, bounds: Bounds = _BOUNDS) -> list[SheetCells]:
    """Read a workbook's worksheets. Blocking: not for a thread with an event loop.

    Raises:
        ValueError: If it cannot be read; says why.
    """
    arguments = [str(path.absolute()), str(bounds.table_bytes), str(bounds.table_memory_bytes), str(bounds.table_s)]
    data, trouble = anyio.run(partial(read_apart, __name__, arguments, within_s=bounds.table_s))
    if trouble.startswith("note: "):  # Rust's last words when it gets no memory
        raise ValueError(f"it takes over {bounds.table_memory_bytes >> 20:,} MB of memory")
    if trouble:
        raise ValueError(trouble)
    outline, _, rest = data.partition(b"\n")
    lines = rest.split(b"\n")
    sheets: list[SheetCells] = []
    for title, is_visible, count in json.loads(outline):
        sheets.append(SheetCells(title=title, is_visible=is_visible, lines=lines[:count]))
        lines = lines[count:]
    return sheets


def _encode(path: Path, limit_bytes: int) -> bytes:
    """Write all worksheets: a line that lists them, then a line for each row."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    outline: list[tuple[str, bool, int]] = []
    lines: list[bytes] = []
    size = 0
    book = load_workbook(path)
    for about in book.sheets_metadata:
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
        outline.append((about.name, about.visible is SheetVisibleEnum.Visible, len(rows)))
        for row in rows:
            lines.append(_encoded(row))
            size += len(lines[-1])
            if size > limit_bytes:
                raise ValueError(f"its cells have over {limit_bytes:,} bytes")
    return b"\n".join((json.dumps(outline).encode(), *lines))


def _checked(path: Path, limit_bytes: int) -> bytes:
    try:
        return _encode(path, limit_bytes)
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of calamine's language, which no Exception is
            raise ValueError(f"its reader gave up: {error}") from error
        raise


def _encoded(row: Sequence[object]) -> bytes:
    used = len(row)
    while used and row[used - 1] == "":
        used -= 1
    return json.dumps([_cell(value) for value in row[:used]]).encode()


def _cell(value: object) -> object:
    if isinstance(value, date):  # a datetime is one
        return [value.isoformat()]
    if isinstance(value, str | int | float):
        return None if value == "" else value
    return str(value)


def _main(path: str, limit_bytes: str, memory_bytes: str, within_s: str) -> int:
    from python_calamine import CalamineError

    return answer(
        lambda: _checked(Path(path), int(limit_bytes)),
        within_s=float(within_s),
        known=(CalamineError, OSError, ValueError),
        memory_bytes=int(memory_bytes),
    )


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
