"""The user's spreadsheet, written: a copy with the results filled in, or a file of results alone. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from coupa_async.domain.errors import WorklistError
from coupa_async.domain.outcome import OrderResult, Outcome
from coupa_async.domain.redaction import redacted
from coupa_async.services.files.replace import replace_file
from coupa_async.services.languages.catalogue import catalogue
from coupa_async.services.languages.messages import translated
from coupa_async.services.spreadsheet.cells import Values, bad_row_values, joined_values, result_values
from coupa_async.services.spreadsheet.columns.data_columns import DataColumns
from coupa_async.services.spreadsheet.columns.line_table import LineTable
from coupa_async.services.spreadsheet.formats.file_kinds import format_of
from coupa_async.services.spreadsheet.formats.results_file import write_results_file
from coupa_async.services.spreadsheet.table import Fill
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist, stamp_of

_TRIAL = "="  # a text that needs most: cells, and a style that keeps it one

Results = Iterable[tuple[OrderResult, datetime]]
"""Each order's, with the time when it was processed."""


def why_not_writable(worklist: Worklist) -> str:
    """Try to fill in every row of a spreadsheet, into nothing: what goes wrong at the end is found at the beginning.

    Returns:
        Why it cannot be filled in; empty if it can.
    """
    trial: Values = (_TRIAL,) * len(worklist.options.names)
    fills = [*((rows, trial) for rows in worklist.rows.values()), *(((bad.row,), trial) for bad in worklist.bad_rows)]
    try:
        format_of(worklist.path).try_table(worklist.path, worklist.layout, fills)
    except WorklistError as error:
        return str(error)
    return ""


def why_no_lines(worklist: Worklist, lines: LineTable) -> str:
    """Say why orders' lines cannot be a sheet of the spreadsheet; empty if they can.

    Raises:
        WorklistError: If the spreadsheet can no longer be read.
    """
    return format_of(worklist.path).why_no_lines(worklist.path, worklist.layout, lines)


def write_results(
    worklist: Worklist,
    results: Results,
    destination: Path,
    *,
    output_dir: Path,
    now: datetime,
    left: Mapping[str, str] = MappingProxyType({}),
    data: DataColumns | None = None,
    lines: LineTable | None = None,
) -> Path:
    """Write a copy of the spreadsheet with results filled in; rows without a result stay as they are.

    Args:
        worklist: As read. If the spreadsheet was changed since, it is read again, for rows may have moved.
        results: Each with the time when the order was processed, in any order; read once.
        destination: May be the spreadsheet itself.
        output_dir: Where the folders of the results are.
        left: Why orders were left undone, by their key.
        data: What goes into the columns of data; by default each number and date is read for itself.
        lines: What goes into a sheet of its own, of a spreadsheet that can have one.
        now: Names the file beside the destination if that is held open by another program.

    Returns:
        The file really written: ``destination`` or one beside it. In the second case tell the user.

    Raises:
        WorklistError: If the spreadsheet can no longer be read, or cannot be filled in.
        StorageError: If nothing can be written; ``destination`` is then as it was.
    """
    spreadsheet = format_of(worklist.path)
    if stamp_of(worklist.path) != worklist.stamp:
        options = replace(worklist.options, sheet=worklist.layout.sheet or None)  # others may have been added before it
        worklist = read_worklist(worklist.path, options)
    fills = _fills(worklist, results, output_dir.absolute(), left, data or DataColumns(fields=worklist.options.data))
    layout = replace(worklist.layout, folder=destination.absolute().parent)
    return replace_file(
        destination,
        lambda out: spreadsheet.write_table(worklist.path, layout, fills, out, lines),
        now,
        follow=destination == worklist.path,  # the user's own may be one
    )


def write_results_beside(
    worklist: Worklist,
    results: Results,
    destination: Path,
    *,
    output_dir: Path,
    now: datetime,
    left: Mapping[str, str] = MappingProxyType({}),
    data: DataColumns | None = None,
    lines: LineTable | None = None,
) -> Path:
    """Write a workbook of results alone: for each row its number, its orders, and our columns.

    It needs nothing of the spreadsheet but what was read of it. Arguments and errors: see :func:`write_results`.
    """
    numbers: dict[int, list[str]] = {}
    for key, rows in worklist.rows.items():
        for row in rows:
            numbers.setdefault(row, []).append(worklist.shown.get(key, key))
    numbers |= {bad.row: [bad.shown] for bad in worklist.bad_rows}
    fills = _fills(worklist, results, output_dir.absolute(), left, data or DataColumns(fields=worklist.options.data))
    values = {row: found for rows, found in fills for row in rows}
    filled = ((row, "; ".join(numbers[row]), values.get(row, ())) for row in sorted(numbers))
    return replace_file(destination, lambda out: write_results_file(out, worklist.options.names, filled, lines), now)


def _fills(
    worklist: Worklist, results: Results, output_dir: Path, left: Mapping[str, str], data: DataColumns
) -> Iterator[Fill]:
    names, say = worklist.options.names, _speaker(worklist.options.language)
    shared: dict[str, Values] = {}
    of_several = {key for keys in worklist.shared_rows.values() for key in keys}
    for key, reason in left.items():
        values = bad_row_values(say(reason), Outcome.PENDING, names)
        if key in of_several:
            shared[key] = values
        yield worklist.rows.get(key, ()), values
    for bad in worklist.bad_rows:
        yield (bad.row,), bad_row_values(say(bad.reason), names=names)
    for result, processed_at in results:
        key = result.number.key
        if key in worklist.rows:
            remark = result.remark
            told = replace(result, error=say(redacted(remark)), corrected_from="") if remark else result
            values = (*result_values(told, processed_at, output_dir), *data.values(result))
            if key in of_several:
                shared[key] = values
            yield worklist.rows[key], values
    # Last, for what comes last stands: until here such a row has what one of its orders says.
    for row, keys in worklist.shared_rows.items():
        if any(key in shared for key in keys):
            yield (row,), joined_values([(worklist.shown.get(key, key), shared.get(key)) for key in keys], names)


def _speaker(language: str) -> Callable[[str], str]:
    """Return what puts a note into a language."""
    return str if language == "en" else partial(translated, texts=catalogue(language))
