"""Fills the spreadsheet in: at the end of a run, and later if another program held it then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

from coupa_async.app.earlier_run import EarlierRun, earlier_run
from coupa_async.app.output_folder import is_at_work, opened
from coupa_async.app.workbook import Workbook, beside
from coupa_async.domain.counts import counted
from coupa_async.domain.data.fields import chosen_fields
from coupa_async.domain.errors import CoupaError
from coupa_async.domain.outcome import Outcome
from coupa_async.services.files.replace import back_up, leftovers
from coupa_async.services.records.journal import Journal
from coupa_async.services.spreadsheet.data_columns import DataColumns
from coupa_async.services.spreadsheet.options import WorklistOptions
from coupa_async.services.spreadsheet.results import write_results, write_results_beside
from coupa_async.services.spreadsheet.worklist import Worklist, read_worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """A spreadsheet with its results.

    Attributes:
        target: The file that should have them.
        written: The one that has: the target, or a file beside it.
        backup: The target as it was; ``None`` if it is no file of the user's.
        folder: The output folder.
        trouble: Why the target could not be filled in, where that was not known before the run; empty if nothing was.
    """

    target: Path
    written: Path
    backup: Path | None
    folder: Path
    trouble: str = ""

    def sentences(self) -> Iterator[str]:
        """Say what the person should know of it, and of what has piled up beside it."""
        others = leftovers(self.target)
        if self.backup is not None:
            yield f"{self.target} as it was is in {self.backup.name}"
        if len(others.backups) > 1:
            yield (
                f"{counted(len(others.backups), 'backup')} of {self.target.name} are beside it: "
                "delete those that you need no more"
            )
        if self.trouble:
            yield f"{self.trouble}. The results are in {self.written.name} in the output folder"
        elif self.written.parent == self.target.parent and self.written != self.target:
            yield (
                f"{self.target} is open in another program: the results are in {self.written.name}: close it, then "
                f'coupa-async report "{self.folder}" fills it in'
            )
        elif self.written == self.target and others.results:
            files = counted(len(others.results), "file")
            yield f"{self.target.name} has all results now: {files} beside it named {others.results[0].name} … can go"


def fill_in(
    workbook: Workbook,
    worklist: Worklist,
    journal: Journal,
    *,
    folder: Path,
    now: datetime,
    left: Mapping[str, str] = MappingProxyType({}),
    data: DataColumns | None = None,
) -> FilledIn:
    """Write the results into the spreadsheet or its copy; where that cannot be, into a workbook of their own.

    Args:
        workbook: Where they go.
        worklist: The spreadsheet as it was read.
        journal: The results.
        folder: The output folder.
        now: Names backups, and files that are written beside one that is held.
        left: Why orders were left undone, by key.
        data: What goes into the columns of data.

    Raises:
        StorageError: If nothing can be written anywhere.
    """
    write = partial(write_results, worklist, output_dir=folder, now=now, left=left, data=data)
    backup, trouble = None, ""
    if not workbook.obstacle:
        try:
            backup = back_up(workbook.path, now) if workbook.in_place else None
            written = write(journal.results(), workbook.path)
            return FilledIn(target=workbook.path, written=written, backup=backup, folder=folder)
        except CoupaError as error:
            trouble = str(error)
    write_alone = partial(write_results_beside, worklist, output_dir=folder, now=now, left=left, data=data)
    written = write_alone(journal.results(), workbook.beside)
    return FilledIn(target=workbook.path, written=written, backup=backup, folder=folder, trouble=trouble)


def fill_in_later(folder: Path, now: datetime) -> FilledIn | None:
    """Fill the spreadsheet of the latest run in, if its results had to be written beside it. Blocking.

    Returns:
        ``None`` if nothing waits for that, or a run is at work, or the spreadsheet is gone.

    Raises:
        InputError: If the folder has no journal, or the spreadsheet can no longer be read.
        StorageError: If nothing can be written.
    """
    earlier = earlier_run(folder)
    in_place = bool(earlier.settings.get("in_place"))
    target = earlier.input if in_place else folder / str(earlier.settings.get("workbook") or earlier.input.name)
    if not earlier.input.is_file() or not leftovers(target).results or is_at_work(folder):
        return None
    options = WorklistOptions(
        sheet=_known(earlier, "sheet"),
        po_column=_known(earlier, "po_column"),
        visible_only=bool(earlier.settings.get("visible_only")),
        encoding=_known(earlier, "encoding"),
        data=chosen_fields(_listed(earlier, "data")),
    )
    with opened(folder) as (journal, _):
        completed = {key for key, outcome in journal.outcomes().items() if outcome is Outcome.COMPLETED}
        if target.is_file() and _has_all(read_worklist(target, options), completed):
            return None
        worklist = read_worklist(earlier.input, options, fresh=True)
        workbook = Workbook(path=target, beside=beside(target, folder), in_place=in_place)
        data = DataColumns.of(options.data, journal.data())
        return fill_in(workbook, worklist, journal, folder=folder, now=now, data=data)


def _known(earlier: EarlierRun, name: str) -> str | None:
    value = earlier.settings.get(name)
    return str(value) if value else None


def _listed(earlier: EarlierRun, name: str) -> list[str]:
    return [part.strip() for part in str(earlier.settings.get(name) or "").split(",")]


def _has_all(worklist: Worklist, completed: Set[str]) -> bool:
    """Return whether a spreadsheet says COMPLETED wherever the journal does."""
    return completed & worklist.rows.keys() <= {number.key for number in worklist.done}
