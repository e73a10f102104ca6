"""Fills the spreadsheet in: at the end of a run, and later if another program held it then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from coupa_async.app.runs.earlier_run import EarlierRun, earlier_run, kept_corrections, written_columns
from coupa_async.app.runs.output_folder import is_at_work, opened
from coupa_async.app.runs.workbook import Workbook
from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.outcome import Outcome
from coupa_async.domain.totals.counts import counted
from coupa_async.services.files.replace import back_up, leftovers
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.columns.data_columns import DataColumns
from coupa_async.services.spreadsheet.columns.line_table import MOST_ROWS, TITLE, LineTable
from coupa_async.services.spreadsheet.formats.lines_file import write_lines_file
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.results import (
    why_no_lines,
    why_not_writable,
    write_results,
    write_results_beside,
)
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """A spreadsheet with its results.

    Attributes:
        workbook: Where they should be.
        written: The file that has them: the one of ``workbook``, or one beside it.
        backup: That of ``workbook`` as it was; ``None`` if it is no file of the user's.
        trouble: Why it could not be filled in, where that was not known before the run; empty if nothing was.
        lines: The file of orders' lines, where these are no sheet of it; ``None`` without one.
        notes: What the lines leave open, a sentence each.
    """

    workbook: Workbook
    written: Path
    backup: Path | None
    trouble: str = ""
    lines: Path | None = None
    notes: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Say what the person should know of it, and of what has piled up beside it."""
        target = self.workbook.path
        others = leftovers(target)
        if self.backup is not None:
            yield f"{target} as it was is in {self.backup.name}"
        if len(others.backups) > 1:
            yield (
                f"{counted(len(others.backups), 'backup')} of {target.name} are beside it: "
                "delete those that you need no more"
            )
        if self.trouble:
            yield f"{self.trouble}. The results are in {self.written.name} in the output folder"
        elif self.written.parent == target.parent and self.written != target:
            yield (
                f"{target} is open in another program: the results are in {self.written.name}: close it, then "
                f'coupa-async report "{self.workbook.folder}" fills it in'
            )
        elif self.written == target and others.results:
            files = counted(len(others.results), "file")
            yield f"{target.name} has all results now: {files} beside it named {others.results[0].name} … can go"
        yield from self.notes


def fill_in(
    workbook: Workbook,
    worklist: Worklist,
    journal: Journal,
    *,
    now: datetime,
    left: Mapping[str, str] = MappingProxyType({}),
    data: DataColumns | None = None,
    with_lines: bool = False,
) -> FilledIn:
    """Write the results into the spreadsheet or its copy; where that cannot be, into a workbook of their own.

    Args:
        workbook: Where they go.
        worklist: The spreadsheet as it was read.
        journal: The results.
        now: Names backups, and files that are written beside one that is held.
        left: Why orders were left undone, by key.
        data: What goes into the columns of data.
        with_lines: Whether the orders' lines go with them: into a sheet of their own, or into a text file.

    Raises:
        StorageError: If nothing can be written anywhere.
    """
    lines = LineTable.of(lambda: journal.lines(worklist.rows)) if with_lines else None

    def written(write: Callable[..., Path], path: Path, sheet: LineTable | None) -> Path:
        how = {"output_dir": workbook.folder, "now": now, "left": left, "data": data, "lines": sheet}
        return write(worklist, journal.results(), path, **how)

    filled: FilledIn | None = None
    trouble, why, backup = "", "", None
    if not workbook.obstacle:
        try:
            backup = back_up(workbook.path, now) if workbook.in_place else None
            why = why_no_lines(worklist, lines) if lines is not None else ""
            path = written(write_results, workbook.path, None if why else lines)
            filled = FilledIn(workbook=workbook, written=path, backup=backup)
        except CoupaError as error:
            trouble = str(error)
    if filled is None:
        why = "a sheet has no room for them" if lines is not None and lines.rows > MOST_ROWS else ""
        alone = written(write_results_beside, workbook.alone, None if why else lines)
        filled = FilledIn(workbook=workbook, written=alone, backup=backup, trouble=trouble)
    if lines is None:
        return filled
    unread = sum(key in worklist.rows for key in journal.without_lines())
    return _with_lines(filled, worklist, lines, why, unread, now)


