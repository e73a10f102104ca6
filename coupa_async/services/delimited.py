"""Text tables: every delimiter, encoding, BOM and line end that spreadsheet programs write, kept as it was."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coupa_async.domain.errors import WorklistError
from coupa_async.services.columns import Layout, Row

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ";,\t|"
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_SAMPLE_CHARS = 20_000

csv.field_size_limit(1 << 24)  # the default of 131,072 refuses cells that spreadsheets hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text table is written."""

    encoding: str
    delimiter: str
    line_end: str
    says_delimiter: bool


@contextmanager
def sheets(path: Path) -> Iterator[list[tuple[str, Callable[[], Iterator[Row]]]]]:
    """Open a text table as its one sheet.

    Raises:
        WorklistError: If it is no text.
    """
    text, dialect = _read(path)
    yield [("", lambda: _rows(text, dialect))]


def write(
    source: Path, target: Path, sheet: str, layout: Layout, fill: Callable[[int], dict[str, int | str] | None]
) -> None:
    """Copy a text table with the result columns filled.

    Args:
        source: The table.
        target: The copy.
        sheet: Not used: a text table has one.
        layout: Where the columns are.
        fill: Row number, from 1, into values by result column; ``None`` leaves the row as it is.
    """
    text, dialect = _read(source)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    if dialect.says_delimiter:
        buffer.write(f"sep={dialect.delimiter}{dialect.line_end}")
    for number, row in enumerate(_rows(text, dialect), 1):
        if dialect.says_delimiter and number == 1:
            continue
        cells = [str(value) for value in row]
        values = {name: name for name in layout.added} if number == layout.header_row else fill(number)
        if values is not None:
            cells += [""] * (max(layout.results.values()) + 1 - len(cells))
            for name, value in values.items():
                cells[layout.results[name]] = str(value) if isinstance(value, int) else _plain(value)
        writer.writerow(cells)
    target.write_bytes(buffer.getvalue().encode(dialect.encoding, errors="replace"))


def _read(path: Path) -> tuple[str, Dialect]:
    raw = path.read_bytes()
    encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), None)
    if encoding is None and b"\0" in raw[:4096]:
        raise WorklistError(f"{path}: is no text: save it as .xlsx or .csv")
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text, encoding = raw.decode(candidate), candidate
            break
        except UnicodeDecodeError:
            continue
    else:
        raise WorklistError(f"{path}: its characters cannot be read: save it as UTF-8")
    head = text[:_SAMPLE_CHARS]
    first = head.splitlines()[0] if head else ""
    says = first.lower().startswith("sep=") and len(first) == 5
    return text, Dialect(
        encoding=encoding or "utf-8",
        delimiter=first[4] if says else _delimiter(head),
        line_end="\r\n" if "\r\n" in head else "\n",
        says_delimiter=says,
    )


def _delimiter(head: str) -> str:
    """Choose the delimiter that splits the first lines into the most columns, quoted ones left out."""
    outside = "".join(head.split('"')[::2])
    first = next((line for line in outside.splitlines() if line.strip(f" {_DELIMITERS}")), "")
    return max(_DELIMITERS, key=first.count)


def _rows(text: str, dialect: Dialect) -> Iterator[Row]:
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)


def _plain(text: str) -> str:
    """Keep a spreadsheet program from taking a text for a formula."""
    clean = "".join(ch for ch in text if ch.isprintable() or ch in "\t\r\n")
    return f"'{clean}" if clean.startswith(_RISKY) else clean
