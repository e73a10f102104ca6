"""Text files (.csv, .tsv, .txt) in the dialects of spreadsheet programs. The twin of ``workbook.py``.

Rows without a result are written back as they were, to the byte; so are BOM, encoding, ``sep=`` line and line ends.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from coupa_async.domain.bounds import Bounds
from coupa_async.domain.errors import WorklistError
from coupa_async.services.spreadsheet.cells import Value, Values, delimited_text, number_text
from coupa_async.services.spreadsheet.columns.column_choice import HEAD_ROWS, find_header, no_header
from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.formats.encodings import MixedEncodingsError, guess_encoding
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.table import Fill, Layout, Row, Sink, Table

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = ",;\t|"
_BOUNDS = Bounds()
_CHUNK_BYTES = 1 << 20
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_RULED = re.compile(r"^ *\|", re.MULTILINE)
_NO_CELL = re.compile(r"[|\r\n]+")
_CTRL_Z = "\x1a"
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A file's text, and what else it takes to write its like.

    Attributes:
        bom: The bytes before it.
        encoding: Of the rest.
        sep_line: The ``sep=;`` line with its line end, which spreadsheet programs obey and do not show, or empty.
        body: All rows.
        end: A Ctrl-Z at the end, with which DOS ended texts, or empty.
        note: What the user should know of how it was read; empty for nothing.
    """

    bom: bytes
    encoding: str
    sep_line: str
    body: str
    end: str = ""
    note: str = ""


@contextmanager
def open_table(path: Path, options: WorklistOptions) -> Iterator[Table]:
    """Read a text file and find its header.

    Raises:
        WorklistError: If it is no text, its quoting is broken, or no column of order numbers is found.
    """
    text = _read(path, options.encoding)
    delimiter = _delimiter(path, text, options.po_column)
    rows = _rows(path, text.body, delimiter)
    head = list(islice(rows, HEAD_ROWS))
    header = find_header(head, options.po_column)
    if header is None:
        raise no_header(path, head, options.po_column)
    below = (row for row in head if row.number > header.row)
    yield Table(
        header=header, rows=chain(below, rows), delimiter=delimiter, encoding=options.encoding or "", note=text.note
    )


def write_table(path: Path, layout: Layout, fills: Iterable[Fill], out: Sink, lines: LineTable | None = None) -> None:
    """Write a copy of a text file with results filled in.

    A character that the file's encoding does not have becomes ``?``. Orders' lines have no place in it.

    Raises:
        WorklistError: If the file can no longer be read.
        OSError: If ``out`` takes no more.
    """
    text = _read(path, layout.encoding or None)
    by_row = {row: values for rows, values in fills for row in rows}
    new = tuple(
        name if column >= layout.width else None for name, column in zip(layout.names, layout.columns, strict=True)
    )
    if any(new):
        by_row[layout.header_row] = new
    out.write(text.bom + text.sep_line.encode(text.encoding))
    for number, (cells, raw) in enumerate(_records(path, text.body, layout.delimiter), start=1):
        values = by_row.get(number)
        line = raw if values is None else _filled(cells, raw, layout, values)
        out.write(line.encode(text.encoding, "replace"))
    out.write(text.end.encode(text.encoding))


def try_table(path: Path, layout: Layout, fills: Iterable[Fill]) -> None:
    """Find out whether results can be filled in.

    Raises:
        WorklistError: If they cannot.
    """
    write_table(path, layout, fills, _Nowhere())


class _Nowhere:
    """Takes what is written, and keeps nothing of it."""

    def write(self, data: bytes, /) -> int:
        return len(data)


def why_no_lines(path: Path, layout: Layout, lines: LineTable) -> str:
    """Say why a text file cannot have a sheet with lines."""
    return "a text file has no sheets"


def _filled(cells: list[str], raw: str, layout: Layout, values: Values) -> str:
    for column, value in zip(layout.columns, values, strict=True):
        if value is not None:
            cells.extend([""] * (column + 1 - len(cells)))
            cells[column] = shown_value(value, layout.delimiter)
    if _is_ruled(raw, layout.delimiter):
        shown = (_NO_CELL.sub(" ", cell) for cell in cells)
        return layout.delimiter.join(shown) + raw[len(raw.rstrip("\r\n")) :]
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=layout.delimiter, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + raw[len(raw.rstrip("\r\n")) :]