def _with_lines(
    filled: FilledIn, worklist: Worklist, lines: LineTable, why: str, unread: int, now: datetime
) -> FilledIn:
    """Write the lines into a text file, where they could be no sheet, and note what they leave open.

    Args:
        filled: The spreadsheet with its results.
        worklist: As it was read.
        lines: The lines.
        why: Why they are no sheet of it; empty if they are.
        unread: How many orders have no lines because they were done before.
        now: As :func:`fill_in`.
    """
    told = [f"{counted(unread, 'order')} without lines in {TITLE}: --refresh-data reads their pages"] if unread else []
    if not why:
        return replace(filled, notes=(*told, *lines.notes()))
    path = filled.workbook.path
    written = write_lines_file(filled.workbook.folder, path.stem, lines, worklist.layout.delimiter or ",", now)
    if not worklist.layout.delimiter:
        told.append(f"the orders' lines are in {written.name}: {why}")
    return replace(filled, lines=written, notes=(*told, *lines.notes()))


def fill_in_later(folder: Path, now: datetime) -> FilledIn | None:
    """Fill the spreadsheet of the latest run in, if its results had to be written beside it. Blocking.

    Returns:
        ``None`` if nothing waits for that, or a run is at work, or the spreadsheet is gone.

    Raises:
        InputError: If the folder has no journal, or the spreadsheet can no longer be read.
        StorageError: If nothing can be written.
    """
    earlier = earlier_run(folder)
    target = _target(earlier)
    if not earlier.input.is_file() or not leftovers(target).results or is_at_work(folder):
        return None
    options = _options(earlier)
    with opened(folder) as (journal, _):
        completed = {key for key, outcome in journal.outcomes().items() if outcome is Outcome.COMPLETED}
        if target.is_file() and _has_all(read_worklist(target, options), completed):
            return None
    return fill_in_again(folder, now)


def fill_in_again(folder: Path, now: datetime) -> FilledIn:
    """Fill the spreadsheet of the latest run in once more, from the journal. Blocking.

    Raises:
        InputError: If the folder has no journal, or the spreadsheet can no longer be read.
        StorageError: If nothing can be written.
    """
    earlier = earlier_run(folder)
    options = _options(earlier)
    with opened(folder) as (journal, _):
        worklist = read_worklist(earlier.input, options, fresh=True)
        in_place = bool(earlier.settings.get("in_place"))
        workbook = Workbook(
            path=_target(earlier), folder=folder, in_place=in_place, obstacle=why_not_writable(worklist)
        )
        data = DataColumns.of(options.data, journal.data())
        with_lines = bool(earlier.settings.get("lines"))
        return fill_in(workbook, worklist, journal, now=now, data=data, with_lines=with_lines)


def _target(earlier: EarlierRun) -> Path:
    if earlier.settings.get("in_place"):
        return earlier.input
    return earlier.folder / str(earlier.settings.get("workbook") or earlier.input.name)


def _options(earlier: EarlierRun) -> WorklistOptions:
    return WorklistOptions(
        sheet=_known(earlier, "sheet"),
        po_column=_known(earlier, "po_column"),
        visible_only=bool(earlier.settings.get("visible_only")),
        encoding=_known(earlier, "encoding"),
        data=chosen_fields(_listed(earlier, "data")),
        language=_known(earlier, "language") or "en",
        corrected=kept_corrections(earlier.folder),
        written=written_columns(earlier.input, earlier.folder),
    )


def _known(earlier: EarlierRun, name: str) -> str | None:
    value = earlier.settings.get(name)
    return str(value) if value else None


def _listed(earlier: EarlierRun, name: str) -> list[str]:
    return [part.strip() for part in str(earlier.settings.get(name) or "").split(",")]


def _has_all(worklist: Worklist, completed: Set[str]) -> bool:
    """Return whether a spreadsheet says COMPLETED wherever the journal does."""
    return completed & worklist.rows.keys() <= {number.key for number in worklist.done}
