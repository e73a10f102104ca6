"""Where a run's results go: into a copy of the spreadsheet, into itself, or into a workbook of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from coupa_async.domain.errors import StorageError
from coupa_async.domain.files.naming import marked
from coupa_async.runtime.disk_errors import refuse_link
from coupa_async.services.files.own_file import own_path
from coupa_async.services.records.history import RunRecord
from coupa_async.services.spreadsheet.results import why_not_writable
from coupa_async.services.spreadsheet.worklist import Worklist
from coupa_async.services.spreadsheet.xlsx.new_workbook import is_new_workbook


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """Where the results of one run go.

    Attributes:
        path: The spreadsheet itself or its copy in the output folder.
        folder: The output folder.
        in_place: Whether ``path`` is the user's own.
        obstacle: Why it cannot be filled in, as found before the run; empty if it can.
        note: What the user should know before the run; empty for nothing.
    """

    path: Path
    folder: Path
    in_place: bool
    obstacle: str = ""
    note: str = ""

    @property
    def alone(self) -> Path:
        """The workbook of results alone, where the other cannot be filled in; never one of the user's own. Blocking."""
        return own_path(self.folder, marked(f"{self.path.stem}.xlsx", "-results"), is_new_workbook)


def plan_workbook(worklist: Worklist, root: Path, runs: Sequence[RunRecord], *, in_place: bool) -> Workbook:
    """Find where the results go, and try whether they can go there. Blocking.

    Args:
        worklist: The spreadsheet, as read.
        root: The output folder.
        runs: Earlier runs in it.
        in_place: Whether the spreadsheet itself is to be filled in.

    Raises:
        OutputError: If a link is in the place of the copy.
    """
    source = worklist.path
    path = source if in_place else _free_copy(source, root, runs)
    if not in_place:
        refuse_link(path)
    workbook = Workbook(path=path, folder=root, in_place=in_place, obstacle=why_not_writable(worklist))
    if workbook.obstacle:
        note = f"{workbook.obstacle}. The results go to {workbook.alone.name} in the output folder instead"
    elif path.name != source.name:
        note = f"{root / source.name} is not this run's to replace: the results go to {path.name} beside it"
    else:
        return workbook
    return replace(workbook, note=note)


def _free_copy(source: Path, root: Path, runs: Sequence[RunRecord]) -> Path:
    """Choose a name in the output folder that is neither the spreadsheet's own, nor another's results, nor unknown."""
    owners = {name.casefold(): owner for name, owner in _copies(runs)}
    for name in _names(source):
        path = root / name
        owner = owners.get(name.casefold())
        if _is_same(path, source):
            continue
        if owner is None and not path.exists() and not path.is_symlink():
            return path
        if owner is not None and (_is_same(owner, source) or not owner.exists()):
            return path
    raise StorageError(f"{root}: has no name left for the results of {source}")


def _copies(runs: Sequence[RunRecord]) -> Iterator[tuple[str, Path]]:
    for run in runs:
        source = str(run.settings.get("input", ""))
        if source and not run.settings.get("in_place"):
            yield str(run.settings.get("workbook") or Path(source).name), Path(source)


def _names(source: Path) -> Iterable[str]:
    numbered = (marked(source.name, f" (results {number})") for number in count(2))
    return chain((source.name, marked(source.name, " (results)")), numbered)


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return path.absolute() == other.absolute()