def shown_value(value: Value, delimiter: str) -> str:
    """Write a value so that a spreadsheet program reads it as what it is."""
    if isinstance(value, str):
        return delimited_text(value)
    return str(value) if isinstance(value, date) else number_text(value, delimiter)


def _read(path: Path, stated: str | None) -> _Text:
    try:
        _check(path)
        data = path.read_bytes()
    except OSError as error:
        raise WorklistError(f"{path}: cannot be read ({error.strerror or error})") from error
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", stated or ""))
    note = ""
    if not encoding:
        encoding = _guessed(path, data)
        if encoding not in ("utf-8", "cp1252"):
            note = f"read as {encoding}: if letters come out wrong, name the right encoding with --encoding"
    try:
        text = data[len(bom) :].decode(encoding)
    except LookupError as error:
        raise WorklistError(f"--encoding: {encoding!r} is not known: try utf-8, cp1252, mac_roman or utf-16") from error
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise WorklistError(f"{path}: row {row} is not in {encoding}: save it as CSV UTF-8") from error
    match = _SEP_LINE.match(text)
    sep_line = match[0] if match else ""
    body = text[len(sep_line) :]
    plain = body.rstrip(_CTRL_Z)
    return _Text(bom=bom, encoding=encoding, sep_line=sep_line, body=plain, end=body[len(plain) :], note=note)


def _guessed(path: Path, data: bytes) -> str:
    try:
        encoding = guess_encoding(data)
    except MixedEncodingsError as error:
        raise WorklistError(f"{path}: {error}: save it as CSV UTF-8, or name its encoding with --encoding") from error
    if not encoding:
        raise WorklistError(f"{path}: this is no text in an encoding that is known: save it as CSV UTF-8")
    return encoding


def _check(path: Path, bounds: Bounds = _BOUNDS) -> None:
    """Look through a file in small pieces before it is read whole.

    Raises:
        WorklistError: If it, or one row of it, is beyond all measure.
    """
    size = path.stat().st_size
    if size > bounds.table_bytes:
        raise WorklistError(f"{path}: has {size:,} bytes, over {bounds.table_bytes:,}: split it")
    row, length = 1, 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            length = length + len(chunk) if last < 0 else len(chunk) - last - 1
            row += chunk.count(b"\n") or chunk.count(b"\r")
            if length > bounds.table_row_bytes:
                raise WorklistError(
                    f"{path}: row {row} has over {bounds.table_row_bytes:,} bytes: mend that row, or save the file anew"
                )


def _delimiter(path: Path, text: _Text, po_column: str | None) -> str:
    """Choose the delimiter that the file states, else the one with which its header is found and is widest."""
    if match := _SEP_LINE.match(text.sep_line):
        return match[1]
    order = _DELIMITERS if path.suffix.lower() != ".tsv" else "\t,;|"

    def fit(delimiter: str) -> int:
        head: list[Row] = []
        # Quotation marks that make no sense are told when the rows are read with the delimiter chosen.
        with suppress(WorklistError):
            head.extend(islice(_rows(path, text.body, delimiter), HEAD_ROWS))
        header = find_header(head, po_column)
        return len(header.names) if header else 0

    return max(order, key=fit)


def _is_ruled(text: str, delimiter: str) -> bool:
    """Tell a printed list, whose cells stand between lines: no cell of it is quoted."""
    return delimiter == "|" and _RULED.search(text) is not None


def _rows(path: Path, body: str, delimiter: str) -> Iterator[Row]:
    for number, (cells, _) in enumerate(_records(path, body, delimiter), start=1):
        yield Row(number, cells)


def _records(path: Path, body: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Give each row's cells together with its text as it stands in the file, line end included."""
    if _is_ruled(body, delimiter):
        yield from ((match[0].rstrip("\r\n").split(delimiter), match[0]) for match in _LINE.finditer(body))
        return
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for match in _LINE.finditer(body):  # an io.StringIO would take four bytes a character
            taken.append(match[0])
            yield match[0]

    number = 1
    try:
        # Not strict would let a quotation mark that is never closed swallow every row after it.
        for cells in csv.reader(lines(), delimiter=delimiter, strict=True):
            yield cells, "".join(taken)
            taken.clear()
            number += 1
    except csv.Error as error:
        raise WorklistError(
            f"{path}: row {number}: the quotation marks make no sense ({error}): mend that row"
        ) from error
