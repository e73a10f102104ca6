"""``python -m tests.benchmarks.spreadsheet ROWS FOLDER``: a workbook of twelve columns read, tried and filled in."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

import psutil

from coupa_async.domain.outcome import OrderResult
from coupa_async.services.spreadsheet.results import why_not_writable, write_results
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist
from tests.services.spreadsheet.sheets import AT, result
from tests.services.spreadsheet.zoo.written import SHEET, written

T = TypeVar("T")
_STRINGS = "xl/sharedStrings.xml"
_AT_ONCE = 5_000
_COMMON = ("PO_NUMBER", "Note", "Code", "Name", "Buyer", "Region", "Currency", "ACME", "Initech", "EMEA", "EUR")
_TEXTS, _OWN = 7, 3  # columns of texts, and those of them that have one of its own in each row


def main(rows: int, folder: Path) -> None:
    """Do it, and print what it took."""
    path = _made(folder / "orders.xlsx", rows)
    began_mb = _mb()
    read_s, worklist = _timed(lambda: read_worklist(path))
    kept_mb, read_peak_mb = _mb() - began_mb, _peak_mb() - began_mb
    trial_s, trouble = _timed(lambda: why_not_writable(worklist))
    assert not trouble
    made_s, _ = _timed(lambda: sum(1 for _ in _results(worklist)))
    out = folder / "filled-in.xlsx"
    write_s, _ = _timed(lambda: write_results(worklist, _results(worklist), out, output_dir=folder, now=AT))
    told = {
        "rows": len(worklist.orders),
        "read_s": read_s,
        "trial_s": trial_s,
        "write_s": write_s - made_s,
        "kept_mb": kept_mb,
        "above_mb": max(_peak_mb(), read_peak_mb + began_mb) - began_mb - kept_mb,
    }
    print(json.dumps(told))


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    began_s = time.process_time()
    done = call()
    return time.process_time() - began_s, done


def _mb() -> float:
    return psutil.Process().memory_info().rss / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _results(worklist: Worklist) -> Iterator[tuple[OrderResult, datetime]]:
    for order in worklist.orders:
        shown = order.number.shown
        folder, url = f"EMEA/ACME/{shown}_COMPLETED", f"https://acme.coupahost.com/order_headers/{order.number.key}"
        yield result(shown, folder=folder, url=url, names=(f"Quote {shown}.pdf", f"{shown}.pdf")), AT


def _made(path: Path, rows: int) -> Path:
    """Make a workbook of any size in little memory: one of XlsxWriter's with its rows and texts replaced."""
    small = written(path.with_name("small.xlsx"), lambda *_: None)
    with ZipFile(small) as old, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            if name not in (SHEET, _STRINGS):
                new.writestr(name, old.read(name))
        before, _, rest = old.read(SHEET).partition(b"<sheetData>")
        with new.open(SHEET, "w", force_zip64=True) as part:
            part.write(before + b"<sheetData>" + _row(1, range(_TEXTS)).encode())
            for first in range(0, rows, _AT_ONCE):
                part.write("".join(map(_order, range(first, min(rows, first + _AT_ONCE)))).encode())
            part.write(b"</sheetData>" + rest.partition(b"</sheetData>")[2])
        with new.open(_STRINGS, "w", force_zip64=True) as part:
            start, _, _ = old.read(_STRINGS).partition(b"<si>")
            part.write(start + "".join(map(_text, _COMMON)).encode())
            for first in range(0, rows, _AT_ONCE):
                part.write("".join(map(_own, range(first, min(rows, first + _AT_ONCE)))).encode())
            part.write(b"</sst>")
    return path


def _order(index: int) -> str:
    first = len(_COMMON) + _OWN * index
    return _row(index + 2, (first, first + 1, first + 2, 7 + index % 2, 8, 9, 10), (index * 1.25, index % 300, 7, 8, 9))


def _row(number: int, texts: Sequence[int], numbers: Sequence[float] = ()) -> str:
    cells = [f'<c r="{letter}{number}" t="s"><v>{text}</v></c>' for letter, text in zip("ABCDEFG", texts, strict=True)]
    cells += [f'<c r="{letter}{number}"><v>{value}</v></c>' for letter, value in zip("HIJKL", numbers, strict=False)]
    return f'<row r="{number}" spans="1:12">{"".join(cells)}</row>'


def _text(text: str) -> str:
    return f"<si><t>{text}</t></si>"


def _own(index: int) -> str:
    return "".join(map(_text, (f"PO{10_000_000 + index}", f"note number {index}", f"00{index}")))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
